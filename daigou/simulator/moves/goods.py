"""Owns the moves of goods: each parcel's way from the seller to the client's door.

Parcels are counted from 1. Where nothing else is said, it is the order's first.
"""

from collections.abc import Callable

from daigou.domain.commands import (
    Cause,
    CauseFound,
    Command,
    Dispatch,
    Noted,
    Objection,
    ObjectionReason,
    Plain,
    SellerRefund,
    Transport,
    WarehouseReceipt,
)
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.moves.happening import struck
from daigou.simulator.plans import Act, Cue, Move
from daigou.simulator.tally import Tally

WHAT_IS_SEEN = "one of the cartons is torn open, and 3 pieces are missing (invented)"
"""A piece of evidence, in words."""

_Said = Callable[[Tally, int], Command]
"""Makes a command about a parcel."""


def report_progress(at: State) -> Move:
    """The provider reports how the order goes."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        command = Noted(note_ref="the seller packs the goods (invented)")
        return (Act(role=Role.PROVIDER, trigger=Trigger.REPORT_PROGRESS, at=at, command=command),)

    return move


def dispatch(pieces: int | None = None) -> Move:
    """The seller sends a parcel with so many pieces, or with all that are missing."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.parcels.append(tally.missing if pieces is None else pieces)
        number = len(tally.parcels)
        return (
            Act(
                role=Role.PROVIDER,
                trigger=Trigger.DISPATCH,
                at=State.PURCHASED,
                command=Dispatch(tracking_ref=_number("DOM", tally, number), quantity=pieces),
                table=TableName.PARCEL,
                item=number,
                opens=True,
            ),
        )

    return move


def receive(parcel: int = 0, *, at: State = State.DISPATCHED, pieces: int | None = None) -> Move:
    """The storage receives a parcel; without a number, one that nobody announced."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        number = parcel
        if not parcel:
            tally.parcels.append(tally.missing if pieces is None else pieces)
            number = len(tally.parcels)
        return (
            Act(
                role=Role.STORAGE,
                trigger=Trigger.WAREHOUSE_RECEIPT,
                at=at if parcel else State.PURCHASED,
                command=WarehouseReceipt(
                    parcel_ref=_number("PARCEL", tally, number), quantity=pieces
                ),
                table=TableName.PARCEL,
                item=number,
                opens=not parcel,
            ),
        )

    return move


def track(parcel: int = 1) -> Move:
    """The parcel was seen to move."""
    return _act(Role.PROVIDER, Trigger.TRACK, State.DISPATCHED, parcel, _transport("DOM"))


def report_lost(parcel: int = 1, *, by: Role = Role.PROVIDER, at: State = State.DISPATCHED) -> Move:
    """The parcel is lost."""
    command = Noted(note_ref="the carrier has found no trace of it (invented)")
    return _act(by, Trigger.REPORT_LOST, at, parcel, command)


def never_sent(tally: Tally) -> tuple[Cue, ...]:
    """The seller never sent what is missing: a parcel that never came."""
    tally.parcels.append(tally.missing)
    return (
        Act(
            role=Role.PROVIDER,
            trigger=Trigger.REPORT_LOST,
            at=State.PURCHASED,
            command=Noted(note_ref="the seller has not packed them (invented)"),
            table=TableName.PARCEL,
            item=len(tally.parcels),
            opens=True,
        ),
    )


def object_to_goods(
    parcel: int = 1, *, reason: ObjectionReason = ObjectionReason.WRONG_QUANTITY
) -> Move:
    """Logistics objects to the goods at the storage."""
    return _objects(Role.LOGISTICS, Trigger.OBJECT_TO_GOODS, State.WAREHOUSED, parcel, reason)


def exchange(at: State, parcel: int = 1) -> Move:
    """The seller sends other goods in the place of those lost, or objected to."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        command = Dispatch(tracking_ref=_number("DOM-AGAIN", tally, parcel))
        return _of_parcel(Role.PROVIDER, Trigger.EXCHANGE, at, parcel, command)

    return move


