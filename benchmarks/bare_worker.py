"""The yardstick's worker: a program of its own, with the limits and the sandbox of ours."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from benchmarks.bare import TASK_QUEUE, Bare, nothing
from daigou.settings import load_settings
from daigou.temporal_setup import connect_temporal
from worker import COMMITS_AT_ONCE, OUR_PURE_ROOMS


async def main() -> None:
    """Runs until it is ended."""
    worker = Worker(
        await connect_temporal(load_settings()),
        task_queue=TASK_QUEUE,
        workflows=[Bare],
        activities=[nothing],
        activity_executor=ThreadPoolExecutor(COMMITS_AT_ONCE),
        max_concurrent_activities=COMMITS_AT_ONCE,
        max_concurrent_local_activities=COMMITS_AT_ONCE,
        workflow_runner=SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*OUR_PURE_ROOMS)
        ),
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
