"""What Hypothesis can do: time passes, refunds are answered, steps are taken or refused; after each
of them the audit holds."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from daigou.domain.clocks import Clock
from daigou.domain.commands import Command
from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.audit import audit
from daigou.ledger.queries import Queries
from tests.ledger.road import Lane, Subject, World, case_of


class Audited(RuleBasedStateMachine):
    """Whatever is done, the audit holds after it."""

    may_be_refused: ClassVar[frozenset[RefusalCode]]
    """What the rules forbid here and there; any other refusal is a fault."""
    engine: Engine
    world: World
    queries: Queries

    @invariant()
    def the_audit_holds(self) -> None:
        report = audit(self.engine)
        assert report.ok, str(report)

    def _goes(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except Refused as refused:
            if refused.code not in self.may_be_refused:
                raise
            return False
        return True


class AnyCase(Audited):
    """One order, which a machine's own `@initialize` makes, and its cases."""

    order: Subject

    @precondition(lambda self: self.order.refunds())
    @rule(data=st.data(), paid=st.booleans())
    def the_institution_pays_back_or_cannot(self, data: st.DataObject, paid: bool) -> None:
        refund = data.draw(st.sampled_from(self.order.refunds()), "refund")
        self.order.answer(Trigger.CONFIRM_REFUND if paid else Trigger.FAIL_REFUND, item=refund)

    @property
    def _ended(self) -> bool:
        return self.order.state in FULFILMENT.ends

    def _case(self) -> Lane:
        return self.order.items[case_of(self.order).item]

    def _case_is(self, *states: State) -> bool:
        case = self.order.facts.case
        return case is not None and case.state in states

    def _next_due(self) -> tuple[Lane, Clock] | None:
        due = [(lane, clock) for lane in self._living() for clock in lane.running()]
        return min(due, key=lambda each: each[1].due, default=None)

    def _living(self) -> Iterator[Lane]:
        yield self.order.main
        for lane in self.order.items.values():
            if lane.table.outlives or not self._ended:
                yield lane

    def _pull(
        self,
        trigger: Trigger,
        command: Command | None = None,
        *,
        lane: Lane | None = None,
        by: Role | None = None,
        **moment: Any,
    ) -> None:
        """Does it, or is refused by what the rules may refuse; then nothing at all was written."""
        lane = lane or self.order.main
        rows = lane.table.rows_from(lane.state, trigger) or lane.table.rows
        roles = rows[0].roles or {Role.CLOCK}
        by = by if by in roles else min(roles)
        before = self.queries.order(self.order.id).sequence
        if not self._goes(
            lambda: self.order.pull(
                trigger, command, table=lane.table, item=lane.item, by=by, **moment
            )
        ):
            assert self.queries.order(self.order.id).sequence == before


def run_machine(
    machine: type[Audited],
    *,
    engine: Engine,
    world: World,
    queries: Queries,
    examples: int,
    steps: int,
) -> None:
    """Tries so many stories, each of up to so many steps, in one test's database."""

    class Here(machine):
        pass

    Here.engine, Here.world, Here.queries = engine, world, queries
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=timedelta(seconds=20),
            suppress_health_check=list(HealthCheck),
        ),
    )