def pay_back(at: State, parcel: int = 1) -> Move:
    """The seller pays back a parcel that is lost, or was objected to; the client gets it."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        goods, freight = tally.pay_back(parcel)
        return (
            Act(
                role=Role.PROVIDER,
                trigger=Trigger.RECORD_SELLER_REFUND,
                at=at,
                command=SellerRefund(
                    goods=Money(goods),
                    freight=Money(freight),
                    external_ref=_number("BACK", tally, parcel),
                ),
                table=TableName.PARCEL,
                item=parcel,
                pays_back_fen=goods + freight,
            ),
        )

    return move


def resolve_objection(parcel: int = 1) -> Move:
    """Logistics says that its objection is settled."""
    at = State.WAREHOUSE_OBJECTION
    return _act(Role.LOGISTICS, Trigger.RESOLVE_OBJECTION, at, parcel, Noted())


def accept_goods(parcel: int = 1) -> Move:
    """The client takes the goods as they are."""
    at = State.WAREHOUSE_OBJECTION
    return _act(Role.CLIENT, Trigger.ACCEPT_GOODS, at, parcel, Plain())


def send_back(parcel: int = 1, *, at: State = State.STORED) -> Move:
    """The storage sends a parcel back to the seller; on its way there, the provider has it turned
    round."""
    by = Role.PROVIDER if at == State.DISPATCHED else Role.STORAGE
    return _act(by, Trigger.SEND_BACK, at, parcel, _transport("RETURN"))


def hand_back(parcel: int = 1) -> Move:
    """The seller has a parcel back."""
    return _act(Role.PROVIDER, Trigger.HAND_BACK, State.GOING_BACK, parcel, Noted())


def storage_charged(parcel: int = 1) -> Move:
    """The storage charges for another period."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.charge_storage()
        return parcel_struck(Trigger.CHARGE_STORAGE, State.STORED, parcel)(tally)

    return move


def pay_storage(parcel: int = 1, *, at: State = State.STORED) -> Move:
    """The client puts money into its deposit, and pays what the storage is owed."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return (
            Act(
                role=Role.CLIENT,
                trigger=Trigger.PAY_STORAGE,
                at=at,
                command=Plain(),
                table=TableName.PARCEL,
                item=parcel,
                recharges_fen=tally.pay_storage(),
            ),
        )

    return move


def abandon(parcel: int = 1) -> Move:
    """The client gives the goods at the storage up."""
    command = Noted(note_ref="no use for them any more (invented)")
    return _act(Role.CLIENT, Trigger.ABANDON_GOODS, State.STORED, parcel, command)


def clear_customs(parcel: int = 1) -> Move:
    """The parcel clears export customs."""
    command = _transport("TRACK")
    return _act(Role.LOGISTICS, Trigger.CLEAR_CUSTOMS, State.STORED, parcel, command)


def deliver(parcel: int = 1, *, at: State = State.EXPORTED) -> Move:
    """The parcel is delivered."""
    return _act(Role.LOGISTICS, Trigger.DELIVER, at, parcel, _transport("TRACK"))


def refuse_package(parcel: int = 1) -> Move:
    """The client refuses the package at the door."""
    damaged = ObjectionReason.DAMAGED
    return _objects(Role.CLIENT, Trigger.REFUSE_PACKAGE, State.EXPORTED, parcel, damaged)


def settle_package(cause: Cause, parcel: int = 1) -> Move:
    """The platform says where the cause of the refused package lies."""
    command = CauseFound(cause=cause)
    return _act(Role.PLATFORM, Trigger.SETTLE_PACKAGE, State.PACKAGE_REFUSED, parcel, command)


def duty_ends(parcel: int = 1) -> Move:
    """Nobody objected to a parcel in time."""
    return parcel_struck(Trigger.END_DUTY, State.WAREHOUSED, parcel)


def parcel_struck(trigger: Trigger, at: State, parcel: int = 1) -> Move:
    """A clock of a parcel strikes."""
    return struck(trigger, at, table=TableName.PARCEL, item=parcel)


def _act(role: Role, trigger: Trigger, at: State, parcel: int, command: Command | _Said) -> Move:
    def move(tally: Tally) -> tuple[Cue, ...]:
        said = command(tally, parcel) if callable(command) else command
        return _of_parcel(role, trigger, at, parcel, said)

    return move


def _objects(role: Role, trigger: Trigger, at: State, parcel: int, reason: ObjectionReason) -> Move:
    def move(tally: Tally) -> tuple[Cue, ...]:
        return (
            Act(
                role=role,
                trigger=trigger,
                at=at,
                command=Objection(reason=reason),
                table=TableName.PARCEL,
                item=parcel,
                hands_in=(WHAT_IS_SEEN,),
            ),
        )

    return move


def _of_parcel(
    role: Role, trigger: Trigger, at: State, parcel: int, command: Command
) -> tuple[Cue, ...]:
    return (
        Act(
            role=role,
            trigger=trigger,
            at=at,
            command=command,
            table=TableName.PARCEL,
            item=parcel,
        ),
    )


def _transport(kind: str) -> _Said:
    return lambda tally, parcel: Transport(tracking_ref=_number(kind, tally, parcel))


def _number(kind: str, tally: Tally, parcel: int) -> str:
    """A carrier's or storage's number, plainly invented: of the order's first parcel and others."""
    number = f"{kind}-{tally.deal.basket.offer.id}"
    return number if parcel == 1 else f"{number}-{parcel}"
