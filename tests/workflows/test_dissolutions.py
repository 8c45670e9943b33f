"""An order's dissolution on the real engine: what was delivered is given back, and paid back."""

import asyncio
from datetime import datetime, timedelta

import pytest

from daigou.domain import commands
from daigou.domain.commands import Cause, CautionKind, Ground, Remedy
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.audit import audit
from tests.workflows.resetting import reset
from tests.workflows.stage import WHOLE, Order, Stage, refused
from tests.workflows.troubled_books import answer_lost
from workflows import messages

PRICE = Money(1_230_00)
"""What the seller was paid: goods and freight."""
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

ASKED = commands.RequestDissolution(
    ground=Ground.DEFECTIVE, inspected=True, evidence=("evd_broken",)
)
AGREED = commands.SellerAgreement(refund=PRICE, remedy=Remedy.RETURN)
PROVED = commands.Disposal(remedy=Remedy.RETURN, evidence=("evd_posted",))


async def delivered(stage: Stage) -> Order:
    order = await stage.order()
    await order.reach(State.DELIVERED)
    return order


async def seller_asked(stage: Stage) -> Order:
    order = await delivered(stage)
    await order.pull(Trigger.REQUEST_DISSOLUTION, ASKED)
    await order.pull(Trigger.APPLY_TO_SELLER, commands.Noted())
    return order


async def agreed(stage: Stage) -> Order:
    order = await seller_asked(stage)
    await order.pull(Trigger.CONSENT_TO_DISSOLUTION, AGREED)
    return order


def struck(order: Order) -> list[tuple[Trigger, datetime]]:
    """What the case's clocks did, and the moments that count."""
    return order.struck(TableName.DISSOLUTION)


def came(amount: Money, number: str) -> commands.CaseRefund:
    return commands.CaseRefund(amount=amount, external_ref=number)


# ---- the way through ---------------------------------------------------------------------------


@pytest.mark.clause("PSR-13-1")
@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.clause("PSR-13-7")
async def test_what_the_seller_pays_goes_on_as_it_comes_and_the_fee_stays(stage: Stage) -> None:
    order = await seller_asked(stage)
    await order.pull(Trigger.CONSENT_TO_DISSOLUTION, AGREED)
    proof = commands.Disposal(remedy=Remedy.RETURN, evidence=("evd_1",), cost=Money(50_00))
    await order.pull(Trigger.PROVE_DISPOSAL, proof)
    before = order.deposit

    await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(Money(1_000_00), "sr_1"))
    after_a_part = order.deposit
    await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(Money(230_00), "sr_2"))
    after_the_rest = order.deposit
    cost = commands.ReturnCost(amount=Money(50_00), external_ref="sr_3")
    last = await order.pull(Trigger.RECORD_RETURN_COST, cost)

    assert before == ZERO
    assert after_a_part == Money(1_000_00)
    assert after_the_rest == PRICE
    assert order.deposit == PRICE + Money(50_00)
    assert (last.state, last.order_state) == (State.DISSOLVED, State.DISSOLVED)
    assert order.held("escrow") == order.held("fee_held") == ZERO
    assert (await order.ending()).state == State.DISSOLVED


@pytest.mark.clause("PSR-13-4")
async def test_a_seller_that_refuses_ends_it_and_the_order_goes_on_with_what_time_it_had(
    stage: Stage,
) -> None:
    order = await delivered(stage)
    closes = order.clocks
    await order.forward(2 * DAY)
    await order.pull(Trigger.REQUEST_DISSOLUTION, ASKED)
    held = order.clocks
    await order.pull(Trigger.APPLY_TO_SELLER, commands.Noted())
    await order.forward(DAY)

    answer = await order.pull(Trigger.REFUSE_DISSOLUTION, commands.Noted())
    goes_on = order.clocks
    stood_still = order.last.at - when(order, Trigger.REQUEST_DISSOLUTION)

    assert held == {}
    assert (answer.state, answer.order_state) == (State.REFUSED, State.DELIVERED)
    assert goes_on["receipt"] == closes["receipt"] + stood_still
    assert stage.notices(order.id, "dissolution.refused") == ["client", "provider"]


