"""One run of a sweep, on a schedule or by hand: what it came to is what the workflow answers."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.sweeps import Sweeping
    from daigou.domain.sweeps import SWEEPS, Swept

SWEEP = "Sweep"
RUN_MAX = timedelta(minutes=10)
SILENCE_MAX = timedelta(seconds=30)
TRIES_MAX = 3


@workflow.defn(name=SWEEP)
class Sweep:
    """Looks after one thing, named as in the table of sweeps."""

    @workflow.run
    async def run(self, name: str) -> Swept:
        """One run. It fails where staff see it, if the books or Temporal do not answer."""
        says = next((sweep.says for sweep in SWEEPS.values() if sweep.name == name), name)
        swept = await workflow.execute_activity_method(
            Sweeping.sweep,
            name,
            start_to_close_timeout=RUN_MAX,
            heartbeat_timeout=SILENCE_MAX,
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=1),
                backoff_coefficient=3,
                maximum_attempts=TRIES_MAX,
            ),
            summary=f"look for {says}",
        )
        workflow.set_current_details(f"**{says}**: {swept}")
        return swept
