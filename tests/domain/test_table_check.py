"""A table that contradicts itself is not built: each fault is named, and all of them at once."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from daigou.domain.commands import Plain
from daigou.domain.lifecycle.table import (
    Answer,
    Call,
    Deadline,
    Errand,
    Row,
    Table,
    TableError,
    TriggerSpec,
    Wait,
)
from daigou.domain.order import Role, State, TableName, Trigger

PROVIDER = frozenset({Role.PROVIDER})


def _spec(clause: str = "PSR-2-1") -> TriggerSpec:
    return TriggerSpec(says="do it", command=Plain, clause=clause)


# A sound little table: a request is accepted, or lapses.
ACCEPT = Row(
    trigger=Trigger.ACCEPT,
    source=State.REQUESTED,
    target=State.ACCEPTED,
    clause="PSR-2-1",
    roles=PROVIDER,
)
LAPSE = Row(trigger=Trigger.LAPSE, source=State.REQUESTED, target=State.LAPSED, clause="PSR-2-1")
ACCEPTANCE = Deadline(term="acceptance", trigger=Trigger.LAPSE)
REQUESTED = Wait(
    state=State.REQUESTED, says="waits", next_actor=Role.PROVIDER, deadlines=(ACCEPTANCE,)
)
TRIGGERS = {Trigger.ACCEPT: _spec(), Trigger.LAPSE: _spec()}
ENDS = {State.ACCEPTED: "accepted", State.LAPSED: "lapsed"}


def _table(
    *,
    rows: tuple[Row, ...] = (ACCEPT, LAPSE),
    waits: tuple[Wait, ...] = (REQUESTED,),
    triggers: dict[Trigger, TriggerSpec] = TRIGGERS,
    ends: dict[State, str] = ENDS,
    items: bool = False,
) -> Table:
    return Table(
        name=TableName.FULFILMENT,
        initial=State.REQUESTED,
        ends=MappingProxyType(ends),
        triggers=MappingProxyType(triggers),
        rows=rows,
        waits=waits,
        items=items,
    )


FOLLOW = Row(
    trigger=Trigger.FOLLOW_PARCELS, source=State.REQUESTED, target=State.ACCEPTED, clause="PSR-8"
)
FOLLOWED = {**TRIGGERS, Trigger.FOLLOW_PARCELS: _spec("PSR-8")}


def _waiting(**changes: Any) -> tuple[Wait, ...]:
    return (replace(REQUESTED, **changes),)


STUCK = Wait(
    state=State.STORED,
    says="waits",
    next_actor=Role.LOGISTICS,
    deadlines=(Deadline(term="free_storage", trigger=Trigger.ESCALATE, again="escalation"),),
)
STORE = replace(ACCEPT, trigger=Trigger.WAREHOUSE_RECEIPT, target=State.STORED)
ESCALATE_STORED = Row(
    trigger=Trigger.ESCALATE, source=State.STORED, target=State.STORED, clause="PSR-8"
)
EXPORT = replace(ACCEPT, trigger=Trigger.CLEAR_CUSTOMS, source=State.STORED)

BROKEN = {
    "an end nothing leads to": (
        {"ends": {**ENDS, State.CLOSED: "closed"}},
        "state closed is unreachable",
    ),
    "a wait nothing leads to": (
        {
            "rows": (ACCEPT, LAPSE, ESCALATE_STORED, EXPORT),
            "waits": (REQUESTED, STUCK),
            "triggers": {
                **TRIGGERS,
                Trigger.ESCALATE: _spec(),
                Trigger.CLEAR_CUSTOMS: _spec(),
            },
        },
        "state stored is unreachable",
    ),
    "a wait for someone who can do nothing": (
        {"waits": _waiting(next_actor=Role.STORAGE)},
        "state requested waits for storage, who can do nothing there",
    ),
    "a state that is never left": (
        {
            "rows": (ACCEPT, LAPSE, STORE, ESCALATE_STORED),
            "waits": (REQUESTED, STUCK),
            "triggers": {
                **TRIGGERS,
                Trigger.WAREHOUSE_RECEIPT: _spec(),
                Trigger.ESCALATE: _spec(),
            },
        },
        "state stored is a dead end",
    ),
    "a state that is neither waited in nor an end": (
        {"ends": {State.LAPSED: "lapsed"}},
        "state accepted has no wait and is no end",
    ),
    "a state declared twice": (
        {"waits": (REQUESTED, REQUESTED)},
        "state requested is declared twice",
    ),
    "a state that is both a wait and an end": (
        {"ends": {**ENDS, State.REQUESTED: "requested"}},
        "state requested is declared twice",
    ),
    "a wait that may last for ever": (
        {"waits": _waiting(deadlines=())},
        "state requested waits without a deadline",
    ),
    "a clock that strikes once and moves nothing": (
        {
            "rows": (ACCEPT, replace(LAPSE, target=State.REQUESTED)),
            "ends": {State.ACCEPTED: "accepted"},
        },
        "state requested waits without a deadline",
    ),
    "a row by no clause of the catalogue": (
        {"rows": (replace(ACCEPT, clause="PSR-99"), LAPSE)},
        "clause PSR-99 is unknown",
    ),
    "a trigger by no clause of the catalogue": (
        {"triggers": {**TRIGGERS, Trigger.ACCEPT: _spec("XYZ-1")}},
        "clause XYZ-1 is unknown",
    ),
    "a deadline that pulls nothing": (
        {
            "waits": _waiting(
                deadlines=(ACCEPTANCE, Deadline(term="payment", trigger=Trigger.CLOSE))
            )
        },
        "deadline payment of requested pulls close: no row",
    ),
    "a deadline that a person can pull": (
        {"rows": (ACCEPT, replace(LAPSE, roles=PROVIDER))},
        "deadline lapse of requested can be pulled by a person",
    ),
    "an answer that pulls nothing": (
        {
            "waits": _waiting(
                errand=Errand(
                    call=Call.CAPTURE,
                    answers=MappingProxyType({Answer.FAILED: Trigger.DECLINE_PAYMENT}),
                )
            )
        },
        "answer failed in requested pulls decline-payment: no row",
    ),
    "an end that is left again": (
        {
            "rows": (
                ACCEPT,
                LAPSE,
                replace(ACCEPT, source=State.LAPSED, target=State.ACCEPTED),
            )
        },
        "end lapsed is left again",
    ),
    "a trigger nobody described": (
        {"triggers": {Trigger.LAPSE: _spec()}},
        "trigger accept is not described",
    ),
    "a trigger that no row uses": (
        {"triggers": {**TRIGGERS, Trigger.CLOSE: _spec()}},
        "trigger close has no row",
    ),
    "a row that restarts a clock there is not": (
        {"rows": (replace(ACCEPT, restarts=("payment",)), LAPSE)},
        "clock payment is paused or restarted, but never runs",
    ),
    "a state that pauses a clock there is not": (
        {"waits": _waiting(pauses=("receipt",))},
        "clock receipt is paused or restarted, but never runs",
    ),
    "a state that pauses its own clock": (
        {"waits": _waiting(pauses=("acceptance",))},
        "requested pauses its own clock acceptance",
    ),
    "two clocks that pull the same trigger": (
        {"waits": _waiting(deadlines=(ACCEPTANCE, Deadline(term="review", trigger=Trigger.LAPSE)))},
        "two clocks of requested pull lapse",
    ),
    "an item that would follow items": (
        {"rows": (ACCEPT, LAPSE, FOLLOW), "triggers": FOLLOWED, "items": True},
        "nobody can pull follow-parcels in requested",
    ),
    "an order that would follow an order": (
        {
            "rows": (ACCEPT, LAPSE, replace(FOLLOW, trigger=Trigger.FOLLOW_ORDER)),
            "triggers": {**TRIGGERS, Trigger.FOLLOW_ORDER: _spec()},
        },
        "nobody can pull follow-order in requested",
    ),
    "a row that neither a person nor a clock can take": (
        {"rows": (ACCEPT, replace(ACCEPT, roles=frozenset()), LAPSE)},
        "nobody can pull accept in requested",
    ),
}


def test_a_sound_table_is_built() -> None:
    table = _table()

    assert table.states == (State.REQUESTED, State.ACCEPTED, State.LAPSED)
    assert table.commands == (Trigger.ACCEPT,)


def test_a_state_whose_items_move_it_needs_no_clock_of_its_own() -> None:
    table = _table(
        rows=(ACCEPT, FOLLOW, replace(LAPSE, source=State.STORED), STORE),
        waits=(
            replace(REQUESTED, deadlines=(), follows_items=True),
            Wait(
                state=State.STORED,
                says="waits",
                next_actor=Role.CLOCK,
                deadlines=(ACCEPTANCE,),
            ),
        ),
        triggers={**FOLLOWED, Trigger.WAREHOUSE_RECEIPT: _spec()},
    )

    assert table.wait(State.REQUESTED).deadlines == ()


def test_a_paused_clock_of_another_state_is_sound() -> None:
    table = _table(
        rows=(ACCEPT, LAPSE, STORE, ESCALATE_STORED, EXPORT),
        waits=(REQUESTED, replace(STUCK, next_actor=Role.CLOCK, pauses=("acceptance",))),
        triggers={
            **TRIGGERS,
            Trigger.WAREHOUSE_RECEIPT: _spec(),
            Trigger.ESCALATE: _spec(),
            Trigger.CLEAR_CUSTOMS: _spec(),
        },
    )

    assert table.wait(State.STORED).pauses == ("acceptance",)


@pytest.mark.parametrize(("changes", "fault"), BROKEN.values(), ids=BROKEN)
def test_a_broken_table_is_refused_by_the_name_of_its_fault(
    changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(TableError) as caught:
        _table(**changes)

    assert fault in str(caught.value)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(TableError) as caught:
        _table(
            rows=(
                replace(ACCEPT, clause="PSR-99"),
                replace(LAPSE, roles=PROVIDER),
                replace(LAPSE, source=State.ACCEPTED, target=State.LAPSED),
            ),
            ends={**ENDS, State.CLOSED: "closed"},
            triggers={Trigger.LAPSE: _spec(), Trigger.CLOSE: _spec()},
        )

    assert str(caught.value).removeprefix("table fulfilment: ").split("; ") == [
        "state closed is unreachable",
        "deadline lapse of requested can be pulled by a person",
        "end accepted is left again",
        "trigger accept is not described",
        "nobody can pull lapse in accepted",
        "clause PSR-99 is unknown",
        "trigger close has no row",
    ]
