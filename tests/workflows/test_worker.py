"""What holds for the worker as it is built, whatever it is given to do."""

import warnings

from tests.workflows.stage import Stage
from worker import build_worker


async def test_a_worker_has_a_thread_for_every_commit_that_it_takes_on(stage: Stage) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")

        build_worker(
            stage.env.client,
            task_queue="never run",
            books=stage.books,
            institution=stage.world.payment_institution,
            sellers=stage.world.seller_platform,
        )

    # A commit that waits for a thread spends the time that it was given to reach the database.
    assert [str(each.message) for each in warned] == []
