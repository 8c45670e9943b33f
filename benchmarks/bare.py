"""The yardstick: as many updates and local activities as an order has, and nothing in them."""

from datetime import timedelta

from temporalio import activity, workflow

TASK_QUEUE = "bare"
STEPS = {
    "accept": 1,
    "pay": 1,
    "purchase": 2,
    "warehouse-receipt": 1,
    "clear-customs": 2,
    "deliver": 1,
    "confirm-receipt": 1,
}
"""The local activities of each command: the purchase is answered, and before customs the provider's
duty ends."""


@activity.defn
def nothing() -> None:
    """Does nothing, on a thread, as a commit would be."""


@workflow.defn
class Bare:
    """As an order, without timers, calls, tables, books, search attributes and card."""

    def __init__(self) -> None:
        self._opened = False
        self._left = len(STEPS)

    @workflow.run
    async def run(self) -> None:
        await self._write()
        self._opened = True
        await workflow.wait_condition(lambda: not self._left)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def opened(self) -> None:
        await workflow.wait_condition(lambda: self._opened)

    @workflow.update
    async def step(self, writes: int) -> None:
        for _ in range(writes):
            await self._write()
        self._left -= 1

    async def _write(self) -> None:
        await workflow.execute_local_activity(
            nothing, start_to_close_timeout=timedelta(seconds=5), summary="nothing"
        )
