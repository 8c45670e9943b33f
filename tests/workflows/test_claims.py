"""A claim's own workflow: made when its order has long ended, answered, paid; its clocks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daigou.domain import commands
from daigou.domain.commands import Basis
from daigou.domain.ids import SubjectId
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.replay.replaying import workers_replayer
from tests.workflows.resetting import reset
from tests.workflows.stage import WHOLE, ClaimOnStage, Order, Stage, refused

DAY = timedelta(days=1)
WORDS = commands.Message(note_ref="txt_1")


async def _ended(stage: Stage) -> Order:
    """An order that was agreed to, sold out and paid back; its workflow is over."""
    order = await stage.order()
    await order.reach(State.EFFECTIVE)
    await order.pull(Trigger.REPORT_UNREALIZABLE)
    await order.ending()
    return order


async def _blamed_on_logistics(stage: Stage) -> Order:
    """A delivered order whose cause for objection the platform found with logistics."""
    order = await stage.order()
    await order.reach(State.DELIVERED)
    await order.pull(Trigger.OBJECT_TO_RECEIPT)
    await order.pull(Trigger.SETTLE_OBJECTION, commands.CauseFound(cause=commands.Cause.LOGISTICS))
    return order


async def _refused_by_the_seller(stage: Stage) -> Order:
    """A delivered order that the seller refused to dissolve."""
    order = await stage.order()
    await order.reach(State.DELIVERED)
    asked = commands.RequestDissolution(
        ground=commands.Ground.DEFECTIVE, inspected=True, evidence=("evd_kettles",)
    )
    await order.pull(Trigger.REQUEST_DISSOLUTION, asked)
    await order.pull(Trigger.APPLY_TO_SELLER, commands.Noted())
    await order.pull(Trigger.REFUSE_DISSOLUTION, commands.Noted())
    return order


async def _dissolved(stage: Stage) -> Order:
    """An order whose goods went back, and whose price came back."""
    order = await stage.order()
    await order.reach(State.DELIVERED)
    asked = commands.RequestDissolution(
        ground=commands.Ground.DEFECTIVE, inspected=True, evidence=("evd_kettles",)
    )
    await order.pull(Trigger.REQUEST_DISSOLUTION, asked)
    await order.pull(Trigger.APPLY_TO_SELLER, commands.Noted())
    agreed = commands.SellerAgreement(refund=Money(1_230_00), remedy=commands.Remedy.RETURN)
    await order.pull(Trigger.CONSENT_TO_DISSOLUTION, agreed)
    returned = commands.Disposal(remedy=commands.Remedy.RETURN, evidence=("evd_proof",))
    await order.pull(Trigger.PROVE_DISPOSAL, returned)
    refund = commands.CaseRefund(amount=Money(1_230_00), external_ref=f"sr-{order.id}")
    await order.pull(Trigger.RECORD_DISSOLUTION_REFUND, refund)
    await order.until(State.DISSOLVED)
    return order


async def _made(stage: Stage, fen: int = 500_00) -> ClaimOnStage:
    claim = stage.claim(await _ended(stage), fen)
    await claim.open()
    return claim


# ---- from its making to its end ------------------------------------------------------------------


@pytest.mark.clause("PSR-24")
@pytest.mark.clause("PSR-25")
async def test_a_claim_on_an_order_that_has_ended_is_admitted_in_part_and_paid(
    stage: Stage,
) -> None:
    order = await _ended(stage)
    claim, before = stage.claim(order, 500_00), order.deposit

    made = await claim.open()
    admitted = await claim.admit(300_00)
    paid = await claim.record_payment(300_00)
    ending = await claim.ending()

    assert (made.state, made.next_actor, made.due) == (
        State.MADE, Role.PROVIDER, made.at + 10 * DAY
    )  # fmt: skip
    assert (admitted.state, admitted.next_actor) == (State.ADMITTED, Role.PLATFORM)
    assert admitted.due == admitted.at + 10 * DAY
    assert (paid.state, paid.due) == (State.COMPENSATED, None)
    assert (ending.state, ending.transitions) == (State.COMPENSATED, 3)
    assert order.deposit - before == Money(300_00)
    assert order.last.trigger == Trigger.REPORT_UNREALIZABLE, "its order does not move"


@pytest.mark.clause("PSR-17-2")
async def test_logistics_answers_what_is_claimed_of_it(stage: Stage) -> None:
    order = await _blamed_on_logistics(stage)
    claim, before = stage.claim(order, 5_000_00, basis=Basis.CAUSE_WITH_LOGISTICS), order.deposit

    made = await claim.open()
    with refused(RefusalCode.NOT_YOUR_ROLE, "PSR-17-2"):
        await claim.admit(1, by=Role.PROVIDER)
    await claim.admit(4_000_00, by=Role.LOGISTICS)
    await claim.record_payment(4_000_00)

    assert made.next_actor == Role.LOGISTICS
    assert (await claim.ending()).state == State.COMPENSATED
    assert order.deposit == before, "it was paid outside the platform"


@pytest.mark.clause("PSR-13-7")
async def test_the_fee_stays_after_a_dissolution_and_the_providers_fault_is_claimed(
    stage: Stage,
) -> None:
    earned = stage.balance("provider:prv_kai")
    order = await _dissolved(stage)
    claim = stage.claim(order, 1_23, basis=Basis.DISSOLUTION_BY_PROVIDERS_FAULT)
    kept, paid_back = stage.balance("provider:prv_kai") - earned, order.deposit

    await claim.open()
    await claim.admit(1_23)
    await claim.record_payment(1_23)

    # Of ¥1,231.23 the seller paid ¥1,230.00 back; the fee of ¥1.23 is what was lost by the fault.
    assert (kept, paid_back) == (Money(1_23), Money(1_230_00))
    assert stage.balance("provider:prv_kai") - earned == Money(1_23), "it paid by bank"
    assert order.deposit == WHOLE
    assert claim.written[0].clause == "PSR-13-7"


@pytest.mark.clause("PSR-13-4")
async def test_after_the_sellers_refusal_the_client_is_told_claims_and_is_assisted(
    stage: Stage,
) -> None:
    order = await _refused_by_the_seller(stage)
    claim = stage.claim(order, 1_000_00, basis=Basis.SELLER_REFUSED_DISSOLUTION)

    await claim.open()
    assisted = await claim.pull(Trigger.RECORD_ASSISTANCE, WORDS)
    await claim.pull(Trigger.REJECT_CLAIM, WORDS)

    assert stage.notices(order.id, "dissolution.refused") == ["client", "provider"]
    assert (assisted.state, assisted.next_actor) == (State.MADE, Role.PROVIDER)
    assert stage.notices(claim.id, "claim.assisted") == ["client"]
    assert (await claim.ending()).state == State.REJECTED


async def test_a_client_takes_its_claim_back(stage: Stage) -> None:
    claim = await _made(stage)

    await claim.pull(Trigger.WITHDRAW_CLAIM, commands.Noted())

    assert (await claim.ending()).state == State.WITHDRAWN


@pytest.mark.clause("PSR-25")
async def test_what_the_books_refuse_never_came_to_be_and_says_all_that_is_wrong(
    stage: Stage,
) -> None:
    order = await _ended(stage)
    claim = stage.claim(order, WHOLE.amount + 1, basis=Basis.DISSOLUTION_BY_PROVIDERS_FAULT)

    with pytest.raises(Refused) as caught:
        await claim.open()

    assert [(each.code, each.clause) for each in caught.value.reasons] == [
        (RefusalCode.NO_BASIS, "PSR-13-7"),
        (RefusalCode.CLAIM_TOO_HIGH, "PSR-24"),
    ]
    assert claim.written == []
    claim.asked = stage.claim(order, WHOLE.amount).asked
    assert (await claim.open()).state == State.MADE, "the same id may be asked for again"


# ---- its clocks ----------------------------------------------------------------------------------


async def test_an_answer_just_before_its_deadline_is_in_time(stage: Stage) -> None:
    claim = await _made(stage)
    made = claim.last
    await claim.just_before(made.at + 10 * DAY)

    admitted = await claim.admit(500_00)

    assert made.at + 10 * DAY - timedelta(minutes=1) < admitted.at < made.at + 10 * DAY
    assert claim.struck(TableName.CLAIM) == []
    await claim.past(made.at + 12 * DAY)
    assert claim.struck(TableName.CLAIM) == [], "the clock of the answer is over"


@pytest.mark.clause("PSR-25")
async def test_a_claim_that_is_not_answered_is_escalated_at_its_instant_and_every_day_again(
    stage: Stage,
) -> None:
    claim = await _made(stage)
    due = claim.last.at + 10 * DAY

    await claim.past(due)
    await claim.until_written(lambda rows: rows[-1].at == due)
    await claim.past(due + 2 * DAY)
    last = await claim.until_written(lambda rows: rows[-1].at == due + 2 * DAY)
    admitted = await claim.admit(500_00)

    assert claim.struck(TableName.CLAIM) == [
        (Trigger.ESCALATE, due + days * DAY) for days in range(3)
    ]
    assert (last.source, last.target) == (State.MADE, State.MADE)
    assert stage.notices(claim.id, "claim.answer_overdue") == ["platform", "provider"] * 3
    assert admitted.state == State.ADMITTED, "a late answer is one all the same"


@pytest.mark.clause("PSR-24")
async def test_what_is_not_paid_is_escalated_ten_days_after_it_was_admitted(stage: Stage) -> None:
    claim = await _made(stage)
    await claim.forward(4 * DAY)
    due = (await claim.admit(500_00)).at + 10 * DAY

    await claim.just_before(due)
    before = claim.struck(TableName.CLAIM)
    await claim.past(due + DAY)
    await claim.until_written(lambda rows: rows[-1].at == due + DAY)
    paid = await claim.record_payment(500_00)

    assert before == []
    assert claim.struck(TableName.CLAIM) == [
        (Trigger.ESCALATE, due),
        (Trigger.ESCALATE, due + DAY),
    ]
    assert stage.notices(claim.id, "claim.payment_overdue") == ["platform", "provider"] * 2
    assert paid.state == State.COMPENSATED


async def test_an_unanswered_claim_waits_for_logistics_where_it_is_against_it(
    stage: Stage,
) -> None:
    order = await _blamed_on_logistics(stage)
    claim = stage.claim(order, 1, basis=Basis.CAUSE_WITH_LOGISTICS)
    due = (await claim.open()).at + 10 * DAY

    await claim.past(due)
    await claim.until_written(lambda rows: rows[-1].at == due)

    assert stage.notices(claim.id, "claim.answer_overdue") == ["platform", "logistics"]
    assert (await claim.attributes())["NextActor"] == "logistics"


# ---- what staff see, and what cannot break it ----------------------------------------------------


async def test_staff_find_a_claim_and_read_where_it_stands(stage: Stage) -> None:
    claim = await _made(stage)
    made, card = await claim.attributes(), await claim.card()
    await claim.admit(300_00)
    admitted = await claim.card()
    await claim.record_payment(300_00)
    await claim.ending()

    assert (made["OrderState"], made["NextActor"]) == ("made", "provider")
    assert made["DueAt"] == claim.written[0].at + 10 * DAY
    assert card.startswith("### made\n\nwaits for the answer of whom it is against")
    assert "**Next to act:** provider" in card
    assert "| claimed of the provider | ¥500.00 |" in card
    assert "· make-claim: new → made · PSR-24" in card
    assert "| admitted | ¥300.00 |" in admitted
    assert (await claim.attributes())["OrderState"] == "compensated"
    assert "DueAt" not in await claim.attributes()


async def test_a_claim_that_forgot_what_happened_follows_its_books(stage: Stage) -> None:
    claim = await _made(stage)
    await claim.admit(300_00)
    await reset(stage.env.client, claim.handle.id, forgets=True)

    paid = commands.Compensation(amount=Money(300_00), external_ref="wire-1")
    receipt = await claim.pull(Trigger.RECORD_COMPENSATION, paid, seen=2)

    assert (receipt.state, receipt.sequence) == (State.COMPENSATED, 3)
    assert claim.triggers == [
        Trigger.MAKE_CLAIM,
        Trigger.ADMIT_CLAIM,
        Trigger.RECORD_COMPENSATION,
    ]
    assert stage.balance(f"deposit:{claim.order.request.client}") == WHOLE + Money(300_00)


async def test_the_history_of_a_claim_replays(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = await _made(stage)
    await claim.past(claim.last.at + 10 * DAY)
    await claim.until_written(lambda rows: rows[-1].trigger == Trigger.ESCALATE)
    await claim.admit(300_00)
    await claim.record_payment(300_00)
    await claim.ending()

    history = await claim.handle.fetch_history()
    await (await workers_replayer(monkeypatch)).replay_workflow(history)

    assert len(history.events) < 60


async def test_a_cancel_request_ends_no_claim(stage: Stage) -> None:
    claim = await _made(stage)

    await claim.handle.cancel()
    admitted = await claim.admit(1)

    assert admitted.state == State.ADMITTED


async def test_a_claim_of_nothing_known_is_no_claim(stage: Stage) -> None:
    claim = stage.claim(await _ended(stage), 1)
    claim.asked = replace(claim.asked, losses=())

    with refused(RefusalCode.INVALID_REQUEST, "PSR-25"):
        await claim.open()

    assert stage.balance(f"escrow:{SubjectId(claim.order.id)}") == ZERO
