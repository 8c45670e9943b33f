"""Owns what others say to the workflows and hear from them: names, arguments, answers."""

from dataclasses import dataclass
from datetime import datetime

from temporalio.common import SearchAttributeKey

from activities.refusals import REFUSED as REFUSED
from activities.refusals import as_refused as as_refused
from activities.visibility import CATCH_UP as CATCH_UP
from daigou.domain.commands import Command, Request, RequestRecharge
from daigou.domain.ids import OrderId, RechargeId
from daigou.domain.order import Actor, State, Trigger

PURCHASE_ORDER = "PurchaseOrder"
RECHARGE = "Recharge"
NOTICES = "Notices"
NOTICES_ID = "notices"
"""There is one such workflow, under this id."""
OPENED = "opened"
"""The update that a start carries: it answers with the first `Receipt` once that is written."""

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
class OpenOrder:
    """Starts a `PurchaseOrder`. `time_scale` divides every duration, for as long as it lives."""

    order: OrderId
    request: Request
    actor: Actor
    command_id: str
    terms_version: str
    time_scale: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRecharge:
    """Starts a `Recharge`."""

    recharge: RechargeId
    request: RequestRecharge
    actor: Actor
    command_id: str
    terms_version: str
    time_scale: int = 1


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
