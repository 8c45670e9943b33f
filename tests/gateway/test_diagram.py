"""The diagram shows every state and trigger, nothing covers anything, and the way is marked."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from daigou.domain.lifecycle import FULFILMENT, PARCEL, TABLES
from daigou.domain.lifecycle.table import Table
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from gateway.diagram import lifecycle_svg, order_svg
from gateway.diagram_plan import COLUMNS_MAX, LANE_COLUMNS_MAX, ROADS, Join, Plan
from gateway.drawing import width_of
from tests.gateway.fakes import ORDER, a_parcel, a_refund, a_step, an_item, an_order_view

SVG = "{http://www.w3.org/2000/svg}"
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)

Rectangle = tuple[float, float, float, float]


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def boxes(svg: str) -> list[Rectangle]:
    return [
        tuple(float(each.get(name, "0")) for name in ("x", "y", "width", "height"))
        for each in ElementTree.fromstring(svg).iter(f"{SVG}rect")
        if each.get("class") == "box"
    ]


def labels(svg: str) -> Iterator[tuple[str, Rectangle]]:
    """Every text with about the room it takes."""
    for each in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        said, css = each.text or "", set((each.get("class") or "").split())
        size = 11.0 if css & {"soft", "clock"} else 12.0
        width = width_of(said, size=size) * 0.9  # the measure is generous
        x, y = float(each.get("x", "0")), float(each.get("y", "0"))
        left = x - width / 2 if css & {"mid", "state"} else x
        yield said, (left, y - size * 0.7, width, size * 0.8)


def level_lines(svg: str) -> Iterator[Rectangle]:
    """Every straight piece of every line, as a thin rectangle."""
    for each in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        if each.get("class") != "line" or "A" in each.get("d", ""):
            continue
        points = [
            (float(x), float(y))
            for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", each.get("d", ""))
        ]
        for (ax, ay), (bx, by) in pairwise(points):
            if ax == bx or ay == by:
                yield min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by)


def overlap(one: Rectangle, other: Rectangle, *, spare: float = 0) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = one, other
    return (
        ax + spare < bx + bw
        and bx + spare < ax + aw
        and ay + spare < by + bh
        and by + spare < ay + ah
    )


@every_table
def test_every_state_and_every_trigger_is_drawn(table: Table) -> None:
    svg = lifecycle_svg(table)

    said = " ".join(texts(svg)) + " ".join(re.findall("<title>(.*?)</title>", svg))
    for state in table.states:
        assert state.replace("_", " ") in said
    for trigger in table.triggers:
        assert trigger in said


@every_table
def test_no_box_lies_on_another_or_off_the_paper(table: Table) -> None:
    svg = lifecycle_svg(table)
    root = ElementTree.fromstring(svg)
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))

    drawn = boxes(svg)

    for x, y, w, h in drawn:
        assert x >= 0
        assert x + w <= width
        assert y + h <= height
    for one, other in combinations(drawn, 2):
        assert not overlap(one, other)


@every_table
def test_no_label_lies_on_another(table: Table) -> None:
    for (one, at), (other, there) in combinations(labels(lifecycle_svg(table)), 2):
        assert not overlap(at, there), (one, other)


@every_table
def test_no_line_runs_through_a_box_or_a_label(table: Table) -> None:
    svg = lifecycle_svg(table)

    for line in level_lines(svg):
        for box in boxes(svg):
            assert not overlap(line, box, spare=1), (line, box)
        for said, at in labels(svg):
            assert not overlap(line, at), (said, line)


@every_table
def test_every_row_is_an_arrow_or_hangs_under_its_state_or_is_said_by_the_lane(
    table: Table,
) -> None:
    plan = Plan(table)

    for row in table.rows:
        drawn = not row.stays and plan.join(row.source, row.target) is not None
        by_clock = row.stays and not row.roles  # told in the box, by its clock
        hangs = any(row in way.rows for way in plan.ways_out(row.source))
        assert [drawn, by_clock, hangs, plan.is_said_by_the_lane(row)].count(True) == 1


@every_table
def test_every_state_has_its_place(table: Table) -> None:
    plan = Plan(table)

    placed = [state for line in plan.lines for state in line]

    waits = {wait.state for wait in table.waits}
    if plan.starts_from_nothing:
        waits.remove(table.initial)
    assert len(placed) == len(set(placed))
    assert waits <= set(placed) <= {*waits, *table.ends}
    assert all(
        len(line) <= (LANE_COLUMNS_MAX if plan.lane & set(line) else COLUMNS_MAX)
        for line in plan.lines
    )


@every_table
def test_the_road_is_a_way_through_the_table_to_its_first_end(table: Table) -> None:
    road = Plan(table).road

    assert (road[0], road[-1]) == (table.initial, next(iter(table.ends)))
    for source, target in pairwise(road):
        assert any(row.target == target for row in table.rows_from(source)), (source, target)


def test_roads_are_declared_for_tables_that_there_are() -> None:
    assert set(ROADS) <= set(TABLES)


def test_the_states_beside_the_road_hang_on_what_they_are_about() -> None:
    plan = Plan(FULFILMENT)

    hang = {
        State.IN_REVIEW: State.NEW,
        State.PAYING: State.ACCEPTED,
        State.AWAITING_TOP_UP: State.EFFECTIVE,
        State.AWAITING_CHOICE: State.EFFECTIVE,
        State.AWAITING_BALANCE: State.PURCHASING,
        State.WAREHOUSE_OBJECTION: State.WAREHOUSED,
        State.RECEIPT_OBJECTION: State.DELIVERED,
    }
    assert hang.items() <= plan.side.items()
    assert plan.join(State.ACCEPTED, State.PAYING) == Join.ASIDE
    assert plan.join(State.PAYING, State.ACCEPTED) == Join.BACK_TO


def test_variants_that_share_source_and_goal_are_one_way_out() -> None:
    (report, *_) = (
        way for way in Plan(FULFILMENT).ways_out(State.EFFECTIVE) if way.trigger == "report-price"
    )

    assert len(report.rows) > len(report.goals)
    assert texts(lifecycle_svg(FULFILMENT)).count("quote-anew") == 1


def test_the_lane_says_once_that_the_order_follows_its_parcels() -> None:
    svg = lifecycle_svg(FULFILMENT)

    assert svg.count('class="lane"') == 1
    assert texts(svg).count("follow-parcels") == 2  # the lane itself, and the way out of it
    assert set(Plan(FULFILMENT).lane_ends) == {
        State.ABANDONED,
        State.CLOSED,
        State.UNREALIZABLE,
    }
    assert not Plan(PARCEL).lane


def test_the_present_state_is_filled_and_the_way_is_numbered() -> None:
    order = an_order_view(state=State.ACCEPTED, items=())
    steps = [
        a_step(1, Trigger.REQUEST, State.NEW, State.REQUESTED),
        a_step(2, Trigger.CHOOSE_LOGISTICS, State.REQUESTED, State.REQUESTED),
        a_step(3, Trigger.ACCEPT, State.REQUESTED, State.ACCEPTED),
    ]

    root = ElementTree.fromstring(order_svg(order, steps))

    tooltips = " ".join(title.text or "" for title in root.iter(f"{SVG}title"))
    said = now(root)
    assert [each[0] for each in said if each] == ["accepted"]
    assert "by 23 Nov 12:00 UTC" in said[-1]
    assert sorted(badges(root)) == ["1", "2", "3"]
    assert "3. accept · 2026-11-22 15:00:00 UTC" in tooltips


def test_a_jump_along_the_lane_is_numbered_where_it_came_to() -> None:
    order = an_order_view(state=State.STORED, clocks=(), items=())
    steps = [
        a_step(7, Trigger.FOLLOW_PARCELS, State.PURCHASED, State.DISPATCHED),
        a_step(9, Trigger.FOLLOW_PARCELS, State.DISPATCHED, State.STORED),
    ]

    root = ElementTree.fromstring(order_svg(order, steps))

    assert sorted(badges(root)) == ["7", "9"]
    assert ["stored", "come to", "9"] in now(root)


def test_an_end_of_the_lane_is_filled_where_it_was_reached() -> None:
    order = an_order_view(state=State.ABANDONED, clocks=(), items=())
    steps = [a_step(12, Trigger.FOLLOW_PARCELS, State.STORED, State.ABANDONED)]

    svg = order_svg(order, steps)

    assert svg.count('class="end now"') == 1
    assert badges(ElementTree.fromstring(svg)) == ["12"]


def test_an_end_beside_the_road_is_filled_where_it_was_reached() -> None:
    order = an_order_view(state=State.LAPSED, clocks=(), items=())
    steps = [
        a_step(1, Trigger.REQUEST, State.NEW, State.REQUESTED),
        a_step(2, Trigger.ACCEPT, State.REQUESTED, State.ACCEPTED),
        a_step(3, Trigger.LAPSE, State.ACCEPTED, State.LAPSED),
    ]

    svg = order_svg(order, steps)

    assert svg.count('class="end now"') == 1


def test_each_parcel_and_each_refund_is_drawn_below_the_order() -> None:
    parcel, refund = a_parcel(5), a_refund(9, state=State.REFUNDED)
    question = replace(a_parcel(3), table=TableName.QUESTION)
    order = an_order_view(
        state=State.UNREALIZABLE, clocks=(), items=(question, parcel, refund), amount=Money(0)
    )
    steps = [
        a_step(
            5,
            Trigger.WAREHOUSE_RECEIPT,
            State.NEW,
            State.WAREHOUSED,
            table=TableName.PARCEL,
            item=parcel.item,
        ),
        a_step(
            10,
            Trigger.CONFIRM_REFUND,
            State.DUE,
            State.REFUNDED,
            table=TableName.REFUND,
            item=refund.item,
        ),
    ]

    svg = order_svg(order, steps)

    said = texts(svg)
    assert f"Parcel {ORDER}/5" in said
    assert f"Refund {ORDER}/9 · ¥1.00" in said
    assert not any("Question" in each for each in said)
    assert sorted(badges(ElementTree.fromstring(svg))) == ["10", "5"]


def test_a_cancellation_is_drawn_below_its_order_with_its_own_way() -> None:
    case = an_item(7, TableName.CANCELLATION, State.TERMS_OFFERED)
    order = an_order_view(state=State.PURCHASED, clocks=(), items=(case,))
    steps = [
        a_step(
            number,
            trigger,
            source,
            target,
            table=TableName.CANCELLATION,
            item=case.item,
        )
        for number, trigger, source, target in (
            (7, Trigger.REQUEST_CANCELLATION, State.NEW, State.ASKING_SELLER),
            (9, Trigger.CONSENT_TO_CANCELLATION, State.ASKING_SELLER, State.TERMS_OFFERED),
        )
    ]

    svg = order_svg(order, steps)

    assert f"Cancellation {case.item}" in texts(svg)
    assert {"7", "9"} <= set(badges(ElementTree.fromstring(svg)))
    assert ["terms offered"] in [each[:1] for each in now(ElementTree.fromstring(svg))]


def test_it_can_be_read_without_eyes_and_runs_nothing() -> None:
    svg = order_svg(an_order_view(), [a_step(1, Trigger.REQUEST, State.NEW, State.REQUESTED)])
    root = ElementTree.fromstring(svg)

    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == f"Order {ORDER}"  # type: ignore[union-attr]
    assert "The way it came: requested" in (root.find(f"{SVG}desc").text or "")  # type: ignore[union-attr]
    assert "prefers-color-scheme: dark" in svg
    assert not re.search("<script|href|url\\(|@import", svg)


def test_roles_are_named_in_words() -> None:
    said = texts(lifecycle_svg(FULFILMENT))

    assert "provider acts" in said
    assert Role.PAYMENT_INSTITUTION.value not in said


def now(root: ElementTree.Element) -> list[list[str | None]]:
    return [
        [text.text for text in group.iter(f"{SVG}text")]
        for group in root.iter(f"{SVG}g")
        if "now" in (group.get("class") or "").split()
    ]


def badges(root: ElementTree.Element) -> list[str | None]:
    return [
        group.find(f"{SVG}text").text  # type: ignore[union-attr]
        for group in root.iter(f"{SVG}g")
        if group.get("class") == "badge"
    ]
