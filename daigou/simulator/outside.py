"""Owns what people outside do before an act: one at a counterparty decides, somebody pays."""

from daigou.domain.ids import MovementRef, OrderId
from daigou.domain.money import Money
from daigou.domain.order import State
from daigou.simulator.counterparties import SimulatedCounterparties
from daigou.simulator.plans import BESIDE, Act, beside_of


async def decide_outside(
    outside: SimulatedCounterparties, act: Act, reference: MovementRef
) -> None:
    """A person at a silent counterparty enters in its books what the act then says, if anything.

    Raises:
        LookupError: nothing of that reference is pending.
    """
    if act.decides is None:
        return
    at_sellers = act.at == State.PURCHASING
    books = outside.seller_platform if at_sellers else outside.payment_institution
    await books.decide(reference=reference, standing=act.decides)


async def pay_outside(outside: SimulatedCounterparties, act: Act, order: OrderId) -> None:
    """The seller pays back what the act then records, or somebody pays it out of its own pocket;
    once, however often it is tried. What is paid for a claim is the claim's, and not the order's.
    """
    if fen := act.pays_back_fen or act.pays_more_fen:
        await outside.seller_platform.pay_back(
            reference=f"{order}/{act.payback}",
            subject=beside_of(act, order) if act.table in BESIDE else order,
            amount=Money(fen),
            own=bool(act.pays_more_fen),
        )
