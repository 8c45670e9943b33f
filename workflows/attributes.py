"""Owns what a subject's workflow shows as search attributes: by these, staff find it in lists."""

from collections.abc import Iterable
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from workflows import messages
    from workflows.axis import Axis


def standing(axis: Axis, *, waiting: Axis) -> tuple[SearchAttributeUpdate[Any], ...]:
    """Where an axis stands, and whose turn it is by when on the one that waits."""
    clock = waiting.next_clock
    return (
        messages.ORDER_STATE.value_set(axis.state.value),
        messages.NEXT_ACTOR.value_set(waiting.next_actor or "nobody"),
        messages.DUE_AT.value_set(clock.due) if clock else messages.DUE_AT.value_unset(),
    )


class Shown:
    """The attributes that were shown last: only what differs is shown again."""

    def __init__(self) -> None:
        self._last: dict[str, SearchAttributeUpdate[Any]] = {}

    def show(self, updates: Iterable[SearchAttributeUpdate[Any]]) -> None:
        """Shows these from now on."""
        wanted = {update.key.name: update for update in updates}
        changed = [
            update
            for name, update in wanted.items()
            if name not in self._last or self._last[name].value != update.value
        ]
        self._last = wanted
        if changed:
            workflow.upsert_search_attributes(changed)
