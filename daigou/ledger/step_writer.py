"""Owns what a step writes: every row of its one transaction, composed before the first is sent."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple, Protocol

from daigou.domain.book import Account, AccountKind, Book, Effects
from daigou.domain.ids import PartyId, SubjectId
from daigou.domain.lifecycle import TABLES
from daigou.domain.lifecycle.table import Row as LifecycleRow
from daigou.domain.money import ZERO
from daigou.domain.order import Role, TableName
from daigou.domain.steps import Committed, Step
from daigou.ledger.account_writers import ClosureWriter, FreezeWriter, WithdrawalWriter
from daigou.ledger.chargeback_writer import ChargebackWriter
from daigou.ledger.claim_writer import ClaimWriter
from daigou.ledger.consultation_writer import ConsultationWriter
from daigou.ledger.found import Found, Rows
from daigou.ledger.order_writer import OrderWriter
from daigou.ledger.recharge_writer import RechargeWriter
from daigou.ledger.rows import command_json, committed_json, movement_row
from daigou.ledger.subject_writer import SubjectWriter
from daigou.ledger.tip_writer import TipWriter
from daigou.ports.books import StepConflictError

PLATFORM = PartyId("plt_platform")
"""The party that notices to the platform go to."""


class Writer(Protocol):
    """What a step of a kind of subject writes beside its transition, its journals and notices."""

    @property
    def book(self) -> Book:
        """What the step's template reads."""

    def holder(self, role: Role) -> PartyId | None:
        """Who holds a role on the subject; None where nobody does."""

    def write(self, effects: Effects) -> tuple[Rows, Committed]:
        """The rows of the read model, and the step's result."""


WRITERS: Mapping[TableName, type[SubjectWriter]] = MappingProxyType(
    {
        writer.table: writer
        for writer in (
            RechargeWriter,
            ClaimWriter,
            WithdrawalWriter,
            FreezeWriter,
            ClosureWriter,
            ChargebackWriter,
            TipWriter,
            ConsultationWriter,
        )
    }
)
"""By the main table of a kind of subject; whatever else a step is of is an order's."""


def _lifecycle_row(step: Step) -> LifecycleRow:
    """The table's row that a step takes.

    Raises:
        StepConflictError: the table has no such row.
    """
    rows = TABLES[step.table].rows_from(step.source, step.trigger)
    if step.variant < len(rows) and rows[step.variant].target == step.target:
        return rows[step.variant]
    raise StepConflictError(
        f"{step.subject}/{step.sequence}: the table {step.table} has no row "
        f"{step.source} -{step.trigger}-> {step.target}"
    )


class Composed(NamedTuple):
    """All rows of a step, the result that its caller gets, and what it does to the books."""

    rows: Rows
    committed: Committed
    effects: Effects


def compose(*, step: Step, digest: str, found: Found) -> Composed:
    """What a step writes; whether it was shown so before is not asked.

    Raises:
        Refused: the step's template refuses.
        StepConflictError: the step belongs to no subject there is, or to no row of its table.
    """
    lifecycle = _lifecycle_row(step)
    writer_of_kind: Callable[..., Writer] = WRITERS.get(step.table, OrderWriter)
    writer = writer_of_kind(step=step, row=lifecycle, found=found)
    effects = lifecycle.posts(writer.book, step.command) if lifecycle.posts else Effects()
    rows, committed = writer.write(effects)
    committed = replace(committed, pays=_pays(step, effects, writer.book.deposit, found))
    rows["transition"] = _transition(step, digest, committed)
    rows.update(_accounts(step, effects, deposit=writer.book.deposit))
    rows.update(_postings(step, effects))
    rows.update(_freezes(step, effects, deposit=writer.book.deposit))
    rows.update(_returns(step, effects))
    rows.update(_movements(step, effects))
    if notices := list(_notices(step, lifecycle, writer)):
        rows["notice"] = notices
    return Composed(rows, committed, effects)


def _notices(step: Step, lifecycle: LifecycleRow, writer: Writer) -> Iterator[Rows]:
    number = 0
    for notice in lifecycle.notices:
        recipient = PLATFORM if notice.to == Role.PLATFORM else writer.holder(notice.to)
        if recipient is None:
            continue  # Nobody holds the role: there is nobody to tell.
        number += 1
        yield {
            "subject": step.subject,
            "sequence": step.sequence,
            "number": number,
            "event": notice.event,
            "recipient_role": notice.to,
            "recipient_party": recipient,
            "at": step.at,
        }


