"""Owns what may be done now: each trigger for one actor, by when, and if not, which clause forbids.

The answer is the lifecycle table's own: every trigger is fired, for trial, with an empty command.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from daigou.domain.clocks import Clock
from daigou.domain.lifecycle.table import Situation, Table
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Whether an actor may pull a trigger now.

    If so, `until` is the first deadline that ends it (none: for as long as the state lasts) and
    `target` the state that it leads to. If not, `code` and `detail` say why. `clause` allows it,
    or forbids it.
    """

    trigger: Trigger
    says: str
    allowed: bool
    clause: str
    target: State | None = None
    until: datetime | None = None
    code: RefusalCode | None = None
    detail: str = ""


def allowances(
    *,
    table: Table,
    state: State,
    situation: Situation,
    clocks: tuple[Clock, ...],
    triggers: Iterable[Trigger] | None = None,
) -> tuple[Allowance, ...]:
    """Every command of the table for one actor, in the order of the declaration; or `triggers`,
    among which may be the one that opens a subject.

    The situation names no command: what depends on a command's content (its amounts, its lines) is
    judged when the command arrives, and not here. `clocks` are those that run in the state.
    """
    leaving = min(_leaving(table, state, clocks), key=lambda clock: clock.due, default=None)
    return tuple(
        _allowance(table, state, trigger, situation, leaving)
        for trigger in (table.commands if triggers is None else triggers)
    )


def leaves(table: Table, state: State, clock: Clock) -> bool:
    """Whether a running clock, when it strikes, takes the subject out of its state."""
    return any(not row.stays for row in table.rows_from(state, clock.trigger))


def _leaving(table: Table, state: State, clocks: tuple[Clock, ...]) -> Iterable[Clock]:
    return (clock for clock in clocks if leaves(table, state, clock))


def _allowance(
    table: Table,
    state: State,
    trigger: Trigger,
    situation: Situation,
    leaving: Clock | None,
) -> Allowance:
    says = table.triggers[trigger].says
    try:
        row = table.fire(state=state, trigger=trigger, situation=situation)
        if leaving is not None and leaving.due <= situation.at:
            raise Refused(
                RefusalCode.TOO_LATE,
                leaving.clause,
                f"the {leaving.term.replace('_', ' ')} window ended at {leaving.due.isoformat()}",
            )
    except Refused as refused:
        return Allowance(
            trigger=trigger,
            says=says,
            allowed=False,
            clause=refused.clause,
            code=refused.code,
            detail=refused.detail,
        )
    return Allowance(
        trigger=trigger,
        says=says,
        allowed=True,
        clause=row.clause,
        target=row.target,
        until=leaving.due if leaving else None,
    )
