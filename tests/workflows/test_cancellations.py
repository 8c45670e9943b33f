"""An order's cancellation on the real engine: its ways through, and what others stumbled over."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from daigou.domain import commands
from daigou.domain.commands import FeeChoice
from daigou.domain.ids import OrderId
from daigou.domain.lifecycle import TABLES
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.steps import Receipt
from daigou.ledger.audit import audit
from daigou.ledger.queries import Queries
from daigou.ledger.rows import clocks_of
from tests.ledger.road import Lane, Subject
from tests.workflows.resetting import reset
from tests.workflows.stage import STORAGE, WHOLE, Order, Stage, refused
from tests.workflows.troubled_books import answer_lost, down
from workflows import messages
from workflows.messages import CATCH_UP

PRICE, FEE = Money(1_230_00), Money(1_23)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
ASK, NOTED = commands.Noted(), commands.Noted()


def _consent(refund: Money = PRICE, penalty: Money = ZERO) -> commands.SellerConsent:
    return commands.SellerConsent(refund=refund, penalty=penalty)


def _paid_back(amount: Money = PRICE, reference: str = "sr_1") -> commands.CaseRefund:
    return commands.CaseRefund(amount=amount, external_ref=reference)


def _cost(amount: Money) -> commands.Cost:
    return commands.Cost(
        cost=commands.CostKind.CUSTODY, amount=amount, payee=STORAGE, evidence=("evd_1",)
    )


def _stands(order: Order) -> tuple[State, State]:
    """Where the order and its last case stand in the books."""
    found = order.stage.read_model(order.id)
    return found.state, found.items[order.case]


async def _at(stage: Stage, state: State, **changes: object) -> Order:
    order = await stage.order(**changes)  # type: ignore[arg-type]
    await order.reach(state)
    return order


def _holds_nothing(order: Order) -> bool:
    kinds = ("escrow", "fee_held", "seller_transit", "payment_reserved", "refund_transit")
    return all(order.held(kind) == ZERO for kind in kinds)


# ---- the ways through ------------------------------------------------------------------------


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.clause("PSR-12-3")
async def test_what_is_not_bought_is_cancelled_and_the_fee_is_the_providers(stage: Stage) -> None:
    order = await _at(stage, State.EFFECTIVE)
    earned_before = stage.balance("provider:prv_kai")

    asked = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    settled = await order.settle()
    ending = await order.ending()

    assert (asked.state, asked.order_state, asked.next_actor) == (
        State.SETTLING,
        State.EFFECTIVE,
        Role.PROVIDER,
    )
    assert (settled.state, settled.order_state) == (State.CANCELLED, State.CANCELLED)
    assert (ending.state, ending.transitions) == (State.CANCELLED, 7)
    assert stage.transactions(order.id)[-2:] == [
        [Trigger.REQUEST_CANCELLATION, Trigger.FOLLOW_CASE],
        [Trigger.SETTLE_CANCELLATION, Trigger.FOLLOW_CASE],
    ]
    assert order.deposit == PRICE
    assert stage.balance("provider:prv_kai") - earned_before == FEE
    assert _holds_nothing(order)


@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.clause("PSR-12-4")
@pytest.mark.clause("PSR-12-5")
@pytest.mark.clause("PSR-12-6")
async def test_what_is_stored_goes_back_first_then_comes_the_money_then_the_settlement(
    stage: Stage,
) -> None:
    order = await _at(stage, State.STORED)
    storage_before = stage.balance(f"third_party:{STORAGE}")

    stands = [(await order.pull(Trigger.REQUEST_CANCELLATION, ASK)).state]
    for trigger, command in (
        (Trigger.CONSENT_TO_CANCELLATION, _consent(penalty=Money(50_00))),
        (Trigger.ACCEPT_TERMS, commands.Plain()),
        (Trigger.SEND_BACK, None),
        (Trigger.HAND_BACK, NOTED),
        (Trigger.RECORD_CANCELLATION_REFUND, _paid_back(Money(1_000_00), "sr_1")),
        (Trigger.RECORD_CANCELLATION_REFUND, _paid_back(Money(230_00), "sr_2")),
    ):
        await order.pull(trigger, command)
        stands.append(_stands(order)[1])
    settled = await order.settle(_cost(Money(30_00)))

    assert stands == [
        State.ASKING_SELLER,
        State.TERMS_OFFERED,
        State.RETURNING,
        State.RETURNING,
        State.AWAITING_REFUND,
        State.AWAITING_REFUND,
        State.SETTLING,
    ]
    assert settled.order_state == State.CANCELLED
    assert order.deposit == PRICE - Money(50_00) - Money(30_00)
    assert stage.balance(f"third_party:{STORAGE}") - storage_before == Money(30_00)
    assert stage.notices(order.id, "cancellation.goods_to_return") == [
        "storage",
        "client",
        "provider",
    ]
    assert _holds_nothing(order)


@pytest.mark.clause("PSR-12-1-B")
async def test_an_order_ends_though_the_seller_owes_and_its_workflow_waits_for_the_money(
    stage: Stage,
) -> None:
    order = await _at(stage, State.PURCHASED)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    await order.pull(Trigger.CONSENT_TO_CANCELLATION, _consent())
    await order.pull(Trigger.PROCEED_WITHOUT_REFUND, NOTED)
    settled = await order.settle()
    in_the_books = stage.read_model(order.id)

    late = await order.pull(Trigger.RECORD_CANCELLATION_REFUND, _paid_back(Money(1_000_00), "a"))
    last = await order.pull(Trigger.RECORD_CANCELLATION_REFUND, _paid_back(Money(230_00), "b"))
    ending = await order.ending()

    assert (settled.state, settled.order_state) == (State.CHASING, State.CANCELLED)
    assert (in_the_books.state, in_the_books.next_due_at) == (State.CANCELLED, None)
    assert (late.state, last.state) == (State.CHASING, State.CANCELLED)
    assert (ending.state, order.deposit) == (State.CANCELLED, PRICE)


@pytest.mark.clause("PSR-12-1-B")
async def test_what_the_seller_never_pays_is_asked_for_each_week_and_given_up(stage: Stage) -> None:
    order = await _at(stage, State.PURCHASED)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    await order.pull(Trigger.CONSENT_TO_CANCELLATION, _consent())
    await order.pull(Trigger.PROCEED_WITHOUT_REFUND, NOTED)
    settled = (await order.settle()).at

    await order.past(settled + 60 * DAY + MINUTE)
    ending = await order.ending()

    weeks = [(Trigger.ESCALATE, settled + week * 7 * DAY) for week in range(1, 9)]
    assert order.struck(TableName.CANCELLATION) == [
        *weeks,
        (Trigger.GIVE_UP, settled + 60 * DAY),
    ]
    assert ending.state == State.CANCELLED
    assert _stands(order) == (State.CANCELLED, State.CANCELLED)


@pytest.mark.clause("PSR-12-6")
async def test_a_return_that_takes_too_long_and_a_refund_that_does_are_told_of_every_day(
    stage: Stage,
) -> None:
    order = await _at(stage, State.STORED)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    agreed = (await order.pull(Trigger.CONSENT_TO_CANCELLATION, _consent())).at
    await order.pull(Trigger.SEND_BACK)

    await order.past(agreed + 16 * DAY + MINUTE)
    back = (await order.pull(Trigger.HAND_BACK, NOTED)).at
    await order.past(back + 8 * DAY + MINUTE)

    assert order.struck(TableName.CANCELLATION) == [
        (Trigger.ESCALATE, agreed + 15 * DAY),
        (Trigger.ESCALATE, agreed + 16 * DAY),
        (Trigger.ESCALATE, back + 7 * DAY),
        (Trigger.ESCALATE, back + 8 * DAY),
    ]
    assert stage.notices(order.id, "cancellation.return_overdue") == ["provider", "platform"] * 2
    assert stage.notices(order.id, "cancellation.refund_overdue") == ["provider", "platform"] * 2


@pytest.mark.clause("PSR-12-6")
async def test_goods_that_are_lost_going_back_are_put_to_the_seller_who_may_refuse_then(
    stage: Stage,
) -> None:
    order = await _at(stage, State.STORED)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    await order.pull(Trigger.CONSENT_TO_CANCELLATION, _consent())
    await order.pull(Trigger.SEND_BACK)

    lost = await order.pull(Trigger.REPORT_LOST, NOTED)
    asked_again = _stands(order)
    refusal = await order.pull(Trigger.REFUSE_CANCELLATION, NOTED)

    assert lost.order_state == State.DISPATCHED
    assert asked_again == (State.DISPATCHED, State.ASKING_SELLER)
    assert (refusal.state, refusal.order_state) == (State.REFUSED, State.DISPATCHED)
    assert order.written[-2].clause == "PSR-12-6"
    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-12-1-B"):
        await order.pull(Trigger.WITHDRAW_CANCELLATION, NOTED)


# ---- a payment or purchase under way ---------------------------------------------------------


async def _topping_up(stage: Stage, method: str) -> Order:
    """An order whose price rose; what is missing is being captured."""
    order = await _at(stage, State.EFFECTIVE)
    dearer = commands.ActualPrice(
        goods=Money(1_300_00), freight=order.request.freight, quantity=300
    )
    await order.pull(Trigger.REPORT_PRICE, dearer)
    await order.pay(institution=Money(100_10), method=method)
    return order


@pytest.mark.clause("PSR-12-1-A")
async def test_a_top_up_that_races_the_cancellation_comes_through_and_goes_back(
    stage: Stage,
) -> None:
    order = await _topping_up(stage, "pm_pending_then_ok")
    asked = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)

    await order.forward(2 * MINUTE)
    await order.until_written(lambda rows: rows[-1].target == State.SETTLING)
    granted = _stands(order)
    await order.settle(fee=FeeChoice.WAIVED)
    await order.ending()

    assert asked.state == State.AWAITING_OUTCOME
    assert granted == (State.EFFECTIVE, State.SETTLING)
    assert order.deposit == WHOLE
    assert await stage.moved(order.id, "refund") == [Money(100_10)]
    assert _holds_nothing(order)


@pytest.mark.clause("PSR-12-1-A")
async def test_a_top_up_that_is_declined_under_the_cancellation_leaves_nothing_behind(
    stage: Stage,
) -> None:
    order = await _topping_up(stage, "pm_silent")
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)

    await order.pull(Trigger.DECLINE_PAYMENT, order.outcome(_sequence_of(order, Trigger.PAY)))
    granted = _stands(order)
    await order.settle(fee=FeeChoice.WAIVED)

    assert granted == (State.AWAITING_TOP_UP, State.SETTLING)
    assert order.deposit == WHOLE
    assert await stage.moved(order.id, "refund") == []


def _sequence_of(order: Order, trigger: Trigger) -> int:
    return next(each.sequence for each in reversed(order.written) if each.trigger == trigger)


@pytest.mark.clause("PSR-12-1-A")
async def test_a_first_payment_under_way_is_no_agreement_that_could_be_cancelled(
    stage: Stage,
) -> None:
    order = await stage.order(deposit=ZERO)
    await order.accepted()
    await order.pay(institution=WHOLE, method="pm_silent")

    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-2-2"):
        await order.pull(Trigger.REQUEST_CANCELLATION, ASK)


@pytest.mark.clause("PSR-12-1-B")
async def test_a_purchase_that_comes_through_under_the_cancellation_is_the_sellers_to_undo(
    stage: Stage,
) -> None:
    order = await stage.order(offer_id="900900000001")  # pending until a person says
    await order.reach(State.EFFECTIVE)
    await order.pull(Trigger.PURCHASE)
    asked = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)

    bought = commands.RecordPurchase(
        seller_order_no="so_1",
        goods=Money(1_200_00),
        freight=Money(30_00),
        delivery_address=order.request.delivery_address,
    )
    receipt = await order.pull(Trigger.RECORD_PURCHASE, bought)

    assert asked.state == State.AWAITING_OUTCOME
    assert receipt.order_state == State.PURCHASED
    assert _stands(order) == (State.PURCHASED, State.ASKING_SELLER)
    assert stage.transactions(order.id)[-1] == [Trigger.RECORD_PURCHASE, Trigger.FOLLOW_ORDER]


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-12-1-A")
async def test_a_purchase_that_the_seller_rejects_ends_the_order_and_its_waiting_case_with_it(
    stage: Stage,
) -> None:
    order = await stage.order(offer_id="900800000001")  # pending, then sold out
    await order.reach(State.EFFECTIVE)
    await order.pull(Trigger.PURCHASE)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)

    await order.forward(2 * MINUTE)
    await order.until_written(lambda rows: rows[-1].target == State.OVERTAKEN)
    ending = await order.ending()

    assert ending.state == State.UNREALIZABLE
    assert _stands(order) == (State.UNREALIZABLE, State.OVERTAKEN)
    assert not Queries(stage.engine).order(OrderId(order.id)).facts.held
    assert order.deposit == WHOLE


@pytest.mark.long
@pytest.mark.clause("PSR-12-1-A")
async def test_an_outcome_that_does_not_come_is_told_of_and_the_case_waits(stage: Stage) -> None:
    order = await _topping_up(stage, "pm_silent")
    asked = (await order.pull(Trigger.REQUEST_CANCELLATION, ASK)).at

    await order.past(asked + DAY + MINUTE)
    await order.until_written(lambda _: bool(order.struck(TableName.CANCELLATION)))

    assert order.struck(TableName.CANCELLATION) == [(Trigger.ESCALATE, asked + DAY)]
    assert _stands(order)[1] == State.AWAITING_OUTCOME


# ---- at the same moment ----------------------------------------------------------------------


async def _outcomes(*acts: object) -> list[Receipt | Refused]:
    """What becomes of commands that arrive at the same moment."""
    done = await asyncio.gather(*acts, return_exceptions=True)  # type: ignore[call-overload]
    for each in done:
        if isinstance(each, BaseException) and not isinstance(each, Refused):
            raise each
    return list(done)


@pytest.mark.clause("PSR-12-1-A")
async def test_of_two_cancellations_at_once_one_is_opened_and_the_other_hears_of_it(
    stage: Stage,
) -> None:
    order = await _at(stage, State.EFFECTIVE)

    outcomes = await _outcomes(*(order.pull(Trigger.REQUEST_CANCELLATION, ASK) for _ in range(4)))

    refusals = [each for each in outcomes if isinstance(each, Refused)]
    assert [(each.code, each.clause) for each in refusals] == [
        (RefusalCode.CASE_OPEN, "PSR-12-1-A")
    ] * 3
    assert order.triggers.count(Trigger.REQUEST_CANCELLATION) == 1
    assert _stands(order) == (State.EFFECTIVE, State.SETTLING)


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.parametrize("first", ["purchase", "cancellation"])
async def test_of_a_purchase_and_a_cancellation_at_once_whichever_is_first_decides(
    stage: Stage, first: str
) -> None:
    order = await _at(stage, State.EFFECTIVE)
    acts = [
        order.pull(Trigger.PURCHASE),
        order.pull(Trigger.REQUEST_CANCELLATION, ASK),
    ]

    outcomes = await _outcomes(*(acts if first == "purchase" else reversed(acts)))

    if Trigger.PURCHASE in order.triggers:
        assert order.triggers.index(Trigger.PURCHASE) < order.triggers.index(
            Trigger.REQUEST_CANCELLATION
        )
        assert not any(isinstance(each, Refused) for each in outcomes)
        await order.until_written(
            lambda rows: (
                {"record-purchase", "request-cancellation"} <= {each.trigger for each in rows}
            )
        )
        assert _stands(order) == (State.PURCHASED, State.ASKING_SELLER)
        assert await stage.bought(order.id) == [PRICE]
    else:
        assert [each.code for each in outcomes if isinstance(each, Refused)] == [
            RefusalCode.CASE_OPEN
        ]
        assert _stands(order) == (State.EFFECTIVE, State.SETTLING)
        assert await stage.bought(order.id) == []


# ---- refunds through the institution ---------------------------------------------------------


@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.parametrize(
    ("method", "ends_as", "deposit", "moved"),
    [
        ("pm_ok", State.REFUNDED, ZERO, [PRICE]),
        ("pm_ok_refund_fails", State.CREDITED, PRICE, []),
        ("pm_ok_refund_timeout", State.REFUNDED, ZERO, [PRICE]),
    ],
)
async def test_what_the_institution_cannot_pay_back_is_in_the_deposit_once(
    stage: Stage, method: str, ends_as: State, deposit: Money, moved: list[Money]
) -> None:
    order = await stage.order(deposit=ZERO)
    await order.accepted()
    await order.pay(institution=WHOLE, method=method)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    await order.settle()

    await order.until_written(lambda rows: rows[-1].target == ends_as)
    await order.ending()

    assert order.deposit == deposit
    assert await stage.moved(order.id, "refund") == moved
    assert Queries(stage.engine).order(OrderId(order.id)).refunded == PRICE
    assert _holds_nothing(order)


# ---- the order's own minute ------------------------------------------------------------------


@pytest.mark.clause("PSR-12-3")
async def test_where_nobody_keeps_the_cases_clock_its_order_strikes_it_a_minute_late(
    stage: Stage,
) -> None:
    order = await _at(stage, State.EFFECTIVE)
    asked = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    assert asked.due is not None
    await order.end_stories()

    await order.forward_to(asked.due + MINUTE - timedelta(seconds=10))
    within_the_minute = order.struck(TableName.CANCELLATION)
    await order.past(asked.due + MINUTE)
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.REMIND)

    assert within_the_minute == []
    assert order.last.at == asked.due, "it counts from the moment at which it was due"
    late = order.last.recorded_at - order.last.at
    assert MINUTE <= late < MINUTE + timedelta(seconds=30)


@pytest.mark.clause("PSR-12-3")
async def test_a_settlement_within_that_minute_comes_too_late_all_the_same(stage: Stage) -> None:
    order = await _at(stage, State.EFFECTIVE)
    asked = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    due = asked.at + 3 * DAY
    await order.forward_to(due - 2 * MINUTE)
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.REMIND)
    settlement = commands.SettleCancellation(digest="", fee=FeeChoice.WAIVED)
    digest = order.shown(settlement)
    await order.forward_to(due + timedelta(seconds=10))

    with refused(RefusalCode.TOO_LATE, "PSR-12-3"):
        await order.pull(
            Trigger.SETTLE_CANCELLATION,
            commands.SettleCancellation(digest=digest, fee=FeeChoice.WAIVED),
        )

    assert (order.written[-2].trigger, order.written[-2].at) == (Trigger.SETTLE_BY_DEFAULT, due)
    assert (await order.ending()).state == State.CANCELLED
    assert order.deposit == PRICE


async def test_an_order_that_does_not_hear_is_told_ever_more_seldom(stage: Stage) -> None:
    """Else a case that waits for somebody for weeks would fill its history and its order's."""
    order = await _at(stage, State.EFFECTIVE)
    asked = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    story = await order.story()
    assert asked.due is not None

    # The story's time passes; its order's stands still, so that nothing is due there.
    now = await stage.env.get_current_time(story)
    await stage.env.fast_forward(story, asked.due - now + timedelta(hours=6))

    signalled = [
        event
        for event in (await story.fetch_history()).events
        if event.HasField("signal_external_workflow_execution_initiated_event_attributes")
    ]
    # At once, and after 1, 2, 4, 8, 16 and 32 minutes; then each hour.
    assert len(signalled) == 7 + 4
    assert order.struck(TableName.CANCELLATION) == []
    assert (await order.settle()).order_state == State.CANCELLED