@pytest.mark.clause("PSR-13-1")
async def test_evidence_that_is_missing_is_asked_for_and_lapses_at_its_instant(
    stage: Stage,
) -> None:
    order = await delivered(stage)
    await order.pull(Trigger.REQUEST_DISSOLUTION, ASKED)
    asked = await order.pull(Trigger.ASK_FOR_EVIDENCE, commands.Noted())
    assert asked.due is not None
    await order.just_before(asked.due)
    again = await order.pull(
        Trigger.SUPPLEMENT_EVIDENCE, commands.MoreEvidence(evidence=("evd_readable",))
    )
    asked = await order.pull(Trigger.ASK_FOR_EVIDENCE, commands.Noted())
    assert asked.due is not None

    await order.past(asked.due + timedelta(minutes=1))
    lapsed = await order.until_written(lambda rows: rows[-2].target == State.LAPSED)

    assert (again.state, again.due) == (State.CHECKING, again.at + DAY)
    assert order.struck(TableName.DISSOLUTION)[-1] == (Trigger.LAPSE, asked.due)
    assert lapsed.trigger == Trigger.FOLLOW_CASE


@pytest.mark.clause("PSR-13-4")
async def test_a_seller_that_never_answers_counts_as_refusing_at_the_instant(stage: Stage) -> None:
    order = await seller_asked(stage)
    due = order.last.at + timedelta(days=5)

    await order.past(due + timedelta(minutes=1))
    await order.until_written(lambda rows: rows[-2].target == State.REFUSED)

    assert order.struck(TableName.DISSOLUTION) == [
        (Trigger.ESCALATE, when(order, Trigger.APPLY_TO_SELLER) + 2 * DAY),
        (Trigger.DEEM_REFUSED, due),
    ]


@pytest.mark.clause("PSR-17-2")
async def test_a_cause_that_is_found_with_logistics_meanwhile_closes_the_way(stage: Stage) -> None:
    order = await seller_asked(stage)
    await order.pull(Trigger.OBJECT_TO_RECEIPT)

    found = commands.CauseFound(cause=Cause.LOGISTICS)
    await order.pull(Trigger.SETTLE_OBJECTION, found)
    with refused(RefusalCode.CAUSE_WITH_LOGISTICS, "PSR-17-2"):
        await order.pull(Trigger.REQUEST_DISSOLUTION, ASKED)

    assert State.OVERTAKEN in stage.read_model(order.id).items.values()
    assert [each.trigger for each in order.written][-3:] == [
        Trigger.SETTLE_OBJECTION,
        Trigger.FOLLOW_ORDER,
        Trigger.FOLLOW_CASE,
    ]


@pytest.mark.clause("PSR-13-2")
async def test_the_right_ends_with_the_statutory_period_to_the_instant(stage: Stage) -> None:
    order = await stage.order()  # Of a client in Korea: seven days.
    received = await order.reach(State.RECEIVED)
    assert received is not None
    assert received.due is not None
    other = await stage.order()
    late = await other.reach(State.RECEIVED)
    assert late is not None
    assert late.due is not None

    await order.just_before(received.due)
    in_time = await order.pull(Trigger.REQUEST_DISSOLUTION, ASKED)
    await other.past(late.due)
    await other.until(State.CLOSED)

    assert in_time.state == State.CHECKING
    assert other.last.at == late.due
    assert late.due - late.at == 7 * DAY


# ---- each wait has its end -----------------------------------------------------------------------


