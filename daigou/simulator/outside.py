"""Owns what people outside do before an act: one at a counterparty decides, somebody pays, or has
the institution take a payment back."""

from daigou.domain.commands import Command, ReportChargeback
from daigou.domain.ids import MovementRef, OrderId
from daigou.domain.money import Money
from daigou.domain.order import State, TableName, Trigger
from daigou.simulator.counterparties import SimulatedCounterparties
from daigou.simulator.plans import BESIDE, Act, beside_of, dispute_of

_VERDICTS = {Trigger.WIN_CHARGEBACK: True, Trigger.LOSE_CHARGEBACK: False}


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
    """The seller pays back what the act then records, somebody pays it out of its own pocket, or a
    buyer pays it for the goods; once, however often it is tried. What is paid for a claim is the
    claim's, and not the order's.
    """
    if act.sells_fen:
        await outside.buyers.pay(reference=f"{order}/{act.payback}", amount=Money(act.sells_fen))
    if fen := act.pays_back_fen or act.pays_more_fen:
        await outside.seller_platform.pay_back(
            reference=f"{order}/{act.payback}",
            subject=beside_of(act, order) if act.table in BESIDE else order,
            amount=Money(fen),
            own=bool(act.pays_more_fen),
        )


async def dispute_outside(
    outside: SimulatedCounterparties, act: Act, order: OrderId, command: Command
) -> None:
    """The client has the institution take a payment back, or a person there decides about that;
    once, however often it is tried.

    Raises:
        LookupError: there is no such dispute.
    """
    if act.table != TableName.CHARGEBACK:
        return
    institution = outside.payment_institution
    if isinstance(command, ReportChargeback):
        await institution.charge_back(
            dispute=command.dispute, original=command.payment, amount=command.amount
        )
    if act.trigger in _VERDICTS:
        await institution.decide_dispute(
            dispute=dispute_of(order, act.item), for_the_platform=_VERDICTS[act.trigger]
        )
