"""Owns one order as it is answered with, and a preview of it, for the examples of the document."""

from datetime import UTC, datetime, timedelta
from typing import Any

from daigou.domain.book import (
    Account,
    AccountKind,
    Effects,
    Journal,
    JournalKind,
    Leg,
    Movement,
    MovementKind,
    MovementState,
)
from daigou.domain.clocks import Clock
from daigou.domain.commands import Inference, Line, LineCode, Mandate, Request
from daigou.domain.facts import facts_of
from daigou.domain.ids import MovementRef, OrderId, PartyId, SubjectId
from daigou.domain.mandate import MANDATES
from daigou.domain.money import ZERO, Money, service_fee
from daigou.domain.order import Actor, Parties, Role, State, TableName, Trigger
from daigou.domain.terms import current
from daigou.ledger.views import (
    JournalView,
    LegView,
    MovementView,
    OrderView,
    PreviewView,
    TransitionView,
)
from gateway.answers import (
    JournalAnswer,
    MovementAnswer,
    OrderAnswer,
    OrderPage,
    PreviewAnswer,
    PreviewPage,
    StatementAnswer,
    TimelineAnswer,
    TransitionAnswer,
)
from gateway.case_examples import case_examples
from gateway.side_examples import side_examples
from gateway.wire import Answered, Sum

_ID = OrderId("ord_2026_0001")
_PLACED = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
_PAID = _PLACED + timedelta(hours=2)
_CLIENT, _PROVIDER, _STORAGE = PartyId("cli_anna"), PartyId("prv_yiwu"), PartyId("sto_yiwu")
_ADDRESS = "Dock 4, Example Road, Yiwu"


def examples() -> dict[str, Any]:
    """An example of each large answer, by the name of its schema."""
    order = _order()
    answer = OrderAnswer.of(order)
    shown: tuple[Answered, ...] = (
        answer,
        OrderPage(data=(answer,), has_more=False),
        TimelineAnswer(id=_ID, data=(TransitionAnswer.of(_payment_step()),)),
        StatementAnswer(
            id=_ID,
            lines=answer.lines,
            fee=answer.fee,
            amount=answer.amount,
            collected=answer.collected,
            refunded=answer.refunded,
            fee_earned=answer.fee_earned,
            refunds=(),
            journals=(JournalAnswer.of(_payment_journal()),),
            movements=(MovementAnswer.of(_capture()),),
        ),
        preview := _preview(order),
        PreviewPage(data=(preview,), has_more=False),
        *case_examples(order),
        *side_examples(order),
    )
    return {type(each).__name__: each.model_dump(mode="json") for each in shown}


def _order() -> OrderView:
    terms = current()
    request = Request(
        client=_CLIENT,
        provider=_PROVIDER,
        storage=_STORAGE,
        logistics=PartyId("log_sea"),
        product_link="https://detail.1688.com/offer/900000000001.html",
        offer_id="900000000001",
        title="kettle",
        seller_name="Yiwu Kitchenware Example Shop",
        specification="1.7 l, red",
        category="household",
        quantity=300,
        unit_price=Money(400),
        freight=Money(3000),
        delivery_address=_ADDRESS,
        client_country="DE",
        mandate=Mandate(
            version=terms.mandate, digest=MANDATES[terms.mandate].digest, agreed_at=_PLACED
        ),
        inferred=(Inference(fact="delivery_address", source=f"storage {_STORAGE}"),),
    )
    fee = service_fee(goods=request.goods, freight=request.freight, rate=terms.fee_rate)
    return OrderView(
        id=_ID,
        state=State.EFFECTIVE,
        sequence=4,
        parties=Parties(
            client=_CLIENT, provider=_PROVIDER, storage=_STORAGE, logistics=request.logistics
        ),
        request=request,
        terms_version=terms.version,
        clocks=(
            Clock(
                term="purchase",
                trigger=Trigger.ESCALATE,
                due=_PAID + terms.duration("purchase"),
                clause="PSR-8",
            ),
        ),
        next_actor=Role.PROVIDER,
        lines=tuple(
            Line(code=code, label=label, amount=amount, collector=_PROVIDER)
            for code, label, amount in (
                (LineCode.GOODS, "kettle", request.goods),
                (LineCode.FREIGHT, "freight to the warehouse", request.freight),
                (LineCode.SERVICE_FEE, "order service fee", fee.amount),
            )
        ),
        fee=fee,
        amount=fee.base + fee.amount,
        collected=fee.base + fee.amount,
        refunded=ZERO,
        fee_earned=ZERO,
        items=(),
        facts=facts_of(request),
        brokerage_rate=None,
        next_due_at=_PAID + terms.duration("purchase"),
        placed_at=_PLACED,
        entered_at=_PAID,
        ended_at=None,
    )