async def test_a_story_whose_order_is_gone_says_so_and_ends(stage: Stage) -> None:
    order = await _at(stage, State.EFFECTIVE)
    asked = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    story = await order.story()
    assert asked.due is not None
    await order.handle.terminate("by hand")

    await stage.env.fast_forward(
        story, asked.due - await stage.env.get_current_time(story) + timedelta(seconds=2)
    )

    with pytest.raises(WorkflowFailureError) as caught:
        await story.result()
    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == "OrderGone"


# ---- what a case reads like ------------------------------------------------------------------


async def test_a_second_case_has_a_story_of_its_own_and_the_first_one_is_over(
    stage: Stage,
) -> None:
    order = await _at(stage, State.PURCHASED)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    await order.pull(Trigger.WITHDRAW_CANCELLATION, NOTED)

    second = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)

    assert second.state == State.ASKING_SELLER
    assert await order.told(2) == [
        "request-cancellation: asking seller · PSR-12-1-B",
        "withdraw-cancellation: withdrawn · PSR-12-1-B",
    ]
    assert await order.told(1, number=2) == ["request-cancellation: asking seller · PSR-12-1-B"]


async def test_staff_see_a_case_under_its_order_and_by_what_it_waits_for(stage: Stage) -> None:
    order = await _at(stage, State.PURCHASED)
    before = (await order.handle.describe()).typed_search_attributes
    asked = await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    story = await order.story()

    described = await story.describe()
    of_the_order = (await order.handle.describe()).typed_search_attributes
    await order.pull(Trigger.REFUSE_CANCELLATION, NOTED)
    over = (await order.handle.describe()).typed_search_attributes
    await story.result()
    told = (await story.describe()).typed_search_attributes

    found = described.typed_search_attributes
    assert await described.static_summary() == f"cancellation 1 of {order.id}"
    assert described.parent_id == order.handle.id
    assert found[messages.ORDER_STATE] == State.ASKING_SELLER
    assert found[messages.NEXT_ACTOR] == Role.PROVIDER
    assert found[messages.DUE_AT] == asked.due
    assert (found[messages.CLIENT_ID], found[messages.PROVIDER_ID]) == (
        order.request.client,
        order.request.provider,
    )
    assert of_the_order[messages.ORDER_CASE] == "cancellation"
    assert of_the_order[messages.NEXT_ACTOR] == Role.PROVIDER
    assert of_the_order[messages.DUE_AT] == asked.due
    assert messages.ORDER_CASE not in before or before[messages.ORDER_CASE] == "none"
    assert over.get(messages.ORDER_CASE) in (None, "none")
    assert told[messages.ORDER_CASE] == "none"


