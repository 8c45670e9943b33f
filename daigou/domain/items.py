"""Owns which item of an order a command is for, where an order has several, or none yet."""

from collections.abc import Mapping

from daigou.domain.lifecycle.table import Table
from daigou.domain.order import State, Trigger
from daigou.domain.refusals import RefusalCode, Refused


def choose_item(
    *, table: Table, trigger: Trigger, named: str, states: Mapping[str, State], subject: str
) -> str:
    """The item that a trigger is for; empty if it opens a new one.

    A command may name its item. One that does not is for the only item whose state allows it; where
    none does, it opens a new one if it can.

    Raises:
        Refused: no such item, none that allows it, or several that do.
    """
    clause = table.triggers[trigger].clause
    if named:
        if named in states:
            return named
        raise Refused(
            RefusalCode.WRONG_REFERENCE, clause, f"{subject} has no {table.name} {named!r}"
        )
    fitting = [item for item, state in states.items() if table.rows_from(state, trigger)]
    if len(fitting) > 1:
        raise Refused(
            RefusalCode.WHICH_ITEM,
            clause,
            f"{subject} has several that this could be for; name one: {', '.join(fitting)}",
        )
    if fitting:
        return fitting[0]
    if table.opens(trigger):
        return ""
    if len(states) == 1:
        return next(iter(states))
    raise Refused(
        RefusalCode.NOT_IN_THIS_STATE,
        clause,
        f"{trigger} is not possible: {subject} has no {table.name} that it could be for",
    )


def too_late_for_items(table: Table, trigger: Trigger, order: State) -> Refused:
    """Why nothing happens to items any more that end with their order."""
    return Refused(
        RefusalCode.NOT_IN_THIS_STATE,
        table.triggers[trigger].clause,
        f"{trigger} is not possible: the order is {order}, and that is its end",
    )
