"""The worker that stands in for ours: it runs workflows that do nothing."""

import asyncio
import os
import signal

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@workflow.defn(sandboxed=False)
class Nothing:
    @workflow.run
    async def run(self) -> None:
        return None


async def work() -> None:
    client = await Client.connect(
        os.environ["TEMPORAL_ADDRESS"], namespace=os.environ["TEMPORAL_NAMESPACE"]
    )
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    async with Worker(
        client,
        task_queue="daigou",
        workflows=[Nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        await told.wait()
    print("worker.stopped", flush=True)