async def test_the_order_card_shows_the_case_and_that_the_orders_own_clocks_stand_still(
    stage: Stage,
) -> None:
    order = await _at(stage, State.PURCHASED)
    dated = await order.card()
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)

    card = await order.card()

    assert "**remind** at" in dated
    assert "**Cancellation" in card
    assert "waits for the seller to agree or refuse" in card
    assert "**deem-refused** at" in card
    assert "**remind** at" not in card
    assert "**Held up** by an open case" in card
    assert card.count("**Next to act:** provider") == 1


# ---- reset by staff --------------------------------------------------------------------------


@pytest.mark.parametrize("forgets", [False, True])
async def test_an_order_that_staff_reset_goes_on_with_its_case_and_tells_it_nothing_twice(
    stage: Stage, forgets: bool
) -> None:
    order = await _at(stage, State.PURCHASED)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    await order.pull(Trigger.CONSENT_TO_CANCELLATION, _consent())

    await reset(stage.env.client, order.handle.id, forgets=forgets)
    await order.handle.signal(CATCH_UP)
    refund = await order.pull(
        Trigger.RECORD_CANCELLATION_REFUND, _paid_back(), seen=order.last.sequence
    )
    settled = await order.settle()
    ending = await order.ending()

    assert refund.state == State.SETTLING
    assert settled.order_state == ending.state == State.CANCELLED
    assert [each.sequence for each in order.written] == list(range(1, len(order.written) + 1))
    assert order.deposit == PRICE
    assert await order.told(4) == [
        "request-cancellation: asking seller · PSR-12-1-B",
        "consent-to-cancellation: awaiting refund · PSR-12-1-B",
        "record-cancellation-refund: settling · PSR-12-1-B",
        "settle-cancellation: cancelled · PSR-12-3",
    ]


