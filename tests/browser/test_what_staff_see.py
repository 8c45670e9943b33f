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


@pytest.fixture(scope="module")
def page(chromium: Chromium, desk: Desk) -> Page:
    """One tab on the UI, in which tests go from page to page by links: to load it is dear."""
    page = chromium.page(width=WIDTH, height=HEIGHT)
    page.open(desk.orders, shows="order/ord_delivered")
    return page


def test_an_order_has_its_summary_and_its_card(page: Page, desk: Desk, screenshots: Path) -> None:
    open_order(page, desk, "ord_delivered", tab="user-metadata")

    page.until(
        "Next to act: client",
        "¥1,231.23 · 300 × kettle · Yiwu Kitchenware",
        "waits for the client to check and confirm receipt",
        "advise at 20",
        "(PSR-18-1) deem-received at 20",
        "kettle ¥1,230.00",
        "order service fee ¥1.23",
        "repacking (collected by sto_ningbo) ¥2.00",
        "order amount ¥1,233.23",
        "paid from the deposit ¥492.49",
        "paid through the payment institution ¥740.74",
        "paid to the seller ¥1,230.00",
        "earned by the provider ¥1.23",
        "deliver: exported → delivered · PSR-17-1",
    )
    page.screenshot(screenshots / "order-card.png")


