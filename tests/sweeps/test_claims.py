"""The sweeps know claims as they know orders: lost, behind, and late."""

from datetime import timedelta

from daigou.domain.order import State, Trigger
from daigou.domain.sweeps import SweepName
from tests.sweeps.house import House
from tests.workflows.resetting import reset
from tests.workflows.stage import ClaimOnStage


async def _claim(house: House) -> ClaimOnStage:
    """A claim on an order whose workflow is over."""
    order = await house.stage.order()
    await order.reach(State.EFFECTIVE)
    await order.pull(Trigger.REPORT_UNREALIZABLE)
    await order.ending()
    claim = house.stage.claim(order, 500_00)
    await claim.open()
    return claim


async def test_a_claim_whose_workflow_was_terminated_is_found_until_it_runs_again(
    house: House,
) -> None:
    claim = await _claim(house)

    await claim.handle.terminate("by mistake")
    await house.until_found(SweepName.BOOKS, claim.id, "no_workflow")

    await reset(house.temporal, claim.handle.id)
    await house.until_found(SweepName.BOOKS, claim.id)
    assert (await claim.admit(1)).state == State.ADMITTED


async def test_a_claim_that_is_behind_its_books_is_found_and_catches_up(house: House) -> None:
    claim = await _claim(house)
    await claim.admit(300_00)

    await reset(house.temporal, claim.handle.id, forgets=True)
    await house.until_found(SweepName.BOOKS, claim.id, "shows_another_state")
    await house.until_found(SweepName.BOOKS, claim.id)

    assert (await claim.attributes())["OrderState"] == "admitted"
    assert (await claim.record_payment(300_00)).state == State.COMPENSATED


async def test_a_claim_whose_deadline_did_not_strike_is_found(house: House) -> None:
    claim = await _claim(house)
    await house.sweep(SweepName.OVERDUE)
    assert house.open(SweepName.OVERDUE, claim.id) == []

    # As if ten days had passed with no worker: nobody else moves a deadline.
    house.run_sql("ALTER TABLE claim DISABLE TRIGGER USER")
    house.run_sql(
        "UPDATE claim SET next_due_at = :then WHERE id = :of",
        then=claim.last.at - timedelta(days=1),
        of=claim.id,
    )
    house.run_sql("ALTER TABLE claim ENABLE TRIGGER USER")
    await house.until_found(SweepName.OVERDUE, claim.id, "claim/made")

    await claim.admit(1)
    await house.until_found(SweepName.OVERDUE, claim.id)