async def test_a_story_that_staff_reset_reads_as_it_did_and_ends_with_its_case(
    stage: Stage,
) -> None:
    order = await _at(stage, State.PURCHASED)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    await order.pull(Trigger.CONSENT_TO_CANCELLATION, _consent())
    story = await order.story()
    before = await order.told(2)

    await reset(stage.env.client, story.id)
    after = await order.told(2)
    await order.pull(Trigger.RECORD_CANCELLATION_REFUND, _paid_back())
    await order.settle()
    ending = await order.ending()

    assert after == before
    assert ending.state == State.CANCELLED
    assert (await order.told(4))[-1] == "settle-cancellation: cancelled · PSR-12-3"


# ---- tries that were lost, and books in trouble ----------------------------------------------


WAY = (
    (Trigger.REQUEST_CANCELLATION, ASK),
    (Trigger.CONSENT_TO_CANCELLATION, _consent()),
    (Trigger.SEND_BACK, None),
    (Trigger.HAND_BACK, NOTED),
    (Trigger.RECORD_CANCELLATION_REFUND, _paid_back()),
)


async def test_a_way_on_which_every_answer_is_lost_once_ends_as_any_other(stage: Stage) -> None:
    order = await _at(stage, State.STORED)
    before = order.last.sequence
    for trigger in (*(trigger for trigger, _ in WAY), Trigger.SETTLE_CANCELLATION):
        stage.books.trouble(order.id, trigger, answer_lost)

    for trigger, command in WAY:
        await order.pull(trigger, command)
    await order.settle()
    ending = await order.ending()

    # What followed: the order is held, goes back, and ends; the case awaits its refund.
    assert [len(each) for each in stage.transactions(order.id)[-6:]] == [2, 1, 2, 2, 1, 2]
    assert [each.sequence for each in order.written] == list(range(1, before + 11))
    assert (ending.state, order.deposit) == (State.CANCELLED, PRICE)
    assert _holds_nothing(order)


