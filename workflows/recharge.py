"""The life of a recharge: money on its way into a client's deposit, by the recharge table."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from daigou.domain.clocks import Timing
    from daigou.domain.commands import Command
    from daigou.domain.ids import SubjectId
    from daigou.domain.lifecycle import RECHARGE
    from daigou.domain.lifecycle.table import Row
    from daigou.domain.order import Parties, Trigger
    from daigou.domain.steps import Committed, Receipt
    from daigou.domain.terms import terms_of
    from workflows import messages
    from workflows.card import in_words, order_card
    from workflows.handlers import obeys
    from workflows.life import Life
    from workflows.messages import Ending, OpenRecharge, Pull


@workflow.defn(name=messages.RECHARGE)
@obeys(RECHARGE)
class Recharge:
    """One recharge. The institution is asked until it knows; only then the deposit has it."""

    @workflow.init
    def __init__(self, opening: OpenRecharge) -> None:
        self.life = Life(
            subject=SubjectId(opening.recharge),
            table=RECHARGE,
            parties=Parties.alone(opening.request.client),
            timing=Timing(terms=terms_of(opening.terms_version), scale=opening.time_scale),
            show=self._show,
            summarise=_summarise,
        )

    @workflow.run
    async def run(self, opening: OpenRecharge) -> Ending:
        """The recharge's life, by the table."""
        await self.life.open(
            Trigger.REQUEST,
            Pull(actor=opening.actor, command=opening.request, command_id=opening.command_id),
        )
        await self.life.live()
        return self.life.ending()

    @workflow.update(name=messages.OPENED, description="answers once the recharge was asked for")
    async def opened(self) -> Receipt:
        """Where the recharge stands once the institution answered, or did not."""
        return await self.life.opened()

    def _show(self, committed: Committed) -> None:
        workflow.set_current_details(order_card(self.life, committed))


def _summarise(row: Row, command: Command) -> str:
    return f"{in_words(row)} · {row.clause}"
