"""One plausible order, and the actors and commands around it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from daigou.domain import commands
from daigou.domain.commands import Command, LineCode, Mandate, Request
from daigou.domain.ids import MovementRef, PartyId
from daigou.domain.lifecycle.table import Situation
from daigou.domain.money import Money
from daigou.domain.order import (
    ROLES_BOUND_TO_AN_ORDER,
    Actor,
    Parties,
    Role,
    TableName,
    Trigger,
)
from daigou.domain.terms import terms_of

TERMS = terms_of("2026-11")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

CLIENT = PartyId("cli_anna")
PROVIDER = PartyId("prv_kai")
STORAGE = PartyId("sto_yiwu")
LOGISTICS = PartyId("log_sino")
PROMOTER = PartyId("pro_mia")
PARTIES = Parties(
    client=CLIENT, provider=PROVIDER, storage=STORAGE, logistics=LOGISTICS, promoter=PROMOTER
)
REFERENCE = MovementRef("ord_kettles/7")

REQUEST = Request(
    client=CLIENT,
    provider=PROVIDER,
    storage=STORAGE,
    logistics=LOGISTICS,
    product_link="https://detail.1688.com/offer/900000000001.html",
    offer_id="900000000001",
    title="kettle",
    seller_name="Yiwu Kitchenware",
    specification="1.7 l, steel",
    category="kitchen",
    quantity=300,
    unit_price=Money(4_00),
    freight=Money(30_00),
    delivery_address="adr_yiwu",
    client_country="DE",
    mandate=Mandate(version="2026-11", digest="", agreed_at=NOON),
)

PAY_FROM_DEPOSIT = commands.Pay(from_deposit=Money(1_231_23))
PAY_FROM_BOTH = commands.Pay(
    from_deposit=Money(231_23), from_institution=Money(1_000_00), payment_method="card"
)

RECHARGE = commands.RequestRecharge(client=CLIENT, amount=Money(500_00), payment_method="pm_ok")
_OUTCOME = commands.Outcome(reference=REFERENCE)
_COMMANDS: dict[Trigger, Command] = {
    Trigger.REQUEST: REQUEST,
    Trigger.ACCEPT: commands.Accept(),
    Trigger.REFUSE: commands.Refuse(reason=commands.RefusalReason.NO_CAPACITY),
    Trigger.WITHDRAW: commands.Withdraw(),
    Trigger.CHOOSE_LOGISTICS: commands.ChooseLogistics(logistics=LOGISTICS),
    Trigger.PAY: PAY_FROM_BOTH,
    Trigger.CONFIRM_PAYMENT: _OUTCOME,
    Trigger.DECLINE_PAYMENT: _OUTCOME,
    Trigger.PURCHASE: commands.Purchase(),
    Trigger.RECORD_PURCHASE: commands.RecordPurchase(
        seller_order_no="so_1",
        goods=Money(1_200_00),
        freight=Money(30_00),
        delivery_address="adr_yiwu",
    ),
    Trigger.FAIL_PURCHASE: _OUTCOME,
    Trigger.REJECT_PURCHASE: _OUTCOME,
    Trigger.REPORT_UNREALIZABLE: commands.ReportUnrealizable(
        reason=commands.UnrealizableReason.SOLD_OUT
    ),
    Trigger.WAREHOUSE_RECEIPT: commands.WarehouseReceipt(parcel_ref="parcel_1"),
    Trigger.OBJECT_TO_GOODS: commands.ObjectToGoods(reason=commands.ObjectionReason.DAMAGED),
    Trigger.CLEAR_CUSTOMS: commands.Transport(tracking_ref="trk_1"),
    Trigger.DELIVER: commands.Transport(tracking_ref="trk_1"),
    Trigger.CONFIRM_REFUND: _OUTCOME,
    Trigger.FAIL_REFUND: _OUTCOME,
    Trigger.CONFIRM_RECHARGE: _OUTCOME,
    Trigger.DECLINE_RECHARGE: _OUTCOME,
}


def request(**changes: Any) -> Request:
    """The request for 300 kettles, changed as told."""
    return replace(REQUEST, **changes)


def command_of(trigger: Trigger, table: TableName = TableName.FULFILMENT) -> Command:
    """A well-formed command of a trigger."""
    if (table, trigger) == (TableName.RECHARGE, Trigger.REQUEST):
        return RECHARGE
    return _COMMANDS.get(trigger, commands.Plain())


def actor(role: Role, party: PartyId | None = None) -> Actor:
    """Someone in that role: by default this order's own, or anybody where the role is nobody's."""
    own = PARTIES.holder(role) if role in ROLES_BOUND_TO_AN_ORDER else PartyId(f"any_{role}")
    if own is None:
        raise LookupError(role)
    return Actor(role=role, party=own if party is None else party)


def situation(
    role: Role,
    command: Command,
    *,
    party: PartyId | None = None,
    parties: Parties = PARTIES,
) -> Situation:
    """What a guard sees when that role gives that command."""
    return Situation(actor=actor(role, party), command=command, parties=parties, terms=TERMS)


def line(code: LineCode, amount: int, collector: PartyId) -> commands.Line:
    """A line that a provider adds to the checkout; `amount` in fen."""
    return commands.Line(code=code, label=code.value, amount=Money(amount), collector=collector)