def _preview(order: OrderView) -> PreviewAnswer:
    """The settlement of a cancellation before the purchase: a cost, and the fee is kept."""
    custody, kept = Money(2500), order.fee.amount if order.fee else ZERO
    back = order.collected - kept - custody
    escrow, transit = (
        Account(kind, _ID) for kind in (AccountKind.ESCROW, AccountKind.REFUND_TRANSIT)
    )
    storage, provider = (
        Account(AccountKind.THIRD_PARTY, _STORAGE),
        Account(AccountKind.PROVIDER, _PROVIDER),
    )
    moved = (
        (JournalKind.COSTS, "PSR-12-4", escrow, storage, custody),
        (
            JournalKind.FEE_EARNED,
            "PSR-12-3",
            Account(AccountKind.FEE_HELD, _ID),
            provider,
            kept,
        ),
        (JournalKind.REFUND, "PSR-12-1-A", escrow, transit, back),
    )
    view = PreviewView(
        order=_ID,
        item=f"{_ID}/5",
        sequence=6,
        trigger=Trigger.SETTLE_CANCELLATION,
        target=State.CANCELLED,
        clause="PSR-12-3",
        digest="0" * 64,
        effects=Effects(
            journals=tuple(
                Journal(kind=kind, clause=clause, legs=(Leg(source, sum_), Leg(target, -sum_)))
                for kind, clause, source, target, sum_ in moved
            ),
            lines=(
                Line(
                    code=LineCode.CANCELLATION_COST,
                    label="custody of the cancellation",
                    amount=custody,
                    collector=_STORAGE,
                ),
            ),
            refunds=(
                Movement(
                    reference=MovementRef(f"{_ID}/6"),
                    kind=MovementKind.REFUND,
                    amount=back,
                    original=MovementRef(f"{_ID}/3"),
                ),
            ),
        ),
        at=_PAID + timedelta(days=1),
    )
    asker = Actor(role=Role.PROVIDER, party=_PROVIDER)
    return PreviewAnswer.of(view, table=TableName.CANCELLATION, parties=order.parties, asker=asker)


def _payment_step() -> TransitionView:
    return TransitionView(
        subject=SubjectId(_ID),
        sequence=3,
        table=TableName.FULFILMENT,
        item="",
        trigger=Trigger.PAY,
        source=State.ACCEPTED,
        target=State.PAYING,
        actor=Actor(role=Role.CLIENT, party=_CLIENT),
        clause="PSR-2-2",
        facts={
            "from_deposit": Sum.of(ZERO).model_dump(),
            "from_institution": Sum.of(Money(123123)).model_dump(),
            "payment_method": "pm_ok",
        },
        at=_PAID,
        recorded_at=_PAID,
        notices=(),
    )


def _payment_journal() -> JournalView:
    return JournalView(
        subject=SubjectId(_ID),
        sequence=4,
        kind=JournalKind.PAYMENT,
        clause="PSR-2-2",
        at=_PAID,
        legs=tuple(
            LegView(account=account, amount=Money(fen), balance=Money(fen))
            for account, fen in (
                ("payment_institution", 123123),
                (f"escrow:{_ID}", -123000),
                (f"fee_held:{_ID}", -123),
            )
        ),
    )


def _capture() -> MovementView:
    return MovementView(
        reference=MovementRef(f"{_ID}/3"),
        kind=MovementKind.CAPTURE,
        amount=Money(123123),
        state=MovementState.DONE,
        external_ref="txn_0001",
        reason="",
        sent_at=_PAID,
        settled_at=_PAID,
    )
