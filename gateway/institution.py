"""Owns what the payment institution tells us by itself: signed messages about disputes, each dealt
with once, whatever order they come in (PSR-22-1).

A message that fits nothing is kept, taken, and shown to a person: the institution could not mend it
by sending it again. Only a verdict that comes before its dispute is sent back to come again.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

import structlog
from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic_core import from_json
from standardwebhooks import Webhook, WebhookVerificationError

from daigou.domain.commands import DisputeReason, InstitutionVerdict
from daigou.domain.ids import AppKey, MovementRef, PartyId, SubjectId, chargeback_of
from daigou.domain.order import Actor, Role, Trigger
from daigou.domain.refusals import Refused
from daigou.ledger.account_views import ChargebackView
from daigou.ledger.institution import Dealt, Outcome
from daigou.ledger.views import ApplicationView
from daigou.settings import Settings
from gateway.backend import Backend
from gateway.disputing import beginning_of
from gateway.engine import EndedError, WorkflowEngine
from gateway.kinds import CHARGEBACKS
from gateway.once import command_id
from gateway.opening import Asking, begin, check
from gateway.parsing import BODY_BYTES_MAX, bounded, parse_or_refuse
from gateway.problems import EdgeCode, Fault, FaultIn, ProblemError, invalid, unavailable
from gateway.schemas import ReportChargebackBody
from gateway.schemas.chargebacks import Disputed, DisputeRef, PaymentRef
from gateway.trace import note
from gateway.wire import Answered, Moment, Reference
from workflows.messages import Pull

log = structlog.get_logger("gateway")

OPENED, WON, LOST = "dispute.opened", "dispute.won", "dispute.lost"
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_CLAUSE = "PSR-22-1"
_ID = re.compile(r"[!-~]{1,255}", re.ASCII)
_TYPE = re.compile(r"[0-9A-Za-z_.-]{1,80}", re.ASCII)
_NO_CODE = re.compile(r"[^0-9A-Za-z_./:-]", re.ASCII)
_DETAIL_CHARS_MAX = 200
_VERDICTS = {WON: Trigger.WIN_CHARGEBACK, LOST: Trigger.LOSE_CHARGEBACK}


class _Told(BaseModel):
    """What others tell us: strict in what we read of it; what we do not know is passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)


def _known_reason(value: Any) -> Any:
    # A reason that is new to us is for a person to examine.
    if isinstance(value, str):
        return value if value in set(DisputeReason) else DisputeReason.OTHER.value
    return value


class OpenedDispute(_Told):
    """A dispute that was opened about a payment of ours, or a part of it."""

    dispute_id: DisputeRef
    payment: PaymentRef
    amount: Disputed
    reason: Annotated[
        DisputeReason,
        BeforeValidator(_known_reason),
        Field(description="Any other is taken for `other`."),
    ]
    evidence_due: Annotated[
        Moment, Field(description="Evidence is taken strictly before this moment.")
    ]


class DecidedDispute(_Told):
    """The institution's verdict on a dispute."""

    dispute_id: DisputeRef
    decision: Annotated[
        Reference, Field(description="The institution's number of it.", examples=["vd-2026-0001"])
    ]


class DisputeOpened(_Told):
    """A payment was charged back."""

    type: Literal["dispute.opened"]
    timestamp: Moment
    data: OpenedDispute


class DisputeDecided(_Told):
    """`dispute.won`: the institution gives the money back; `dispute.lost`: it does not."""

    type: Literal["dispute.won", "dispute.lost"]
    timestamp: Moment
    data: DecidedDispute


InstitutionMessage = Annotated[DisputeOpened | DisputeDecided, Field(discriminator="type")]
_MESSAGE: TypeAdapter[DisputeOpened | DisputeDecided] = TypeAdapter(InstitutionMessage)


