"""Each sweep finds a fault that was planted, and clears it once it is gone."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.comparing import compare
from activities.visibility import Running, reports_problems, tried_pages
from daigou.domain.ids import SubjectId, workflow_id
from daigou.domain.order import State, Trigger
from daigou.domain.sweeps import Finding, SweepName
from daigou.ledger.findings import PostgresFindings
from daigou.ledger.watch import PostgresWatch
from daigou.ports.books import BooksUnavailableError
from daigou.ports.watch import BooksStanding
from tests.sweeps.house import IMPATIENT, NOBODY, House, an_id
from tests.workflows.resetting import reset
from workflows.messages import ORDER_STATE, PURCHASE_ORDER

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ORDER = SubjectId("ord_kettles")


# The books against the workflows.


async def test_an_order_whose_workflow_was_terminated_is_found_until_it_runs_again(
    house: House,
) -> None:
    order = await house.stage.order()

    await order.handle.terminate("by mistake")
    await house.until_found(SweepName.BOOKS, order.id, "no_workflow")

    await reset(house.temporal, order.handle.id)
    await house.until_found(SweepName.BOOKS, order.id)


async def test_none_is_missed_where_there_are_more_than_a_batch(house: House) -> None:
    orders = [await house.stage.order() for _ in range(2 * IMPATIENT.batch + 1)]

    for order in orders:
        await order.handle.terminate("all at once")

    for order in orders:
        await house.until_found(SweepName.BOOKS, order.id, "no_workflow")


async def test_a_workflow_of_which_the_books_know_nothing_is_found(house: House) -> None:
    subject = SubjectId(an_id("ord"))

    stray = await _stray(house, subject)
    await house.until_found(SweepName.BOOKS, subject, "unknown_to_the_books")

    await stray.terminate()
    await house.until_found(SweepName.BOOKS, subject)


async def test_a_workflow_that_outlives_its_order_is_found(house: House) -> None:
    order = await house.stage.order()
    await order.pull(Trigger.WITHDRAW)
    await order.ending()

    stray = await _stray(house, order.id, shows=State.WITHDRAWN)
    await house.until_found(SweepName.BOOKS, order.id, "ended_in_the_books")

    await stray.terminate()
    await house.until_found(SweepName.BOOKS, order.id)


async def test_an_order_that_shows_another_state_than_the_books_have_is_found(
    house: House,
) -> None:
    order = await house.stage.order()
    await order.handle.terminate("to be replaced")

    stray = await _stray(house, order.id, shows=State.DELIVERED)
    await house.until_found(SweepName.BOOKS, order.id, "shows_another_state")

    await stray.terminate()
    await house.until_found(SweepName.BOOKS, order.id, "no_workflow")


async def test_an_order_that_is_behind_its_books_is_found_and_catches_up(house: House) -> None:
    order = await house.stage.order()
    await order.pull(Trigger.ACCEPT)
    await order.pull(Trigger.PAY)

    await reset(house.temporal, order.handle.id, forgets=True)
    await house.until_found(SweepName.BOOKS, order.id, "shows_another_state")
    await house.until_found(SweepName.BOOKS, order.id)

    assert await order.seen() == {"effective"}
    assert order.triggers == ["request", "accept", "pay"]


async def test_a_workflow_that_never_heard_of_its_orders_end_ends(house: House) -> None:
    order = await house.stage.order()
    await order.pull(Trigger.WITHDRAW)
    await order.ending()

    await reset(house.temporal, order.handle.id, forgets=True)
    await house.until_found(SweepName.BOOKS, order.id, "ended_in_the_books")
    await house.until_found(SweepName.BOOKS, order.id)

    assert (await order.ending()).state == State.WITHDRAWN
    assert order.triggers == ["request", "withdraw"]


@pytest.mark.clause("PSR-12-1-B")
async def test_an_order_that_waits_for_the_sellers_money_after_its_end_is_no_finding(
    house: House,
) -> None:
    order = await house.stage.order()
    await order.reach(State.PURCHASED)
    await order.pull(Trigger.REQUEST_CANCELLATION)
    await order.pull(Trigger.CONSENT_TO_CANCELLATION)
    await order.pull(Trigger.PROCEED_WITHOUT_REFUND)
    await order.settle()
    assert house.stage.read_model(order.id).state == State.CANCELLED

    await house.until_found(SweepName.BOOKS, order.id)
    for _ in range(3):
        await house.sweep(SweepName.BOOKS)
        assert house.open(SweepName.BOOKS, order.id) == []

    await order.handle.terminate("by hand")
    await house.until_found(SweepName.BOOKS, order.id, "no_workflow")


@pytest.mark.parametrize(
    ("books", "running", "found"),
    [
        (("accepted", True, -1), ("accepted", -5), None),
        (("accepted", True, -1), None, "no_workflow"),
        (("accepted", True, 0), None, None),
        (("closed", False, -1), None, None),
        (("closed", False, -1), ("closed", -5), "ended_in_the_books"),
        (("closed", False, 0), ("closed", -5), None),
        # A refund is on its way: the order is over, and its workflow is not.
        (("unrealizable", True, -1), ("unrealizable", -5), None),
        (("effective", True, -1), ("accepted", -5), "shows_another_state"),
        (("effective", True, 0), ("accepted", -5), None),
        (None, ("requested", -1), "unknown_to_the_books"),
        (None, ("requested", 0), None),
    ],
)
def test_a_difference_counts_once_nothing_has_moved_for_a_while(
    books: tuple[str, bool, int] | None, running: tuple[str, int] | None, found: str | None
) -> None:
    standing = books and BooksStanding(
        state=books[0], open=books[1], since=NOON + timedelta(seconds=books[2])
    )
    run = running and Running(state=running[0], started=NOON + timedelta(seconds=running[1]))

    differences = compare(
        {ORDER: standing} if standing else {}, {ORDER: run} if run else {}, before=NOON
    )

    assert list(differences) == ([Finding(ORDER, found)] if found else [])


async def test_a_difference_that_a_second_look_does_not_see_is_none(house: House) -> None:
    class Mending(PostgresWatch):
        """Shows an order in another state, but only once."""

        wrong = True

        def standings(self, subjects: Any) -> Any:
            found = dict(super().standings(subjects))
            if Mending.wrong and order.id in found:
                Mending.wrong = False
                true = found[order.id]
                found[order.id] = BooksStanding(state="stored", open=True, since=true.since)
            return found

    order = await house.stage.order()
    await _until_listed(house, order.handle.id)
    sweeping = house.impatient(watch=Mending(house.engine))

    async with house.worker("mending", sweeping=sweeping):
        await house.sweep(SweepName.BOOKS, task_queue="mending")

    assert not Mending.wrong
    assert house.open(SweepName.BOOKS, order.id) == []


# What is late.


async def test_a_deadline_that_no_worker_hears_of_is_found_until_it_strikes(house: House) -> None:
    client = await house.stage.client()
    order = house.stage.unopened(client=client)
    order.task_queue = an_id("queue")
    async with house.worker(order.task_queue):
        receipt = await order.open(time_scale=86_400)

    assert receipt.due is not None
    await asyncio.sleep(max(0.0, (receipt.due - datetime.now(UTC)).total_seconds()))
    await house.until_found(SweepName.OVERDUE, order.id, "fulfilment/requested")

    async with house.worker(order.task_queue):
        await order.until(State.LAPSED)
    await house.until_found(SweepName.OVERDUE, order.id)


async def test_a_notice_is_found_until_it_is_sent_and_both_are_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    order = await house.stage.order()

    await house.sweep(SweepName.NOTICES)
    assert house.open(SweepName.NOTICES, order.id) == ["order.requested"]

    house.run_sql("UPDATE notice SET sent_at = now() WHERE subject = :of", of=order.id)
    await house.sweep(SweepName.NOTICES)
    assert house.open(SweepName.NOTICES, order.id) == []

    told = [
        (record.message.split()[0], record.levelname, vars(record)["detail"])
        for record in caplog.records
        if record.message.startswith("finding.") and vars(record)["subject"] == order.id
    ]
    assert told == [
        ("finding.opened", "WARNING", "order.requested"),
        ("finding.cleared", "INFO", "order.requested"),
    ]


# What is stuck.


@workflow.defn(name="Brittle", sandboxed=False)
class Brittle:
    """Breaks at its first step, until it is mended."""

    broken = True

    @workflow.run
    async def run(self) -> None:
        if Brittle.broken:
            raise KeyError("a fault of the program, not of the order")
        await workflow.wait_condition(lambda: False)


@pytest.fixture
async def brittle(house: House) -> Any:
    Brittle.broken = True
    async with Worker(
        house.temporal,
        task_queue="brittle",
        workflows=[Brittle],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        handle = await house.temporal.start_workflow(
            "Brittle",
            id=workflow_id(SubjectId(an_id("ord"))),
            task_queue="brittle",
            task_timeout=timedelta(seconds=1),
        )
        yield handle
        await handle.terminate()


async def test_a_workflow_whose_task_fails_again_and_again_is_found_until_it_goes_on(
    house: House, brittle: WorkflowHandle[Any, Any]
) -> None:
    subject = brittle.id.partition("/")[2]

    assert await reports_problems(house.temporal)
    await house.until_found(SweepName.STUCK, subject, "workflow_task_failed")

    Brittle.broken = False
    await house.until_found(SweepName.STUCK, subject)


async def test_without_the_servers_marks_each_pending_task_is_asked_for(
    house: House, brittle: WorkflowHandle[Any, Any]
) -> None:
    async def tried() -> set[str]:
        pages = tried_pages(house.temporal, page=3)
        return {stuck.workflow async for page in pages for stuck in page}

    async with asyncio.timeout(20):
        while brittle.id not in await tried():
            await asyncio.sleep(0.2)


# A run.


async def test_a_run_tells_how_much_it_looked_at_and_what_changed(house: House) -> None:
    orders = [await house.stage.order() for _ in range(4)]
    await house.sweep(SweepName.NOTICES)

    again = await house.sweep(SweepName.NOTICES)

    assert again.looked_at >= 4
    assert again.found >= 4
    assert (again.opened, again.cleared) == (0, 0)
    assert all(house.open(SweepName.NOTICES, order.id) for order in orders)


async def test_runs_at_the_same_time_find_the_same_once(house: House) -> None:
    orders = [await house.stage.order() for _ in range(7)]

    swept = await asyncio.gather(*(house.sweep(SweepName.NOTICES) for _ in range(4)))

    found = {
        view.subject: view.times
        for view in PostgresFindings(house.engine).findings(
            sweep=SweepName.NOTICES, open=True, limit=500
        )
    }
    assert all(found[order.id] == 1 for order in orders)
    assert sum(each.opened for each in swept) >= 7
    assert sum(each.cleared for each in swept) == 0


async def test_a_sweep_that_is_not_in_the_table_fails_at_once(house: House) -> None:
    with pytest.raises(WorkflowFailureError) as failed:
        await house.sweep("cellar")

    assert "there are questions, overdue" in str(_root(failed.value))


async def test_a_sweep_that_cannot_look_fails_where_staff_see_it_and_clears_nothing(
    house: House,
) -> None:
    class Silent(PostgresWatch):
        def late(self, *_: Any, **__: Any) -> Any:
            raise BooksUnavailableError("the books do not answer")

    order = await house.stage.order()
    await house.sweep(SweepName.NOTICES)

    async with house.worker("silent", sweeping=house.impatient(watch=Silent(house.engine))):
        with pytest.raises(WorkflowFailureError) as failed:
            await house.sweep(SweepName.NOTICES, task_queue="silent")

    assert "the books do not answer" in str(_root(failed.value))
    assert house.open(SweepName.NOTICES, order.id) == ["order.requested"]


def _root(error: WorkflowFailureError) -> ApplicationError:
    cause = error.cause
    assert isinstance(cause, ActivityError)
    assert isinstance(cause.cause, ApplicationError)
    return cause.cause


async def _stray(
    house: House, subject: SubjectId, *, shows: State = State.REQUESTED
) -> WorkflowHandle[Any, Any]:
    """A workflow that says it is a subject's, and that no worker moves."""
    return await house.temporal.start_workflow(
        PURCHASE_ORDER,
        id=workflow_id(subject),
        task_queue=NOBODY,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        search_attributes=TypedSearchAttributes([SearchAttributePair(ORDER_STATE, shows.value)]),
    )


async def _until_listed(house: House, id_: str) -> None:
    async with asyncio.timeout(10):
        while not (await house.temporal.count_workflows(f'WorkflowId = "{id_}"')).count:
            await asyncio.sleep(0.05)