async def test_a_settlement_that_the_database_cannot_take_is_taken_once_it_can(
    stage: Stage,
) -> None:
    order = await _at(stage, State.EFFECTIVE)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    stage.books.trouble(order.id, Trigger.SETTLE_CANCELLATION, down, down, down, answer_lost)

    settled = await order.settle()

    assert settled.order_state == State.CANCELLED
    assert order.triggers.count(Trigger.SETTLE_CANCELLATION) == 1
    assert order.deposit == PRICE


@pytest.mark.clause("PSR-12-7")
@pytest.mark.parametrize("told", [True, False], ids=["told to catch up", "asked by who saw more"])
async def test_four_steps_of_one_transaction_that_were_lost_are_taken_over_together(
    stage: Stage, told: bool
) -> None:
    order = await _at(stage, State.STORED)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    (parcel,) = (
        item for item, state in stage.read_model(order.id).items.items() if state == "stored"
    )

    moved = commands.Transport(tracking_ref="trk_9")
    _behind_its_back(order).pull(Trigger.CLEAR_CUSTOMS, moved, item=parcel, by=Role.LOGISTICS)
    if told:
        await order.handle.signal(CATCH_UP)
        await order.told(2)
    seen = 0 if told else order.last.sequence
    with refused(RefusalCode.CUSTOMS_CLEARED, "PSR-12-7"):
        await order.pull(Trigger.REQUEST_CANCELLATION, ASK, seen=seen)
    delivered = await order.pull(Trigger.DELIVER)

    assert stage.transactions(order.id)[-2] == [
        Trigger.CLEAR_CUSTOMS,
        Trigger.FOLLOW_PARCELS,
        Trigger.FOLLOW_ORDER,
        Trigger.FOLLOW_CASE,
    ]
    assert delivered.order_state == State.DELIVERED
    assert await order.told(2) == [
        "request-cancellation: asking seller · PSR-12-1-B",
        "follow-order: overtaken · PSR-12-7",
    ]


