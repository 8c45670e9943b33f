"""Owns the workflows of the subjects that are no orders: each kind lives by the one table it has.

A further kind is a line here: its table, the trigger that opens it, and what is its own.
"""

from collections.abc import Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from daigou.domain import lifecycle
    from daigou.domain.clocks import Timing
    from daigou.domain.commands import Admit, Command, Compensation
    from daigou.domain.commands import Claim as MakeClaim
    from daigou.domain.ids import kind_named
    from daigou.domain.lifecycle.table import Row, Table
    from daigou.domain.money import Money
    from daigou.domain.order import Trigger
    from daigou.domain.steps import Committed, Receipt
    from daigou.domain.terms import terms_of
    from workflows import messages
    from workflows.attributes import Shown, standing
    from workflows.card import in_words, order_card
    from workflows.handlers import obeys
    from workflows.life import Life
    from workflows.messages import (
        Ending,
        OpenClaim,
        OpenRecharge,
        OpenSubject,
        Pull,
        SubjectOpening,
    )

SumOf = Callable[[Command], Money | None]
"""The sum that a command is about, which people read beside its step; none where it is about none.
"""


class _Subject:
    """One subject, from the command that opens it to its end, by its table."""

    table: Table
    opens: Trigger
    shows_its_state: bool
    sum_of: SumOf

    def __init__(self, opening: SubjectOpening) -> None:
        self._shown = Shown()
        self.life = Life(
            subject=opening.subject,
            table=self.table,
            parties=opening.parties,
            timing=Timing(
                terms=terms_of(opening.terms_version),
                scale=opening.time_scale,
                agreed=opening.due,
            ),
            show=self._show,
            summarise=self._summarise,
        )

    async def live(self, opening: SubjectOpening) -> Ending:
        """Its life, by the table."""
        await self.life.open(
            self.opens,
            Pull(actor=opening.actor, command=opening.request, command_id=opening.command_id),
        )
        await self.life.live()
        return self.life.ending()

    @workflow.update(name=messages.OPENED, description="answers once it is in the books")
    async def opened(self) -> Receipt:
        """Where the subject stands once it is written, and its first call outside is answered."""
        return await self.life.opened()

    def _show(self, committed: Committed) -> None:
        workflow.set_current_details(order_card(self.life, committed))
        if self.shows_its_state:
            self._shown.show(standing(self.life.main, waiting=self.life.main))

    def _summarise(self, row: Row, command: Command) -> str:
        about = self.sum_of(command)
        return " · ".join([in_words(row), *([] if about is None else [str(about)]), row.clause])


def _no_sum(command: Command) -> Money | None:
    return None


def _workflow(
    table: Table,
    *,
    opens: Trigger,
    opening: type[SubjectOpening] = OpenSubject,
    sum_of: SumOf = _no_sum,
) -> type[_Subject]:
    """The workflow of a kind of subjects. It must be bound to its own name in this module: there
    the sandbox looks for it."""
    kind = kind_named(table.name)

    # The SDK reads here what to decode an opening to, and only where `self` is not annotated.
    def init(self, opening: opening) -> None:  # type: ignore[no-untyped-def, valid-type]
        _Subject.__init__(self, opening)

    async def run(self, opening: opening) -> Ending:  # type: ignore[no-untyped-def, valid-type]
        return await _Subject.live(self, opening)

    # And it takes a function that was made in another one for that of a local class.
    init.__name__, init.__qualname__ = "__init__", f"{kind.workflow}.__init__"
    run.__qualname__ = f"{kind.workflow}.run"
    made = type(
        kind.workflow,
        (_Subject,),
        {
            "__doc__": f"One {kind.name}, by the {table.name} table.",
            "__init__": workflow.init(init),
            "run": workflow.run(run),
            "table": table,
            "opens": opens,
            "shows_its_state": kind.shows_its_state,
            "sum_of": staticmethod(sum_of),
        },
    )
    return workflow.defn(name=kind.workflow)(obeys(table)(made))


def _sum_of_claim(command: Command) -> Money | None:
    match command:
        case MakeClaim(asked=amount) | Admit(amount=amount) | Compensation(amount=amount):
            return amount
        case _:
            return None


Recharge = _workflow(lifecycle.RECHARGE, opens=Trigger.REQUEST, opening=OpenRecharge)
Claim = _workflow(
    lifecycle.CLAIM, opens=Trigger.MAKE_CLAIM, opening=OpenClaim, sum_of=_sum_of_claim
)

SUBJECTS = (Recharge, Claim)
"""All of them, for the worker."""
