"""Owns the moves that paths are made of: each makes one party's act for one deal."""

from daigou.domain.commands import (
    Accept,
    ChooseLogistics,
    ObjectionReason,
    ObjectToGoods,
    Outcome,
    Pay,
    Plain,
    Purchase,
    RecordPurchase,
    RefusalReason,
    Refuse,
    ReportUnrealizable,
    Transport,
    UnrealizableReason,
    WarehouseReceipt,
    Withdraw,
)
from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.ports.counterparties import Standing
from daigou.simulator.plans import Act, Deal, Move, Share

_TO_BE_KNOWN = Outcome(reference=MovementRef(""))


def accept(deal: Deal) -> Act:
    """The provider accepts."""
    return Act(
        role=Role.PROVIDER,
        trigger=Trigger.ACCEPT,
        at=State.REQUESTED,
        command=Accept(lines=deal.lines),
    )


def refuse(deal: Deal) -> Act:
    """The provider refuses."""
    return Act(
        role=Role.PROVIDER,
        trigger=Trigger.REFUSE,
        at=State.REQUESTED,
        command=Refuse(reason=RefusalReason.NO_CAPACITY),
    )


def withdraw(at: State) -> Move:
    """The client takes the request back."""

    def move(deal: Deal) -> Act:
        return Act(role=Role.CLIENT, trigger=Trigger.WITHDRAW, at=at, command=Withdraw())

    return move


def choose_logistics(at: State) -> Move:
    """The client chooses logistics."""

    def move(deal: Deal) -> Act:
        return Act(
            role=Role.CLIENT,
            trigger=Trigger.CHOOSE_LOGISTICS,
            at=at,
            command=ChooseLogistics(logistics=deal.logistics.id),
        )

    return move


def pay(share: Share, method: str = "") -> Move:
    """The client pays the whole amount, the deposit its share and a payment method the rest."""

    def move(deal: Deal) -> Act:
        from_deposit = share.of(deal.amount_fen)
        return Act(
            role=Role.CLIENT,
            trigger=Trigger.PAY,
            at=State.ACCEPTED,
            command=Pay(
                from_deposit=Money(from_deposit),
                from_institution=Money(deal.amount_fen - from_deposit),
                payment_method=method,
            ),
        )

    return move


def told_by_institution(trigger: Trigger, at: State, standing: Standing) -> Move:
    """A person of the institution decides, and says so, once the wait was escalated."""

    def move(deal: Deal) -> Act:
        return Act(
            role=Role.PAYMENT_INSTITUTION,
            trigger=trigger,
            at=at,
            command=_TO_BE_KNOWN,
            after=Trigger.ESCALATE,
            decides=standing,
        )

    return move


def purchase(deal: Deal) -> Act:
    """The provider orders from the seller."""
    return Act(role=Role.PROVIDER, trigger=Trigger.PURCHASE, at=State.EFFECTIVE, command=Purchase())


def purchase_late(deal: Deal) -> Act:
    """The provider orders only after the purchase was escalated."""
    return Act(
        role=Role.PROVIDER,
        trigger=Trigger.PURCHASE,
        at=State.EFFECTIVE,
        command=Purchase(),
        after=Trigger.ESCALATE,
    )


def record_purchase(deal: Deal) -> Act:
    """The provider itself records the purchase, of which the seller platform says nothing."""
    return Act(
        role=Role.PROVIDER,
        trigger=Trigger.RECORD_PURCHASE,
        at=State.PURCHASING,
        command=RecordPurchase(
            seller_order_no=f"90{deal.basket.offer.id}",
            goods=Money(deal.goods_fen),
            freight=Money(deal.freight_fen),
            delivery_address=deal.storage.address,
        ),
        after=Trigger.ESCALATE,
        decides=Standing.DONE,
    )


def report(reason: UnrealizableReason) -> Move:
    """The provider reports that the purchase cannot be made."""

    def move(deal: Deal) -> Act:
        return Act(
            role=Role.PROVIDER,
            trigger=Trigger.REPORT_UNREALIZABLE,
            at=State.EFFECTIVE,
            command=ReportUnrealizable(reason=reason),
        )

    return move


def receive_at_storage(after: Trigger | None = None) -> Move:
    """The storage receives the goods."""

    def move(deal: Deal) -> Act:
        return Act(
            role=Role.STORAGE,
            trigger=Trigger.WAREHOUSE_RECEIPT,
            at=State.PURCHASED,
            command=WarehouseReceipt(parcel_ref=f"PARCEL-{deal.basket.offer.id}"),
            after=after,
        )

    return move


def object_to_goods(deal: Deal) -> Act:
    """Logistics objects to the goods."""
    return Act(
        role=Role.LOGISTICS,
        trigger=Trigger.OBJECT_TO_GOODS,
        at=State.WAREHOUSED,
        command=ObjectToGoods(reason=ObjectionReason.WRONG_QUANTITY),
    )


def resolve_objection(after: Trigger | None = None) -> Move:
    """Logistics says that its objection is settled."""

    def move(deal: Deal) -> Act:
        return Act(
            role=Role.LOGISTICS,
            trigger=Trigger.RESOLVE_OBJECTION,
            at=State.WAREHOUSE_OBJECTION,
            command=Plain(),
            after=after,
        )

    return move


def clear_customs(deal: Deal) -> Act:
    """The goods clear export customs."""
    return Act(
        role=Role.LOGISTICS,
        trigger=Trigger.CLEAR_CUSTOMS,
        at=State.STORED,
        command=Transport(tracking_ref=f"TRACK-{deal.basket.offer.id}"),
    )


def deliver(after: Trigger | None = None) -> Move:
    """The goods are delivered."""

    def move(deal: Deal) -> Act:
        return Act(
            role=Role.LOGISTICS,
            trigger=Trigger.DELIVER,
            at=State.EXPORTED,
            command=Transport(tracking_ref=f"TRACK-{deal.basket.offer.id}"),
            after=after,
        )

    return move


def confirm_receipt(after: Trigger | None = None) -> Move:
    """The client confirms receipt."""

    def move(deal: Deal) -> Act:
        return Act(
            role=Role.CLIENT,
            trigger=Trigger.CONFIRM_RECEIPT,
            at=State.DELIVERED,
            command=Plain(),
            after=after,
        )

    return move
