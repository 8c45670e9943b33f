"""Owns the bodies from the request to the acceptance: screening, cautions, yes and no."""

from typing import Annotated

from pydantic import Field

from daigou.domain import commands
from daigou.domain.commands import CautionKind, Command, DriftLimit, RefusalReason
from daigou.domain.money import ZERO
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from gateway.schemas.body import CommandBody, Names, NotedBody, WordsBody
from gateway.schemas.lines import AcceptLine, collectors_of, lines_of
from gateway.wire import Asked, PartyRef, Price, Reference

_LIMITS = current().limits


class VerdictBody(NotedBody):
    """A person's decision on goods that the screening was in doubt about (PSR-14)."""

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Verdict(note_ref=note_ref)


class CautionBody(NotedBody):
    """A caution about the goods (PSR-15). Who acknowledges one about customised goods says in the
    note what was settled with the seller."""

    refusals = (RefusalCode.WRONG_REFERENCE,)

    caution: CautionKind

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Caution(caution=self.caution, note_ref=note_ref)


class DriftBody(Asked):
    """How much more the seller may charge without the client being asked first: up to an amount,
    or anything. Nothing at all is the default (PSR-10-2)."""

    amount: Price | None = None
    any: bool = False

    @property
    def limit(self) -> DriftLimit:
        """The limit."""
        return DriftLimit(amount=self.amount.money if self.amount else ZERO, any=self.any)


class LimitPriceDriftBody(CommandBody):
    """The client says how much more the seller may charge without asking."""

    price_drift: DriftBody

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.LimitPriceDrift(limit=self.price_drift.limit)


class AcceptBody(CommandBody):
    """The provider's acceptance. Goods, freight and service fee are computed from the request;
    only further lines are named here."""

    refusals = (
        RefusalCode.LINE_NOT_ALLOWED,
        RefusalCode.NOT_REGISTERED,
        RefusalCode.CAUTION_NOT_ACKNOWLEDGED,
        RefusalCode.EXCLUDED_BY_CAUTION,
        RefusalCode.PROHIBITED_GOODS,
        RefusalCode.GOODS_SUSPENDED,
    )
    names = (collectors_of("lines"),)

    lines: Annotated[tuple[AcceptLine, ...], Field(max_length=_LIMITS.lines_max)] = ()

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Accept(lines=lines_of(self.lines))


class RefuseBody(NotedBody):
    """The provider's refusal, with its reason. After the acceptance only a special requirement
    that stands in the way (PSR-3-2) and sensitive goods (PSR-15-5) are reasons."""

    refusals = (
        RefusalCode.REASON_NOT_ALLOWED,
        RefusalCode.LINE_NOT_ALLOWED,
        RefusalCode.NOT_REGISTERED,
    )
    names = (collectors_of("costs"),)

    reason: RefusalReason
    requirement: Annotated[
        Reference | None,
        Field(
            description="The item of the requirement that stands in the way.",
            examples=["ord_2026_0001/2"],
        ),
    ] = None
    costs: Annotated[
        tuple[AcceptLine, ...],
        Field(
            max_length=_LIMITS.lines_max,
            description="What sensitive goods cost up to now, borne by the client (PSR-15-5).",
        ),
    ] = ()
    loss: Annotated[
        Price | None,
        Field(description="What a request for prohibited goods cost you: recorded (PSR-14)."),
    ] = None

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Refuse(
            reason=self.reason,
            note_ref=note_ref,
            requirement=self.requirement or "",
            costs=lines_of(self.costs),
            loss=self.loss.money if self.loss else ZERO,
        )


class WithdrawBody(NotedBody):
    """The client takes the request back."""

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Withdraw(note_ref=note_ref)


class ChooseLogisticsBody(CommandBody):
    """Who ships the goods abroad."""

    refusals = (RefusalCode.NOT_REGISTERED,)
    names = (Names(path=("logistics_id",), roles=frozenset({Role.LOGISTICS})),)

    logistics_id: Annotated[PartyRef, Field(examples=["log_sea"])]

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.ChooseLogistics(logistics=self.logistics_id)


class RequireBody(WordsBody):
    """A special requirement, in words (PSR-3-1)."""

    needed: Annotated[
        bool, Field(description="Whether the order is of no use to you without it.")
    ] = False

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Require(note_ref=note_ref, needed=self.needed)