@pytest.mark.clause("PSR-13-4")
async def test_a_check_of_the_form_that_takes_too_long_is_told_of_every_day(stage: Stage) -> None:
    order = await delivered(stage)
    asked = await order.pull(Trigger.REQUEST_DISSOLUTION, ASKED)

    await order.just_before(asked.at + DAY)
    before = struck(order)
    await order.past(asked.at + 2 * DAY + MINUTE)
    await order.until_written(lambda _: len(struck(order)) == 2)
    late = await order.pull(Trigger.APPLY_TO_SELLER, commands.Noted())

    assert before == []
    assert struck(order) == [
        (Trigger.ESCALATE, asked.at + DAY),
        (Trigger.ESCALATE, asked.at + 2 * DAY),
    ]
    assert stage.notices(order.id, "dissolution.check_overdue") == ["platform", "provider"] * 2
    assert late.state == State.ASKING_SELLER


@pytest.mark.clause("PSR-13-5")
async def test_a_proof_counts_until_the_last_moment_and_its_delay_is_told_of(stage: Stage) -> None:
    order = await agreed(stage)
    consented = order.last.at

    await order.just_before(consented + 30 * DAY)
    proved = await order.pull(Trigger.PROVE_DISPOSAL, PROVED)

    assert struck(order) == [(Trigger.ESCALATE, consented + 15 * DAY)]
    assert stage.notices(order.id, "dissolution.proof_overdue") == ["platform", "client"]
    assert (proved.state, proved.due) == (State.AWAITING_REFUND, proved.at + 7 * DAY)


@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.parametrize(
    ("paid", "case", "state"),
    [
        (Money(0), State.LAPSED, State.DELIVERED),
        (Money(400_00), State.DISSOLVED, State.DISSOLVED),
    ],
    ids=["nothing had come", "the seller had paid"],
)
async def test_without_a_proof_it_is_over_at_the_instant_and_what_had_come_stays(
    stage: Stage, paid: Money, case: State, state: State
) -> None:
    order = await agreed(stage)
    due = order.last.at + 30 * DAY
    if paid:
        await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(paid, "sr_1"))

    await order.past(due + MINUTE)
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.FOLLOW_CASE)

    assert struck(order)[-1] == (Trigger.LAPSE, due)
    found = stage.read_model(order.id)
    assert (found.state, found.items[order.case]) == (state, case)
    assert order.deposit == paid


@pytest.mark.clause("PSR-13-6")
async def test_a_refund_that_does_not_come_is_told_of_every_day_and_then_chased_every_week(
    stage: Stage,
) -> None:
    order = await agreed(stage)
    proved = await order.pull(Trigger.PROVE_DISPOSAL, PROVED)
    await order.past(proved.at + 8 * DAY + MINUTE)
    await order.until_written(lambda _: len(struck(order)) == 2)

    closed = await order.pull(Trigger.CLOSE_DISSOLUTION, commands.Noted())
    await order.past(closed.at + 14 * DAY + MINUTE)
    await order.until_written(lambda _: len(struck(order)) == 4)

    assert struck(order) == [
        (Trigger.ESCALATE, proved.at + 7 * DAY),
        (Trigger.ESCALATE, proved.at + 8 * DAY),
        (Trigger.ESCALATE, closed.at + 7 * DAY),
        (Trigger.ESCALATE, closed.at + 14 * DAY),
    ]
    assert stage.notices(order.id, "dissolution.refund_overdue") == ["platform", "provider"] * 4


@pytest.mark.clause("PSR-13-6")
async def test_what_comes_before_the_proof_is_the_clients_and_ends_nothing_yet(
    stage: Stage,
) -> None:
    order = await agreed(stage)

    early = await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(PRICE, "sr_1"))
    in_the_deposit = order.deposit
    proved = await order.pull(Trigger.PROVE_DISPOSAL, PROVED)

    assert (early.state, early.order_state) == (State.AWAITING_PROOF, State.DELIVERED)
    assert in_the_deposit == PRICE
    assert (proved.state, proved.order_state) == (State.DISSOLVED, State.DISSOLVED)
    assert (await order.ending()).state == State.DISSOLVED


