"""Owns what others say to the workflows and hear from them: names, arguments, answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from temporalio.common import SearchAttributeKey, SearchAttributePair

from activities.refusals import REFUSED as REFUSED
from activities.refusals import as_refused as as_refused
from activities.visibility import CATCH_UP as CATCH_UP
from daigou.domain.clocks import Clock
from daigou.domain.commands import Claim, Command, Request, RequestRecharge
from daigou.domain.ids import ClaimId, OrderId, PartyId, RechargeId, SubjectId
from daigou.domain.openings import OpenSubject as OpenSubject
from daigou.domain.openings import Start
from daigou.domain.order import Actor, Parties, Role, State, TableName, Trigger
from daigou.domain.steps import MoneyLine

PURCHASE_ORDER = "PurchaseOrder"
CANCELLATION = "Cancellation"
DISSOLUTION = "Dissolution"
NOTICES = "Notices"
NOTICES_ID = "notices"
"""There is one such workflow, under this id."""
OPENED = "opened"
"""The update that a start carries: it answers with the first `Receipt` once that is written."""

STRIKE = "strike"
"""The signal by which a case tells its order that a clock has come to its moment."""

ORDER_STATE = SearchAttributeKey.for_keyword("OrderState")
ORDER_CASE = SearchAttributeKey.for_keyword("OrderCase")
PAYMENT_HOLD = SearchAttributeKey.for_keyword("PaymentHold")
CLIENT_ID = SearchAttributeKey.for_keyword("ClientId")
PROVIDER_ID = SearchAttributeKey.for_keyword("ProviderId")
NEXT_ACTOR = SearchAttributeKey.for_keyword("NextActor")
DUE_AT = SearchAttributeKey.for_datetime("DueAt")
AMOUNT_FEN = SearchAttributeKey.for_int("AmountFen")


def update_name(trigger: Trigger) -> str:
    """The update that pulls a trigger; it takes a `Pull` and answers with a `Receipt`."""
    return trigger.value


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrder(Start):
    """Starts a `PurchaseOrder`."""

    order: OrderId
    request: Request

    @property
    def subject(self) -> SubjectId:
        """What is opened."""
        return SubjectId(self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRecharge(Start):
    """Starts a `Recharge`."""

    recharge: RechargeId
    request: RequestRecharge

    @property
    def subject(self) -> SubjectId:
        """What is opened."""
        return SubjectId(self.recharge)

    @property
    def parties(self) -> Parties:
        """Nobody but the client whose deposit it is."""
        return Parties.alone(self.request.client)

    @property
    def due(self) -> None:
        """No date is agreed on for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClaim(Start):
    """Starts a `Claim`; `parties` are those between whom it is."""

    claim: ClaimId
    request: Claim
    parties: Parties

    @property
    def subject(self) -> SubjectId:
        """What is opened."""
        return SubjectId(self.claim)

    @property
    def due(self) -> None:
        """No date is agreed on for it."""


class SubjectOpening(Protocol):
    """What the workflow of a subject that is no order reads of its opening, whatever its kind."""

    @property
    def subject(self) -> SubjectId:
        """What is opened."""

    @property
    def request(self) -> Command:
        """The command that opens it."""

    @property
    def parties(self) -> Parties:
        """Who takes part in it."""

    @property
    def due(self) -> datetime | None:
        """The date agreed on for it, if there is one."""

    @property
    def actor(self) -> Actor:
        """Who opens it."""

    @property
    def command_id(self) -> str:
        """The key of the command."""

    @property
    def terms_version(self) -> str:
        """The terms that it lives by."""

    @property
    def time_scale(self) -> int:
        """What divides every duration."""


Opening = OpenOrder | OpenRecharge | OpenClaim | OpenSubject
"""Starts a subject, in the workflow of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A command to a living subject; `item` names the parcel, refund, … that it is for.

    `seen` is how many transitions of the subject its sender saw in the books. A workflow that
    knows of fewer looks there first: it would judge by a state that is over.
    """

    actor: Actor
    command: Command
    command_id: str
    item: str = ""
    seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNews:
    """What happened to a case, as its own history shows it: where it stands, and what runs out.

    `money` is what is known of its money in words and sums.
    """

    sequence: int
    trigger: Trigger
    clause: str
    state: State
    says: str
    at: datetime
    next_actor: Role | None
    clocks: tuple[Clock, ...]
    ended: bool
    order_state: State
    money: tuple[MoneyLine, ...] = ()


def attributes_of(news: CaseNews) -> list[SearchAttributePair[Any]]:
    """The search attributes of a case that stands so."""
    clock = next(iter(news.clocks), None)
    return [
        SearchAttributePair(ORDER_STATE, news.state.value),
        SearchAttributePair(NEXT_ACTOR, news.next_actor or "nobody"),
        *([SearchAttributePair(DUE_AT, clock.due)] if clock else []),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """Starts the workflow that tells the story of an order's case, and keeps its clocks."""

    order: SubjectId
    case: TableName
    number: int
    client: PartyId
    provider: PartyId
    news: CaseNews


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refusal as it travels: the fields of `Refused`."""

    code: str
    clause: str
    detail: str
    allowed_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a subject ended, as its history shows it."""

    state: State
    at: datetime
    transitions: int
