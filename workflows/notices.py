"""The workflow that has notices sent, one for the whole service: it never ends (PSR-27)."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.notices import PASS_SECONDS, Telling
    from workflows import messages

PASSES_MAX = 50
"""Then it begins anew: its history stays short."""


@workflow.defn(name=messages.NOTICES)
class Notices:
    """Passes over the outbox, one after the other, for as long as the service runs."""

    @workflow.run
    async def run(self) -> None:
        for _ in range(PASSES_MAX):
            await workflow.execute_activity_method(
                Telling.tell,
                start_to_close_timeout=timedelta(seconds=PASS_SECONDS + 60),
                heartbeat_timeout=timedelta(seconds=15),
                retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=30)),
                summary="notices that are due go out · PSR-27",
            )
        workflow.continue_as_new()