@pytest.mark.clause("PSR-13-2")
async def test_the_statutory_period_stands_still_meanwhile_and_goes_on_where_it_was(
    stage: Stage,
) -> None:
    order = await stage.order()
    received = await order.reach(State.RECEIVED)
    assert received is not None
    assert received.due is not None
    await order.forward(6 * DAY)
    asked = await order.pull(Trigger.REQUEST_DISSOLUTION, ASKED)
    held = order.clocks
    await order.forward(3 * DAY)

    back = await order.pull(Trigger.WITHDRAW_DISSOLUTION, commands.Noted())
    closes = received.due + (back.at - asked.at)
    goes_on = order.clocks
    await order.just_before(closes)
    before = order.last.target
    await order.past(closes)
    await order.until(State.CLOSED)

    assert (held, goes_on) == ({}, {"statutory": closes})
    assert (before, order.last.at) == (State.RECEIVED, closes)


# ---- what stands in the way ----------------------------------------------------------------------


@pytest.mark.clause("PSR-13-1")
@pytest.mark.clause("PSR-13-3")
async def test_all_that_stands_in_the_way_is_named_at_once_each_by_its_clause(
    stage: Stage,
) -> None:
    order = await stage.order(cautions=(CautionKind.LOW_REPUTATION,))
    await order.pull(
        Trigger.ACKNOWLEDGE_CAUTION, commands.Caution(caution=CautionKind.LOW_REPUTATION)
    )
    await order.reach(State.STORED)

    with pytest.raises(Refused) as no:
        await order.pull(
            Trigger.REQUEST_DISSOLUTION,
            commands.RequestDissolution(ground=Ground.DEFECTIVE, inspected=False),
        )

    assert [(each.code, each.clause) for each in no.value.reasons] == [
        (RefusalCode.NOT_IN_THIS_STATE, "PSR-13-1"),
        (RefusalCode.NOT_INSPECTED, "PSR-13-1"),
        (RefusalCode.NO_EVIDENCE, "PSR-13-1"),
        (RefusalCode.EXCLUDED_BY_CAUTION, "PSR-13-3"),
    ]
    assert (no.value.code, no.value.clause) == (RefusalCode.NOT_IN_THIS_STATE, "PSR-13-1")


@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
async def test_the_goods_go_as_was_agreed_and_a_payment_is_posted_once(stage: Stage) -> None:
    order = await seller_asked(stage)

    with refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-13-6"):
        await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(PRICE, "sr_1"))
    await order.pull(Trigger.CONSENT_TO_DISSOLUTION, AGREED)
    with refused(RefusalCode.REASON_NOT_ALLOWED, "PSR-13-5"):
        burnt = commands.Disposal(remedy=Remedy.DESTROY, evidence=("evd_burnt",))
        await order.pull(Trigger.PROVE_DISPOSAL, burnt)
    with refused(RefusalCode.NO_EVIDENCE, "PSR-13-5"):
        unproved = commands.Disposal(remedy=Remedy.RETURN, evidence=())
        await order.pull(Trigger.PROVE_DISPOSAL, unproved)
    await order.pull(Trigger.PROVE_DISPOSAL, PROVED)
    await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(Money(100_00), "sr_1"))
    with refused(RefusalCode.ALREADY_RECORDED, "PSR-13-6"):
        await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(Money(1), "sr_1"))
    with refused(RefusalCode.INVALID_REQUEST, "PSR-13-6"):
        await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(PRICE, "sr_2"))

    assert order.deposit == Money(100_00)


