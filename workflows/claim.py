"""The life of a claim: what a client asks for a loss, by the claim table."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from daigou.domain.clocks import Timing
    from daigou.domain.commands import Admit, Command, Compensation
    from daigou.domain.commands import Claim as MakeClaim
    from daigou.domain.lifecycle import CLAIM
    from daigou.domain.lifecycle.table import Row
    from daigou.domain.order import Trigger
    from daigou.domain.steps import Committed, Receipt
    from daigou.domain.terms import terms_of
    from workflows import messages
    from workflows.attributes import Shown, standing
    from workflows.card import in_words, order_card
    from workflows.handlers import obeys
    from workflows.life import Life
    from workflows.messages import Ending, OpenClaim, Pull


@workflow.defn(name=messages.CLAIM)
@obeys(CLAIM)
class Claim:
    """One claim on an order, which may have ended long ago (PSR-24, PSR-25)."""

    @workflow.init
    def __init__(self, opening: OpenClaim) -> None:
        self._shown = Shown()
        self.life = Life(
            subject=opening.subject,
            table=CLAIM,
            parties=opening.parties,
            timing=Timing(terms=terms_of(opening.terms_version), scale=opening.time_scale),
            show=self._show,
            summarise=_summarise,
        )

    @workflow.run
    async def run(self, opening: OpenClaim) -> Ending:
        """The claim's life, by the table."""
        await self.life.open(
            Trigger.MAKE_CLAIM,
            Pull(actor=opening.actor, command=opening.request, command_id=opening.command_id),
        )
        await self.life.live()
        return self.life.ending()

    @workflow.update(name=messages.OPENED, description="answers once the claim is in the books")
    async def opened(self) -> Receipt:
        """Where the claim stands once it is written."""
        return await self.life.opened()

    def _show(self, committed: Committed) -> None:
        workflow.set_current_details(order_card(self.life, committed))
        self._shown.show(standing(self.life.main, waiting=self.life.main))


def _summarise(row: Row, command: Command) -> str:
    match command:
        case MakeClaim(asked=amount) | Admit(amount=amount) | Compensation(amount=amount):
            return f"{in_words(row)} · {amount} · {row.clause}"
        case _:
            return f"{in_words(row)} · {row.clause}"
