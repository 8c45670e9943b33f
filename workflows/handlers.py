"""Owns the handlers that are made from the tables, one a trigger, so that a row is all it takes:
the updates that subjects obey, and the signals by which a case hears what happened to it."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from daigou.domain.lifecycle.table import TOLD, Table
    from daigou.domain.order import Trigger
    from daigou.domain.steps import Receipt
    from workflows.life import Life
    from workflows.messages import CATCH_UP, CaseNews, Pull, update_name


class Living(Protocol):
    """A workflow that lives by tables."""

    life: Life


class Listening(Protocol):
    """A workflow that is told of steps."""

    def hear(self, news: CaseNews) -> None:
        """Takes the news in."""


W = TypeVar("W", bound=type)


def obeys(*tables: Table) -> Callable[[W], W]:
    """Gives a workflow class an update, with its validator, for every command of the tables.

    And a signal for every trigger that other subjects pull on it, and the one that has it look into
    the books.
    """

    def decorate(cls: W) -> W:
        for table in tables:
            for trigger in table.commands:
                handle = _handler(table, trigger)
                setattr(cls, handle.__name__, _as_update(table, trigger, handle))
            for trigger in sorted(TOLD & table.triggers.keys()):
                heed = _heeder(table, trigger)
                setattr(cls, heed.__name__, _as_signal(table, trigger, heed))
        setattr(cls, _catch_up.__name__, _catch_up)
        return cls

    return decorate


def hears(table: Table) -> Callable[[W], W]:
    """Gives a workflow class a signal for every trigger of the table: by its name, people read in
    the history what happened.
    """

    def decorate(cls: W) -> W:
        for trigger in table.triggers:
            hear = _hearer(trigger)
            setattr(cls, hear.__name__, _as_signal(table, trigger, hear))
        return cls

    return decorate


Handler = Callable[[Any, Pull], Awaitable[Receipt]]


def _hearer(trigger: Trigger) -> Callable[[Any, CaseNews], None]:
    # The SDK reads a signal's argument types only where `self` is not annotated.
    def hear(self, news: CaseNews) -> None:  # type: ignore[no-untyped-def]
        listening: Listening = self
        listening.hear(news)

    hear.__name__ = f"hear_{trigger.value.replace('-', '_')}"
    hear.__qualname__ = hear.__name__
    return hear


def _heeder(table: Table, trigger: Trigger) -> Callable[[Any, Pull], Awaitable[None]]:
    async def heed(self, pull: Pull) -> None:  # type: ignore[no-untyped-def]
        await _life(self).heed(table, trigger, pull)

    heed.__name__ = f"heed_{trigger.value.replace('-', '_')}"
    heed.__qualname__ = heed.__name__
    return heed


def _as_signal(table: Table, trigger: Trigger, hear: Callable[..., Any]) -> object:
    spec = table.triggers[trigger]
    return workflow.signal(
        name=trigger.value, description=f"another one tells: {spec.says} · {spec.clause}"
    )(hear)


def _handler(table: Table, trigger: Trigger) -> Handler:
    # The SDK reads an update's argument types only where `self` is not annotated.
    async def handle(self, pull: Pull) -> Receipt:  # type: ignore[no-untyped-def]
        return await _life(self).obey(table, trigger, pull)

    handle.__name__ = update_name(trigger).replace("-", "_")
    handle.__qualname__ = handle.__name__
    return handle


def _as_update(table: Table, trigger: Trigger, handle: Handler) -> object:
    spec = table.triggers[trigger]
    rows = [row for row in table.rows if row.trigger == trigger]
    roles = sorted({role.value for row in rows for role in row.roles})
    update = workflow.update(
        name=update_name(trigger),
        description=f"{spec.says} · by {' or '.join(roles)} · {spec.clause}",
    )(handle)

    def validate(self, pull: Pull) -> None:  # type: ignore[no-untyped-def]
        _life(self).check(table, trigger, pull)

    update.validator(validate)
    return update


@workflow.signal(name=CATCH_UP, description="looks into the books for steps it has not heard of")
async def _catch_up(self) -> None:  # type: ignore[no-untyped-def]
    await _life(self).catch_up()


def _life(living: Living) -> Life:
    return living.life
