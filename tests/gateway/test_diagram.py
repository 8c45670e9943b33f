"""The diagram shows every state and trigger, nothing covers anything, and the way is marked."""

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from daigou.domain.lifecycle import FULFILMENT, RECHARGE, REFUND
from daigou.domain.lifecycle.table import Table
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.ledger.views import RefundView
from gateway.diagram import lifecycle_svg, order_svg
from gateway.diagram_plan import Plan
from tests.gateway.fakes import ORDER, a_step, an_order_view

SVG = "{http://www.w3.org/2000/svg}"
TABLES = [FULFILMENT, REFUND, RECHARGE]
every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    return [
        tuple(float(each.get(name, "0")) for name in ("x", "y", "width", "height"))
        for each in ElementTree.fromstring(svg).iter(f"{SVG}rect")
        if each.get("class") == "box"
    ]


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
    for (ax, ay, aw, ah), (bx, by, bw, bh) in combinations(drawn, 2):
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay


@every_table
def test_every_row_is_an_arrow_or_hangs_under_its_state(table: Table) -> None:
    plan = Plan(table)

    for row in table.rows:
        drawn = not row.stays and plan.is_drawn(row.source, row.target)
        by_clock = row.stays and not row.roles  # told in the box, by its clock
        assert drawn or by_clock or row in plan.ways_out(row.source)


def test_the_main_road_is_the_order_of_an_orders_life() -> None:
    plan = Plan(FULFILMENT)

    assert plan.road[0] == State.NEW
    assert plan.road[-1] == State.CLOSED
    assert set(plan.side) == {State.PAYING, State.WAREHOUSE_OBJECTION}
    assert all(len(line) <= 5 for line in plan.lines)


def test_the_present_state_is_filled_and_the_way_is_numbered() -> None:
    order = an_order_view(state=State.ACCEPTED, refunds=())
    steps = [
        a_step(1, Trigger.REQUEST, State.NEW, State.REQUESTED),
        a_step(2, Trigger.CHOOSE_LOGISTICS, State.REQUESTED, State.REQUESTED),
        a_step(3, Trigger.ACCEPT, State.REQUESTED, State.ACCEPTED),
    ]

    root = ElementTree.fromstring(order_svg(order, steps))

    now = [
        [text.text for text in group.iter(f"{SVG}text")]
        for group in root.iter(f"{SVG}g")
        if "now" in (group.get("class") or "").split()
    ]
    badges = [
        group.find(f"{SVG}text").text  # type: ignore[union-attr]
        for group in root.iter(f"{SVG}g")
        if group.get("class") == "badge"
    ]
    tooltips = " ".join(title.text or "" for title in root.iter(f"{SVG}title"))
    assert [said[0] for said in now if said] == ["accepted"]
    assert "by 23 Nov 12:00 UTC" in now[-1]
    assert sorted(badges) == ["1", "2", "3"]
    assert "3. accept · 2026-11-22 15:00:00 UTC" in tooltips


def test_an_end_beside_the_road_is_filled_where_it_was_reached() -> None:
    order = an_order_view(state=State.LAPSED, clocks=(), refunds=())
    steps = [
        a_step(1, Trigger.REQUEST, State.NEW, State.REQUESTED),
        a_step(2, Trigger.ACCEPT, State.REQUESTED, State.ACCEPTED),
        a_step(3, Trigger.LAPSE, State.ACCEPTED, State.LAPSED),
    ]

    svg = order_svg(order, steps)

    assert svg.count('class="end now"') == 1


def test_each_refund_is_drawn_below_the_order() -> None:
    item = f"{ORDER}/9"
    order = an_order_view(
        state=State.UNREALIZABLE,
        clocks=(),
        refunds=(RefundView(item=item, state=State.REFUNDED, amount=Money(1_231_23)),),  # type: ignore[arg-type]
    )
    steps = [
        a_step(
            10,
            Trigger.CONFIRM_REFUND,
            State.DUE,
            State.REFUNDED,
            table=TableName.REFUND,
            item=item,
        )
    ]

    svg = order_svg(order, steps)

    assert f"Refund {item} · ¥1,231.23" in texts(svg)
    assert "confirm-refund" in texts(svg)


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