def _transition(step: Step, digest: str, committed: Committed) -> Rows:
    return {
        "subject": step.subject,
        "sequence": step.sequence,
        "axis": step.table,
        "item": step.item,
        "trigger": step.trigger,
        "source": step.source,
        "target": step.target,
        "variant": step.variant,
        "clause": step.clause,
        "actor_role": step.actor.role,
        "actor_party": step.actor.party,
        "actor_app": step.actor.app,
        "command": command_json(step.command),
        "command_id": step.command_id,
        "at": step.at,
        "recorded_at": step.recorded_at,
        "terms_version": step.terms_version,
        "digest": digest,
        "result": committed_json(committed),
    }


def _accounts(step: Step, effects: Effects, *, deposit: Account) -> Rows:
    """The accounts that the step needs: a deposit may be frozen before anything was put in."""
    accounts = {leg.account for journal in effects.journals for leg in journal.legs}
    if effects.freezes:
        accounts.add(deposit)
    if not accounts:
        return {}
    return {
        "account": [
            {
                "id": account.id,
                "kind": account.kind,
                "owner": account.owner,
                "opened_at": step.at,
            }
            for account in accounts
        ]
    }


def _postings(step: Step, effects: Effects) -> Rows:
    if not effects.journals:
        return {}
    return {
        "journal": [
            {
                "subject": step.subject,
                "sequence": step.sequence,
                "journal_no": number,
                "kind": journal.kind,
                "clause": journal.clause,
                "at": step.at,
            }
            for number, journal in enumerate(effects.journals, start=1)
        ],
        "entry": list(_entries(step.subject, step.sequence, effects)),
    }


def _pays(step: Step, effects: Effects, deposit: Account, found: Found) -> tuple[str, ...]:
    """The chargebacks, but for this one, of whose debts the step pays, or could: of one who owes,
    also what comes into the deposit is taken."""
    legs = [leg for journal in effects.journals for leg in journal.legs if leg.amount < ZERO]
    pays = {leg.account.owner for leg in legs if leg.account.kind == AccountKind.CHARGED_BACK}
    if any(leg.account == deposit for leg in legs):
        pays.update(found.owing)
    return tuple(sorted(pays - {step.subject}))


def _freezes(step: Step, effects: Effects, *, deposit: Account) -> Rows:
    """What is lifted, and what is placed in its stead."""
    rows: Rows = {}
    if effects.lifts:
        rows["lifted_freezes"] = {"lifted_at": step.at, "lifted_by": step.actor.party}
    if effects.freezes:
        rows["account_freeze"] = [
            {
                "account": deposit.id,
                "reason": each.reason,
                "author": step.actor.party,
                "clause": each.clause,
                "placed_at": step.at,
                "subject": step.subject,
                "sequence": step.sequence,
                "blocks": sorted(each.blocks),
            }
            for each in effects.freezes
        ]
    return rows


def _returns(step: Step, effects: Effects) -> Rows:
    if not effects.returns:
        return {}
    return {
        "disputed_refund": [
            {
                "chargeback": each.chargeback,
                "subject": step.subject,
                "sequence": step.sequence,
                "amount": each.amount.amount,
            }
            for each in effects.returns
        ]
    }


def _entries(subject: SubjectId, sequence: int, effects: Effects) -> Iterator[Rows]:
    for journal_no, journal in enumerate(effects.journals, start=1):
        for leg_no, leg in enumerate(journal.legs, start=1):
            yield {
                "account": leg.account.id,
                "subject": subject,
                "sequence": sequence,
                "journal_no": journal_no,
                "leg_no": leg_no,
                "amount": leg.amount.amount,
                "currency": leg.amount.currency,
            }


def _movements(step: Step, effects: Effects) -> Rows:
    rows: Rows = {}
    intended = (*((effects.intends,) if effects.intends else ()), *effects.refunds)
    if intended:
        rows["movement"] = [movement_row(step=step, movement=each) for each in intended]
    if effects.settles:
        rows["settled"] = {
            "reference": effects.settles.reference,
            "state": effects.settles.state,
            "external_ref": effects.settles.external_ref,
            "reason": effects.settles.reason,
            "settled_at": step.at,
            "settled_sequence": step.sequence,
        }
    return rows