@pytest.mark.clause("PSR-13-6")
async def test_what_never_comes_is_chased_and_given_up_and_what_comes_late_is_passed_on(
    stage: Stage,
) -> None:
    order = await seller_asked(stage)
    await order.pull(Trigger.CONSENT_TO_DISSOLUTION, AGREED)
    await order.pull(Trigger.PROVE_DISPOSAL, PROVED)
    closed = await order.pull(Trigger.CLOSE_DISSOLUTION, commands.Noted())

    late = await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(Money(200_00), "sr_late"))
    await order.past(closed.at + timedelta(days=60, minutes=1))
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.GIVE_UP)

    assert (closed.state, closed.order_state) == (State.CHASING, State.DISSOLVED)
    assert late.state == State.CHASING
    assert order.deposit == Money(200_00)
    assert order.struck(TableName.DISSOLUTION)[-1] == (
        Trigger.GIVE_UP,
        closed.at + timedelta(days=60),
    )
    assert (await order.ending()).state == State.DISSOLVED


async def test_what_was_paid_through_the_institution_goes_back_there(stage: Stage) -> None:
    order = await stage.order(deposit=Money(500_00))
    await order.pull(Trigger.ACCEPT)
    await order.pay(deposit=Money(500_00), institution=WHOLE - Money(500_00), method="pm_ok")
    await order.reach(State.DELIVERED)
    await order.pull(Trigger.REQUEST_DISSOLUTION, ASKED)
    await order.pull(Trigger.APPLY_TO_SELLER, commands.Noted())
    await order.pull(Trigger.CONSENT_TO_DISSOLUTION, AGREED)
    await order.pull(Trigger.PROVE_DISPOSAL, PROVED)

    await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(PRICE, "sr_1"))
    await order.ending()

    # 500.00 to the deposit; of the 1,230.00 the institution gives back the other 730.00.
    assert order.deposit == Money(500_00)
    assert await stage.moved(order.id, "refund") == [Money(730_00)]


async def test_the_dissolution_has_a_history_of_its_own_that_people_can_read(stage: Stage) -> None:
    order = await seller_asked(stage)
    story = stage.env.client.get_workflow_handle(f"order/{order.id}/dissolution/1")
    asking = (await story.describe()).typed_search_attributes

    await order.pull(Trigger.REFUSE_DISSOLUTION, commands.Noted())
    ended = await story.result()

    assert asking[messages.ORDER_CASE] == "dissolution"
    assert ended["state"] == State.REFUSED
    assert ended["transitions"] == 3


# ---- at the same moment --------------------------------------------------------------------------


@pytest.mark.clause("PSR-13-4")
async def test_of_two_dissolutions_at_once_one_is_opened_and_the_other_hears_of_it(
    stage: Stage,
) -> None:
    order = await delivered(stage)

    done = await asyncio.gather(
        *(order.pull(Trigger.REQUEST_DISSOLUTION, ASKED) for _ in range(2)),
        return_exceptions=True,
    )

    (no,) = (each for each in done if isinstance(each, Refused))
    assert (no.code, no.clause) == (RefusalCode.CASE_OPEN, "PSR-13-4")
    assert order.triggers.count(Trigger.REQUEST_DISSOLUTION) == 1


@pytest.mark.clause("PSR-13-6")
async def test_a_payment_that_is_recorded_twice_at_once_is_posted_once(stage: Stage) -> None:
    order = await agreed(stage)
    await order.pull(Trigger.PROVE_DISPOSAL, PROVED)

    done = await asyncio.gather(
        *(
            order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(Money(600_00), "sr_1"), by=role)
            for role in (Role.PROVIDER, Role.PLATFORM)
        ),
        return_exceptions=True,
    )

    (no,) = (each for each in done if isinstance(each, Refused))
    assert (no.code, no.clause) == (RefusalCode.ALREADY_RECORDED, "PSR-13-6")
    assert order.deposit == Money(600_00)


# ---- reset by staff, tries that were lost, books in trouble --------------------------------------

