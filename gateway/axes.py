"""Owns the axes of a subject as a caller looks at them: what may be done on each, what runs out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from daigou.domain.allowed import Allowance, allowances, leaves
from daigou.domain.clauses import clause
from daigou.domain.clocks import Clock
from daigou.domain.lifecycle import ITEM_TABLES, TABLES
from daigou.domain.lifecycle.table import Situation, Table
from daigou.domain.order import Actor, State, Trigger
from daigou.domain.terms import terms_of
from daigou.ledger.subject_views import SubjectView
from daigou.ledger.views import ApplicationView, ItemView, OrderView
from gateway.addresses import address_of
from gateway.answers import (
    ActionAnswer,
    AllowedActionsAnswer,
    DeadlineAnswer,
    RoleActionsAnswer,
    collection_of,
)
from gateway.kinds import KINDS, kind_at_edge
from gateway.previewing import preview_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis of a subject: its main one; of an order an item, too, or (from `new`) an item that is
    not there yet.

    `path` is where its commands are sent, `triggers` are those that can be sent there, in the
    order of the table. What opens a subject of its own is sent to a path of its own, `opens_at`.
    """

    path: str
    table: Table
    state: State
    clocks: tuple[Clock, ...]
    triggers: tuple[Trigger, ...]
    item: str = ""
    opens_at: str = ""


def deadlines_of(order: OrderView) -> tuple[DeadlineAnswer, ...]:
    """Every deadline of an order and its items that runs, the next one first."""
    found = [
        DeadlineAnswer(
            term=clock.term,
            item=axis.item or None,
            trigger=clock.trigger,
            says=axis.table.triggers[clock.trigger].says,
            due_at=clock.due,
            clause=clock.clause,
            ends_the_state=leaves(axis.table, axis.state, clock),
        )
        for axis in _axes_of(order)
        for clock in axis.clocks
    ]
    return tuple(sorted(found, key=lambda each: each.due_at))


def allowed_actions(
    subject: SubjectView, *, caller: ApplicationView, now: datetime
) -> AllowedActionsAnswer:
    """What each of the caller's roles may do with a subject of any kind."""
    actors = [Actor(role=role, party=caller.party) for role in sorted(caller.roles)]
    return AllowedActionsAnswer(
        id=subject.id,
        state=subject.state,
        at=now,
        roles=tuple(
            RoleActionsAnswer(
                role=actor.role,
                party=actor.party,
                actions=actions_of(subject, actor=actor, now=now),
            )
            for actor in actors
        ),
    )


def actions_of(subject: SubjectView, *, actor: Actor, now: datetime) -> tuple[ActionAnswer, ...]:
    """Every command that an actor could send to a subject, each once: allowed, or what forbids
    it."""
    situation = Situation(
        actor=actor,
        command=None,
        parties=subject.parties,
        terms=terms_of(subject.terms_version),
        at=now,
        facts=subject.facts,
        order=subject.state,
    )
    return tuple(
        _answer(axis, allowance, preview=preview_path(subject.id, allowance.trigger))
        for axis in _axes_of(subject)
        for allowance in allowances(
            table=axis.table,
            state=axis.state,
            situation=replace(situation, item=axis.item),
            clocks=axis.clocks,
            triggers=axis.triggers,
        )
    )


def _axes_of(subject: SubjectView) -> Iterator[Axis]:
    kind = kind_at_edge(subject.id)
    path = f"POST {address_of(subject.id)}"
    yield Axis(
        path=path,
        table=kind.table,
        state=subject.state,
        clocks=subject.clocks,
        triggers=kind.table.commands,
    )
    if isinstance(subject, OrderView):
        yield from _axes_beside(subject, path)


def _axes_beside(order: OrderView, path: str) -> Iterator[Axis]:
    """What an order has beside its main axis: what is opened on it, and its items."""
    for kind in KINDS:
        if kind.on_an_order:
            yield Axis(
                path=path,
                table=kind.table,
                state=kind.table.initial,
                clocks=(),
                triggers=(kind.opened_by,),
                opens_at=f"{path}/{kind.collection}",
            )
    living = tuple(_living_items(order))
    if order.ended_at is None:
        for table in ITEM_TABLES:
            states = [item.state for item in living if item.table == table.name]
            yield Axis(
                path=path,
                table=table,
                state=table.initial,
                clocks=(),
                triggers=tuple(_opening(table, states)),
            )
    for item in living:
        table = TABLES[item.table]
        yield Axis(
            path=f"{path}/{collection_of(table.name)}/{item.number}",
            table=table,
            state=item.state,
            clocks=item.clocks,
            triggers=tuple(each for each in table.commands if _moves(table, each)),
            item=item.item,
        )


def _living_items(order: OrderView) -> Iterator[ItemView]:
    """The items that have not ended, by themselves or with their order."""
    for item in order.items:
        if item.ended_at is None and (order.ended_at is None or TABLES[item.table].outlives):
            yield item


def _opening(table: Table, states: list[State]) -> Iterator[Trigger]:
    """The triggers that would open an item now: sent unnamed, one is for an item that it fits."""
    for trigger in table.commands:
        if table.opens(trigger) and not any(table.rows_from(each, trigger) for each in states):
            yield trigger


def _moves(table: Table, trigger: Trigger) -> bool:
    """Whether a trigger can move an item that is there."""
    return any(row.trigger == trigger and row.source != State.NEW for row in table.rows)


def _answer(axis: Axis, allowance: Allowance, *, preview: str | None) -> ActionAnswer:
    return ActionAnswer(
        trigger=allowance.trigger,
        method=axis.opens_at or f"{axis.path}/{allowance.trigger}",
        says=allowance.says,
        preview=preview,
        allowed=allowance.allowed,
        leads_to=allowance.target,
        until=allowance.until,
        clause=allowance.clause,
        clause_says=clause(allowance.clause).say,
        code=allowance.code,
        detail=allowance.detail or None,
    )
