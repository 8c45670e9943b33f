"""The Temporal UI, the API docs and a diagram as a real browser renders them.

With `DAIGOU_SCREENSHOTS=folder` the screenshots are kept there, to be looked at.
"""

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.browser.chromium import Chromium, Page
from tests.browser.conftest import Desk

pytestmark = [pytest.mark.timeout(180)]

WIDTH, HEIGHT = 1500, 1500
# The UI marks each tab of an order's page once it knows its history.
LOADED = "History Size"


@pytest.fixture
def page(chromium: Chromium) -> Page:
    return chromium.page(width=WIDTH, height=HEIGHT)


def test_an_order_has_its_summary_and_its_card(page: Page, desk: Desk, screenshots: Path) -> None:
    open_order(page, desk, "ord_delivered", tab="user-metadata")

    said = page.until("Next to act: client")

    page.screenshot(screenshots / "order-card.png")
    assert "¥1,231.23 · 300 × kettle · Yiwu Kitchenware" in said
    assert "waits for the client to check and confirm receipt" in said
    assert "advise at 20" in said
    assert "(PSR-18-1) deem-received at 20" in said
    for line in (
        "kettle ¥1,230.00",
        "order service fee ¥1.23",
        "repacking (collected by sto_ningbo) ¥2.00",
        "order amount ¥1,233.23",
        "paid from the deposit ¥492.49",
        "paid through the payment institution ¥740.74",
        "paid to the seller ¥1,230.00",
        "earned by the provider ¥1.23",
    ):
        assert line in said
    assert "deliver: exported → delivered · PSR-17-1" in said


def test_an_orders_history_says_each_step_with_money_and_clause(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    open_order(page, desk, "ord_delivered", tab="history")

    said = page.until("request: new → requested")

    page.screenshot(screenshots / "order-history.png")
    for summary in (
        "accept: requested → accepted · fee ¥1.23 = 0.1 % of ¥1,230.00 · PSR-10-1",
        "pay: accepted → paying · ¥492.49 from the deposit, ¥740.74 from the payment institution",
        "capture the payment · ord_delivered/3",
        "buy from the seller · ord_delivered/5",
        "object-to-goods: warehoused → warehouse_objection · PSR-16",
        "acceptance ends: lapse · PSR-2-1",
        "dispatch reminder ends: remind · PSR-8",
        "free storage warning ends: warn-of-charges · PSR-7",
        "receipt advice ends: advise · PSR-18-1",
    ):
        assert summary in said


def test_an_orders_timeline_names_the_commands_and_the_clocks(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    open_order(page, desk, "ord_delivered", tab="timeline")

    said = page.until("receipt advice ends")

    page.screenshot(screenshots / "order-timeline.png")
    for name in ("accept", "pay", "buy from the seller", "clear-customs", "deliver"):
        assert name in said


def test_an_order_is_found_by_its_search_attributes(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    open_order(page, desk, "ord_delivered", tab="search-attributes")

    said = page.until('"OrderState"')

    page.screenshot(screenshots / "order-search-attributes.png")
    assert '"OrderState": "delivered"' in said
    assert '"NextActor": "client"' in said
    assert '"AmountFen": 123323' in said
    assert f'"ClientId": "{desk.client.party}"' in said
    assert '"ProviderId": "prv_yiwu"' in said
    assert '"DueAt": "20' in said
    assert '"OrderCase": "none"' in said
    assert '"PaymentHold": "none"' in said


def test_the_list_filters_by_who_is_to_act(page: Page, desk: Desk, screenshots: Path) -> None:
    query = quote('NextActor = "payment_institution"')

    page.open(f"{desk.orders}?query={query}", shows="2 Workflows")
    said = page.until("order/ord_silent_payment")

    page.screenshot(screenshots / "list-filtered.png")
    assert "order/ord_silent_payment" in said
    assert "order/ord_silent_refund" in said
    assert "ord_delivered" not in said


def test_an_order_whose_payment_is_unanswered_shows_where_it_is_held_up(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    open_order(page, desk, "ord_silent_payment", tab="user-metadata")
    card = page.until("Next to act: payment institution")
    page.screenshot(screenshots / "unanswered-payment-card.png")
    open_order(page, desk, "ord_silent_payment", tab="search-attributes")
    attributes = page.until('"OrderState"')
    open_order(page, desk, "ord_silent_payment", tab="history")
    history = page.until("Pending Activity")

    page.screenshot(screenshots / "unanswered-payment-history.png")

    assert "waits for the payment institution’s answer" in card
    assert "escalate at 20" in card
    assert "set aside from the deposit ¥492.49" in card
    assert '"OrderState": "paying"' in attributes
    assert '"NextActor": "payment_institution"' in attributes
    assert "ask what became of ord_silent_payment/3, until it is known" in history
    assert "payment outcome ends: escalate · PSR-2-2" in history


def test_an_order_whose_refund_is_unanswered_shows_who_is_to_pay_it_by_when(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    open_order(page, desk, "ord_silent_refund", tab="user-metadata")

    card = page.until("Refund ord_silent_refund/6")

    page.screenshot(screenshots / "unanswered-refund-card.png")
    assert "waits for the payment institution to pay the client back" in card
    assert "Next to act: payment institution escalate at 20" in card
    assert "on its way back to the client ¥738.74" in card
    assert "refunded to the client ¥492.49" in card


def test_the_docs_need_no_other_host_and_list_every_command(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    said = page.open(f"{desk.gateway}/docs", shows="/v1/orders/{order_id}/confirm-receipt")

    page.screenshot(screenshots / "docs.png")
    assert "Every POST carries an Idempotency-Key" in said
    for path in (
        "POST /v1/orders Ask for a purchase",
        "GET /v1/orders/{order_id}/allowed-actions",
        "POST /v1/orders/{order_id}/accept",
        "POST /v1/recharges",
        "GET /v1/deposits/{client_id}",
    ):
        assert path in said


def test_a_diagram_shows_the_state_and_the_way(
    chromium: Chromium, desk: Desk, screenshots: Path
) -> None:
    proof = base64.b64encode(":".join(desk.client.auth).encode()).decode()
    page = chromium.page(width=1700, height=900, headers={"Authorization": f"Basic {proof}"})

    said = page.open(f"{desk.gateway}/v1/orders/ord_delivered/diagram.svg", shows="delivered")

    page.screenshot(screenshots / "diagram.png")
    assert "Order ord_delivered" in said
    assert "waits for the client to check and confirm receipt" in said
    assert "resolve-objection" in said


def open_order(page: Page, desk: Desk, order: str, *, tab: str) -> None:
    """Opens a tab of an order's page, as a click on it does."""
    page.open(f"{desk.orders}/order%2F{order}/{desk.runs[order]}/{tab}", shows=LOADED)