WAY = (
    (Trigger.REQUEST_DISSOLUTION, ASKED),
    (Trigger.APPLY_TO_SELLER, commands.Noted()),
    (Trigger.CONSENT_TO_DISSOLUTION, AGREED),
    (Trigger.PROVE_DISPOSAL, PROVED),
    (Trigger.RECORD_DISSOLUTION_REFUND, came(PRICE, "sr_1")),
)
TOLD = [
    "request-dissolution: checking · PSR-13-1",
    "apply-to-seller: asking seller · PSR-13-4",
    "consent-to-dissolution: awaiting proof · PSR-13-5",
    "prove-disposal: awaiting refund · PSR-13-5",
    "record-dissolution-refund: dissolved · PSR-13-6",
]


async def test_a_way_on_which_every_answer_is_lost_once_ends_as_any_other(stage: Stage) -> None:
    order = await delivered(stage)
    before = order.last.sequence
    for trigger, _ in WAY:
        stage.books.trouble(order.id, trigger, answer_lost)

    for trigger, command in WAY:
        await order.pull(trigger, command)
    ending = await order.ending()

    # What followed: the order is held, and ends.
    assert [len(each) for each in stage.transactions(order.id)[-5:]] == [2, 1, 1, 1, 2]
    assert [each.sequence for each in order.written] == list(range(1, before + 8))
    assert (ending.state, order.deposit) == (State.DISSOLVED, PRICE)
    assert await order.told(5, of=TableName.DISSOLUTION) == TOLD


@pytest.mark.parametrize("forgets", [False, True])
async def test_an_order_that_staff_reset_goes_on_with_its_case_and_tells_it_nothing_twice(
    stage: Stage, forgets: bool
) -> None:
    order = await agreed(stage)

    await reset(stage.env.client, order.handle.id, forgets=forgets)
    await order.handle.signal(messages.CATCH_UP)
    await order.pull(Trigger.PROVE_DISPOSAL, PROVED, seen=order.last.sequence)
    await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(PRICE, "sr_1"))
    ending = await order.ending()

    assert (ending.state, order.deposit) == (State.DISSOLVED, PRICE)
    assert await order.told(5, of=TableName.DISSOLUTION) == TOLD


async def test_a_story_that_staff_reset_reads_as_it_did_and_ends_with_its_case(
    stage: Stage,
) -> None:
    order = await agreed(stage)
    story = await order.story(of=TableName.DISSOLUTION)
    before = await order.told(3, of=TableName.DISSOLUTION)

    await reset(stage.env.client, story.id)
    after = await order.told(3, of=TableName.DISSOLUTION)
    await order.pull(Trigger.PROVE_DISPOSAL, PROVED)
    await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, came(PRICE, "sr_1"))
    await order.ending()

    assert before == after == TOLD[:3]
    assert await order.told(5, of=TableName.DISSOLUTION) == TOLD


@pytest.mark.clause("PSR-13-4")
async def test_where_nobody_keeps_the_cases_clock_its_order_strikes_it_a_minute_late(
    stage: Stage,
) -> None:
    order = await seller_asked(stage)
    due = order.last.at + 5 * DAY
    await order.end_stories()

    await order.forward_to(due + MINUTE - timedelta(seconds=10))
    within_the_minute = struck(order)[-1]
    await order.past(due + MINUTE)
    await order.until_written(lambda rows: rows[-1].trigger == Trigger.FOLLOW_CASE)

    assert within_the_minute == (Trigger.ESCALATE, due - 3 * DAY)
    assert struck(order)[-1] == (Trigger.DEEM_REFUSED, due)
    assert order.last.recorded_at - due >= MINUTE


async def test_the_books_are_whole_after_all_that(stage: Stage) -> None:
    report = audit(stage.engine)

    assert report.ok, str(report)


# ---- helpers -------------------------------------------------------------------------------------


def when(order: Order, trigger: Trigger) -> datetime:
    """The moment of the first step by a trigger."""
    return next(each.at for each in order.written if each.trigger == trigger)