def test_an_orders_history_says_each_step_with_money_and_clause(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    open_order(page, desk, "ord_delivered", tab="history")

    page.until(
        "request: new → requested",
        "accept: requested → accepted · fee ¥1.23 = 0.1 % of ¥1,230.00 · PSR-10-1",
        "pay: accepted → paying · ¥492.49 from the deposit, ¥740.74 from the payment institution",
        "capture the payment · ord_delivered/3",
        "buy from the seller · ord_delivered/5",
        "object-to-goods: warehoused → warehouse_objection · PSR-16",
        "acceptance ends: lapse · PSR-2-1",
        "dispatch reminder ends: remind · PSR-8",
        "free storage warning ends: warn-of-charges · PSR-7",
        "receipt advice ends: advise · PSR-18-1",
    )
    page.screenshot(screenshots / "order-history.png")


def test_an_orders_timeline_names_the_commands_and_the_clocks(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    open_order(page, desk, "ord_delivered", tab="timeline")

    page.until(
        "receipt advice ends", "accept", "pay", "buy from the seller", "clear-customs", "deliver"
    )
    page.screenshot(screenshots / "order-timeline.png")


def test_an_order_is_found_by_its_search_attributes(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    open_order(page, desk, "ord_delivered", tab="search-attributes")

    page.until(
        '"OrderState": "delivered"',
        '"NextActor": "client"',
        '"AmountFen": 123323',
        f'"ClientId": "{desk.client.party}"',
        '"ProviderId": "prv_yiwu"',
        '"DueAt": "20',
        '"OrderCase": "none"',
        '"PaymentHold": "none"',
    )
    page.screenshot(screenshots / "order-search-attributes.png")


def test_the_list_filters_by_who_is_to_act(page: Page, desk: Desk, screenshots: Path) -> None:
    query = quote('NextActor = "payment_institution"')

    page.follow(f"{desk.orders}?query={query}", shows="2 Workflows")
    said = page.until("order/ord_silent_payment", "order/ord_silent_refund")

    page.screenshot(screenshots / "list-filtered.png")
    assert "ord_delivered" not in said


def test_an_order_whose_payment_is_unanswered_shows_where_it_is_held_up(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    open_order(page, desk, "ord_silent_payment", tab="user-metadata")
    page.until(
        "Next to act: payment institution",
        "waits for the payment institution’s answer",
        "escalate at 20",
        "set aside from the deposit ¥492.49",
    )
    page.screenshot(screenshots / "unanswered-payment-card.png")
    open_order(page, desk, "ord_silent_payment", tab="search-attributes")
    page.until('"OrderState": "paying"', '"NextActor": "payment_institution"')
    open_order(page, desk, "ord_silent_payment", tab="history")
    page.until(
        "Pending Activity",
        "ask what became of ord_silent_payment/3, until it is known",
        "payment outcome ends: escalate · PSR-2-2",
    )
    page.screenshot(screenshots / "unanswered-payment-history.png")


def test_an_order_whose_refund_is_unanswered_shows_who_is_to_pay_it_by_when(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    open_order(page, desk, "ord_silent_refund", tab="user-metadata")

    page.until(
        "Refund ord_silent_refund/6",
        "waits for the payment institution to pay the client back",
        "Next to act: payment institution escalate at 20",
        "on its way back to the client ¥738.74",
        "refunded to the client ¥492.49",
    )
    page.screenshot(screenshots / "unanswered-refund-card.png")


def test_an_order_that_is_being_cancelled_shows_its_case_and_is_found_by_it(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    open_order(page, desk, "ord_cancelling", tab="user-metadata")
    page.until(
        "purchased",
        "Cancellation ord_cancelling/",
        "the seller agrees on terms; waits for the client to take them",
        "Next to act: client",
        "lapse at 20",
        "(PSR-12-5)",
        "paid to the seller ¥1,230.00",
    )
    page.screenshot(screenshots / "cancelling-card.png")

    query = quote('OrderCase = "cancellation"')
    page.open(f"{desk.orders}?query={query}", shows="2 Workflows")
    said = page.until("order/ord_cancelling", "order/ord_cancelling/cancellation/1")

    page.screenshot(screenshots / "list-of-cases.png")
    assert "ord_delivered" not in said


def test_a_cancellation_tells_its_own_story(page: Page, desk: Desk, screenshots: Path) -> None:
    open_order(page, desk, "ord_cancelling/cancellation/1", tab="user-metadata")
    page.until(
        "cancellation 1 of ord_cancelling",
        "terms offered",
        "The order: purchased",
        "Next to act: client",
        "lapse at 20",
        "to be paid back by the seller ¥1,100.00",
        "the seller’s penalty ¥25.00",
        "request-cancellation: asking seller · PSR-12-1-B",
        "consent-to-cancellation: terms offered · PSR-12-5",
    )
    page.screenshot(screenshots / "case-card.png")
    open_order(page, desk, "ord_cancelling/cancellation/1", tab="history")

    page.until("terms answer ends: lapse · PSR-12-5")
    page.screenshot(screenshots / "case-history.png")


def test_the_docs_need_no_other_host_and_list_every_command(
    page: Page, desk: Desk, screenshots: Path
) -> None:
    page.open(f"{desk.gateway}/docs", shows="/v1/orders/{order_id}/confirm-receipt")

    page.until(
        "Every POST carries an Idempotency-Key",
        "POST /v1/orders Ask for a purchase",
        "GET /v1/orders/{order_id}/allowed-actions",
        "POST /v1/orders/{order_id}/accept",
        "POST /v1/recharges",
        "GET /v1/deposits/{client_id}",
    )
    page.screenshot(screenshots / "docs.png")


def test_a_diagram_shows_the_state_and_the_way(
    chromium: Chromium, desk: Desk, screenshots: Path
) -> None:
    proof = base64.b64encode(":".join(desk.client.auth).encode()).decode()
    page = chromium.page(width=1700, height=900, headers={"Authorization": f"Basic {proof}"})

    page.open(f"{desk.gateway}/v1/orders/ord_delivered/diagram.svg", shows="delivered")

    page.until(
        "Order ord_delivered",
        "waits for the client to check and confirm receipt",
        "resolve-objection",
    )
    page.screenshot(screenshots / "diagram.png")


def open_order(page: Page, desk: Desk, order: str, *, tab: str) -> None:
    """Opens a tab of an order's page, or of its case's, as a click on it does."""
    id_ = quote(f"order/{order}", safe="")
    page.follow(f"{desk.orders}/{id_}/{desk.runs[order]}/{tab}", shows=LOADED)