class TakenAnswer(Answered):
    """The message was taken; it need not be sent again."""

    outcome: Annotated[
        Outcome,
        Field(
            description="`recorded` in the books, `ignored` as of no concern, `for_a_person` to "
            "look at: it fits nothing that is known here."
        ),
    ]
    detail: Annotated[str | None, Field(description="What it does not fit, as a code.")]
    chargeback_id: Annotated[str | None, Field(examples=["cbk_2026_0001.dp_77"])]

    @classmethod
    def of(cls, dealt: Dealt) -> Self:
        """What became of the message, as it travels."""
        return cls(
            outcome=dealt.outcome,
            detail=dealt.detail or None,
            chargeback_id=dealt.chargeback,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """The line on which the institution is heard."""

    request: Request
    caller: ApplicationView

    @property
    def backend(self) -> Backend:
        backend: Backend = self.request.app.state.backend
        return backend

    @property
    def actor(self) -> Actor:
        return Actor(role=Role.PAYMENT_INSTITUTION, party=self.caller.party)


async def hear_institution(request: Request) -> TakenAnswer:
    """Takes a message of the institution, once an id.

    Raises:
        ProblemError: it is not signed by the institution, or not now (401); it cannot be read, or
            another one had its id (4xx); or it has to come again (503). Nothing was changed, unless
            it has to come again.
    """
    settings: Settings = request.app.state.settings
    raw = await bounded(request, bytes_max=BODY_BYTES_MAX, what="a message")
    _prove(settings, raw, dict(request.headers))
    line = _Line(request=request, caller=_institution(settings))
    id_, event = _id_of(request), _type_of(raw)
    said = _read(event, raw)
    digest = hashlib.sha256(raw).hexdigest()
    heard = await line.backend.accounting.hear(
        message=id_,
        digest=digest,
        event=event if _TYPE.fullmatch(event) else "unreadable",
        dispute=said.data.dispute_id if said else None,
        content=said.model_dump(mode="json") if said else {},
    )
    if heard.digest != digest:
        raise _reused(id_)
    dealt = heard.dealt or await line.backend.accounting.deal(id_, await _deal(line, said))
    note(request, outcome=dealt.outcome, subject=dealt.chargeback)
    log.info(
        "institution.heard",
        message_type=event if _TYPE.fullmatch(event) else "unreadable",
        outcome=dealt.outcome,
        detail=dealt.detail,
        again=heard.dealt is not None,
    )
    return TakenAnswer.of(dealt)


# The message.


def _prove(settings: Settings, raw: bytes, headers: Mapping[str, str]) -> None:
    for secret in settings.institution_webhook_secrets:
        try:
            Webhook(secret).verify(raw, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            continue
        return
    raise ProblemError(
        code=EdgeCode.UNAUTHENTICATED,
        detail="the message is not signed by the payment institution, or not within five minutes",
        clause=_CLAUSE,
    )


def _institution(settings: Settings) -> ApplicationView:
    return ApplicationView(
        key=AppKey("payment-institution"),
        name="the payment institution",
        roles=frozenset({Role.PAYMENT_INSTITUTION}),
        party=PartyId(settings.institution_party),
        created_at=datetime.now(UTC),
        revoked_at=None,
    )


def _id_of(request: Request) -> str:
    id_ = request.headers.get("webhook-id", "")
    if not _ID.fullmatch(id_):
        raise invalid([_of_the_id("has 1 to 255 visible ASCII characters", code="invalid")])
    return id_


def _type_of(raw: bytes) -> str:
    try:
        said = from_json(raw)
    except ValueError:
        raise ProblemError(code=EdgeCode.MALFORMED_JSON, detail="the body is no JSON") from None
    event = said.get("type") if isinstance(said, dict) else None
    if not isinstance(event, str):
        raise invalid([Fault(pointer="/type", code="missing", detail="is missing")])
    return event


def _read(event: str, raw: bytes) -> DisputeOpened | DisputeDecided | None:
    """The message, if it is of a type that concerns us."""
    if event != OPENED and event not in _VERDICTS:
        return None
    return parse_or_refuse(_MESSAGE, raw, clause_of=lambda _: _CLAUSE, tag="type")


def _reused(id_: str) -> ProblemError:
    return invalid([_of_the_id(f"{id_} was another message's", code="reused")])


def _of_the_id(detail: str, *, code: str) -> Fault:
    return Fault(where=FaultIn.HEADER, pointer="/webhook-id", code=code, detail=detail)


# What becomes of it.


async def _deal(line: _Line, said: DisputeOpened | DisputeDecided | None) -> Dealt:
    if said is None:
        return Dealt(outcome=Outcome.IGNORED)
    dealt = (
        await _opened(line, said.data)
        if isinstance(said, DisputeOpened)
        else await _decided(line, said)
    )
    if dealt.outcome == Outcome.FOR_A_PERSON:
        await line.backend.accounting.note_dispute(
            dispute=said.data.dispute_id, detail=dealt.detail
        )
    return dealt


async def _opened(line: _Line, said: OpenedDispute) -> Dealt:
    accounting = line.backend.accounting
    about = f"{said.payment}:{said.amount.amount}fen"
    before = await accounting.chargeback_of(said.dispute_id)
    if before is not None:
        is_same = (before.payment, before.charged_back.amount) == (
            said.payment, said.amount.money,
        )  # fmt: skip
        return _recorded(before) if is_same else _for_a_person("opened_otherwise", about)
    payment = await accounting.payment(MovementRef(said.payment))
    order = await line.backend.order(payment.order) if payment else None
    if payment is None or order is None:
        return _for_a_person("unknown_payment", about)
    asking = _asking(line, said, chargeback_of(order.id, said.dispute_id))
    try:
        begins = beginning_of(asking, order)
        await check(asking, *begins.checks)
        await begin(asking, begins)
    except Refused as refused:
        return _for_a_person(f"refused_{refused.code}", about)
    except ProblemError as problem:
        if problem.code != EdgeCode.ID_TAKEN:
            raise
        return _for_a_person("opened_otherwise", about)
    return Dealt(outcome=Outcome.RECORDED, chargeback=chargeback_of(order.id, said.dispute_id))


def _asking(
    line: _Line, said: OpenedDispute, chargeback: str
) -> Asking[ChargebackView, ReportChargebackBody]:
    return Asking(
        request=line.request,
        caller=line.caller,
        # The same for every message that says so, whatever its id.
        key=f"{OPENED}/{said.dispute_id}",
        kind=CHARGEBACKS,
        body=ReportChargebackBody(
            dispute=said.dispute_id,
            payment=said.payment,
            amount=said.amount,
            reason=said.reason,
            evidence_due=said.evidence_due,
        ),
        actor=line.actor,
        subject=SubjectId(chargeback),
    )


async def _decided(line: _Line, said: DisputeDecided) -> Dealt:
    dispute = said.data.dispute_id
    found = await line.backend.accounting.chargeback_of(dispute)
    if found is None:
        return await _decided_unopened(line, said)
    if found.charged_back.decided:
        return _by_what_is_known(found, said, otherwise="contradicts_the_verdict")
    engine: WorkflowEngine = line.request.app.state.engine
    pull = Pull(
        actor=line.actor,
        command=InstitutionVerdict(external_ref=said.data.decision),
        command_id=command_id(line.caller, f"{said.type}/{dispute}"),
        seen=found.sequence,
    )
    try:
        await engine.pull(SubjectId(found.id), _VERDICTS[said.type], pull)
    except (EndedError, Refused):
        now = await line.backend.accounting.chargeback_of(dispute) or found
        return _by_what_is_known(now, said, otherwise="came_after_the_end")
    return _recorded(found)


async def _decided_unopened(line: _Line, said: DisputeDecided) -> Dealt:
    """The verdict on a dispute that is not in the books."""
    if not await line.backend.accounting.was_left_to_a_person(said.data.dispute_id):
        raise unavailable("the opening of this dispute has not come yet: send this again after it")
    if said.type == WON:
        # What was taken is given back: nothing is left to be recorded.
        return Dealt(outcome=Outcome.IGNORED)
    return _for_a_person("lost_unopened", said.data.decision)


def _by_what_is_known(chargeback: ChargebackView, said: DisputeDecided, *, otherwise: str) -> Dealt:
    known = chargeback.charged_back
    if known.won if said.type == WON else known.lost:
        return _recorded(chargeback)
    return _for_a_person(otherwise, f"{said.type}:{said.data.decision}")


def _recorded(chargeback: ChargebackView) -> Dealt:
    return Dealt(outcome=Outcome.RECORDED, chargeback=chargeback.id)


def _for_a_person(code: str, about: str) -> Dealt:
    detail = _NO_CODE.sub("_", f"{code}:{about}")[:_DETAIL_CHARS_MAX]
    return Dealt(outcome=Outcome.FOR_A_PERSON, detail=detail)