async def test_a_settlement_by_a_lost_try_ends_the_order_that_hears_of_it_later(
    stage: Stage,
) -> None:
    order = await _at(stage, State.EFFECTIVE)
    await order.pull(Trigger.REQUEST_CANCELLATION, ASK)
    settlement = commands.SettleCancellation(
        digest=order.shown(commands.SettleCancellation(digest=""))
    )
    _behind_its_back(order).pull(
        Trigger.SETTLE_CANCELLATION, settlement, item=order.case, by=Role.PROVIDER
    )

    await order.handle.signal(CATCH_UP)
    ending = await order.ending()

    assert ending.state == State.CANCELLED
    assert order.triggers[-2:] == [Trigger.SETTLE_CANCELLATION, Trigger.FOLLOW_CASE]
    assert order.deposit == PRICE


def _behind_its_back(order: Order) -> Subject:
    """The order as its books have it: what it does is written, and its workflow hears nothing."""
    view = Queries(order.stage.engine).order(OrderId(order.id))
    subject = Subject(
        id=order.id,
        commit=order.stage.books.commit,
        sequence=view.sequence,
        at=order.last.at,
        facts=view.facts,
        parties=view.parties,
    )
    with order.stage.engine.connect() as connection:
        clocks = dict(
            connection.execute(
                text(
                    "SELECT id, clocks FROM purchase_order WHERE id = :of"
                    " UNION ALL SELECT item, clocks FROM order_item WHERE subject = :of"
                ),
                {"of": order.id},
            ).all()
        )
    subject.main.state, subject.main.held = view.state, view.facts.held
    subject.main.clocks = clocks_of(clocks[order.id])
    for item in view.items:
        subject.items[item.item] = Lane(
            table=TABLES[item.table],
            item=item.item,
            state=item.state,
            clocks=clocks_of(clocks[item.item]),
        )
    return subject


async def test_the_books_are_whole_after_all_that(stage: Stage) -> None:
    report = audit(stage.engine)

    assert report.ok, str(report)
