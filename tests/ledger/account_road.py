"""What happens to a client's account, walked through the one door: payouts, chargebacks, …"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from daigou.domain import commands
from daigou.domain.commands import DisputeReason, Footing, FreezeReason, Stand
from daigou.domain.ids import ChargebackId, MovementRef, OrderId, PartyId, SubjectId, chargeback_of
from daigou.domain.lifecycle import CHARGEBACK, CLOSURE, FREEZE, WITHDRAWAL
from daigou.domain.lifecycle.chargeback import STANDS
from daigou.domain.lifecycle.table import Table
from daigou.domain.money import Money
from daigou.domain.order import Parties, Role, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.ledger.road import ANNA, NOON, Subject, World

EVIDENCE_DUE = NOON + timedelta(days=10)


def withdrawal(world: World, fen: int, *, client: PartyId = ANNA) -> Subject:
    """A withdrawal that was asked for: it is on its way."""
    asked = commands.RequestWithdrawal(client=client, amount=Money(fen), payment_method="pm_1")
    subject = unborn(world, "wdr", WITHDRAWAL, client=client)
    subject.pull(Trigger.REQUEST_WITHDRAWAL, asked)
    return subject


def freeze(
    world: World,
    reason: FreezeReason = FreezeReason.SUSPICION,
    *,
    client: PartyId = ANNA,
    by: Role = Role.PLATFORM,
    at: datetime = NOON,
    of: Subject | None = None,
    **said: Any,
) -> Subject:
    """A freeze that somebody placed; a breach is `of` an order."""
    subject = unborn(world, "frz", FREEZE, client=client)
    subject.at = at
    if of is not None:
        said["order"], subject.parties = OrderId(of.id), of.parties
    asked = commands.PlaceFreeze(client=client, reason=reason, **said)
    subject.pull(Trigger.PLACE_FREEZE, asked, by=by)
    return subject


def closure(world: World, *, client: PartyId = ANNA) -> Subject:
    """The closing of an account that was asked for."""
    subject = unborn(world, "acl", CLOSURE, client=client)
    subject.pull(Trigger.CLOSE_ACCOUNT, commands.CloseAccount(client=client, payment_method="pm_1"))
    return subject


def unreported(world: World, order: Subject, dispute: str = "dp_1") -> Subject:
    """A chargeback that nobody reported yet."""
    return Subject(
        id=SubjectId(chargeback_of(OrderId(order.id), dispute)),
        commit=world.books.commit,
        table=CHARGEBACK,
        at=order.at,
        parties=order.parties,
    )


def chargeback(
    world: World,
    order: Subject,
    fen: int,
    *,
    dispute: str = "dp_1",
    reason: DisputeReason = DisputeReason.CHANGED_MIND,
    footing: Footing | None = None,
    heeded: bool = True,
    payment: int = 0,
) -> Subject:
    """A payment of an order that was charged back, by default its first; its order has heard of
    it."""
    subject = unreported(world, order, dispute)
    said = a_report(
        order,
        fen,
        dispute=dispute,
        reason=reason,
        footing=footing or Footing(),
        payment=payment_of(order, payment),
    )
    subject.pull(Trigger.REPORT_CHARGEBACK, said)
    if heeded:
        heed(order, subject)
    return subject


def a_report(order: Subject, fen: int, **changes: Any) -> commands.ReportChargeback:
    """That so much of an order's first payment was charged back, for no good reason."""
    return commands.ReportChargeback(
        **{
            "order": OrderId(order.id),
            "dispute": "dp_1",
            "payment": payment_of(order),
            "amount": Money(fen),
            "reason": DisputeReason.CHANGED_MIND,
            "evidence_due": EVIDENCE_DUE,
            "footing": Footing(),
            **changes,
        }
    )


def heed(order: Subject, subject: Subject) -> None:
    """The order hears where its chargeback stands, as its workflow would be told."""
    stand = STANDS.get(subject.state, Stand.HOLDS)
    if order.state not in order.table.ends:
        order.pull(
            Trigger.HEED_CHARGEBACK,
            commands.PaymentHold(chargeback=ChargebackId(subject.id), stand=stand),
        )


def institution_says(subject: Subject, trigger: Trigger) -> None:
    """The institution's answer about a payout, or about a payment of a debt."""
    intended = (Trigger.REQUEST_WITHDRAWAL, Trigger.WIND_UP, Trigger.PAY_CHARGEBACK)
    sequence = next(step.sequence for step in reversed(subject.steps) if step.trigger in intended)
    reference = MovementRef(f"{subject.id}/{sequence}")
    subject.pull(trigger, commands.Outcome(reference=reference, external_ref="ext-1"))


def pay_back(subject: Subject, *, deposit: int = 0, institution: int = 0) -> None:
    """The client pays what it had charged back; the institution has not answered yet."""
    subject.pull(
        Trigger.PAY_CHARGEBACK,
        commands.PayChargeback(
            from_deposit=Money(deposit),
            from_institution=Money(institution),
            payment_method="pm_1" if institution else "",
        ),
    )


def wind_up(subject: Subject) -> None:
    """It is looked whether everything of the account has ended."""
    subject.pull(Trigger.WIND_UP)


def lift(subject: Subject) -> None:
    """The platform lifts a freeze."""
    subject.pull(Trigger.LIFT_FREEZE, commands.Message(note_ref="txt_0001"), by=Role.PLATFORM)


def refusal(act: Callable[[], object]) -> tuple[RefusalCode, str]:
    """The code and the clause by which something is refused."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code, refused.value.clause


def payment_of(order: Subject, number: int = 0) -> MovementRef:
    """Our reference of one of the payments that the institution captured, counted from 0."""
    paid = [step.sequence for step in order.steps if step.trigger == Trigger.PAY]
    return MovementRef(f"{order.id}/{paid[number]}")


def unborn(world: World, prefix: str, table: Table, *, client: PartyId = ANNA) -> Subject:
    """A withdrawal, freeze or closing that nobody asked for yet."""
    return Subject(
        id=SubjectId(f"{prefix}_{next(world._ids):04d}"),
        commit=world.books.commit,
        table=table,
        parties=Parties.alone(client),
    )
