"""Every path as a journey through the API of a whole stack, held against sums done by hand."""

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from daigou.simulator.paths import PATHS
from tests.journeys.by_hand import RULES, SUFFIXES, Rule
from tests.journeys.journeys import JOURNEYS, Journey
from tests.journeys.recording import DAY_SECONDS, RECHARGE_FEN, Record

pytestmark = [pytest.mark.timeout(300)]

each_path = pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.path)

ASKED_MEANWHILE = {("seller silent, person records", "record-purchase"): ("platform",)}
"""Who else may have told an outcome: a person decided it, and the asking heard of it first."""

ENDED_ACCOUNTS = ("payment_reserved", "escrow", "fee_held", "seller_transit", "refund_transit")
"""Where an order's money waits; nothing is left there at an end."""


def test_every_path_of_the_simulator_has_a_journey() -> None:
    assert Counter(path.name for path in PATHS) == Counter(each.path for each in JOURNEYS)


@each_path
def test_the_order_goes_its_way_step_by_step_to_its_end(record: Record, journey: Journey) -> None:
    told = told_of(record, journey)

    steps = [(step["trigger"], step["source"], step["target"]) for step in told["timeline"]]

    assert steps == [
        (SUFFIXES.get(name, name), state, rule.target) for name, state, rule in rules_of(journey)
    ]
    assert [step["sequence"] for step in told["timeline"]] == list(range(1, len(steps) + 1))
    assert told["order"]["state"] == journey.end
    assert told["order"]["sequence"] == len(steps)
    assert told["order"]["next_actor"] is None
    assert told["order"]["ended_at"] is not None


@each_path
def test_each_step_cites_its_clause_and_names_its_actor(record: Record, journey: Journey) -> None:
    told = told_of(record, journey)

    cited = [(step["trigger"], step["clause"]) for step in told["timeline"]]
    roles = [step["role"] for step in told["timeline"]]

    assert cited == [(SUFFIXES.get(name, name), rule.clause) for name, _, rule in rules_of(journey)]
    for (name, _, rule), role in zip(rules_of(journey), roles, strict=True):
        assert role in {rule.role, *ASKED_MEANWHILE.get((journey.path, name), ())}


@each_path
@pytest.mark.clause("PSR-18-2")
def test_each_deadline_strikes_at_its_very_moment(record: Record, journey: Journey) -> None:
    told = told_of(record, journey)
    moments = [datetime.fromisoformat(step["at"]) for step in told["timeline"]]
    known = [datetime.fromisoformat(step["recorded_at"]) for step in told["timeline"]]

    strikes = {
        index: moments[since - 1] + timedelta(seconds=days * DAY_SECONDS)
        for index, since, days in strikes_of(journey)
    }

    assert {index: moments[index] for index in strikes} == strikes
    assert all(at <= recorded for at, recorded in zip(moments, known, strict=True))
    assert told["deadlines"] == []
    assert told["order"]["due_at"] is None


@each_path
@pytest.mark.clause("PSR-10-1")
@pytest.mark.clause("PSR-6")
def test_the_money_is_what_was_worked_out_by_hand(record: Record, journey: Journey) -> None:
    told, sums = told_of(record, journey), journey.sums

    legs = legs_of(told)
    by_kind: dict[str, int] = defaultdict(int)
    for account, amount in legs:
        by_kind[account.partition(":")[0]] += amount

    # A debit is positive: what is owed to the deposit, the provider and the storage is a credit.
    assert by_kind["deposit"] == -sums.deposit
    assert by_kind["payment_institution"] == sums.institution
    assert by_kind["bank"] == -sums.seller
    assert by_kind["provider"] == -sums.fee
    assert by_kind["third_party"] == -sums.third
    assert [by_kind[kind] for kind in ENDED_ACCOUNTS] == [0] * len(ENDED_ACCOUNTS)
    for where in (told["order"], told["statement"]):
        assert where["collected"] == fen(sums.paid)
        assert where["refunded"] == fen(sums.back)
        assert where["fee_earned"] == fen(sums.fee)
    assert sums.paid == sums.seller + sums.fee + sums.third + sums.back


@each_path
@pytest.mark.clause("PSR-6")
@pytest.mark.clause("PSR-7")
def test_the_statement_shows_each_line_with_who_collects_it(
    record: Record, journey: Journey
) -> None:
    told = told_of(record, journey)
    statement, order, price = told["statement"], told["order"], journey.price

    lines = [(each["code"], each["amount"], each["collector"]) for each in statement["lines"]]

    if "accept" not in journey.way.split():
        assert (lines, statement["fee"], statement["amount"]) == ([], None, None)
        return
    goods, provider = price.unit * price.pieces, order["provider_id"]
    fee = statement["fee"]["amount"]["amount"]
    expected = [
        ("goods", fen(goods), provider),
        ("freight", fen(price.freight), provider),
        ("service_fee", fen(fee), provider),
    ]
    if adds_lines(journey):
        expected += [("other_fee", fen(800), provider)]
        expected += [("storage_fee", fen(350), order["storage_id"])]
    assert lines == expected
    assert statement["fee"] == {
        "base": fen(goods + price.freight),
        "rate": "1/1000",
        "rounding": "half_up",
        "amount": fen(fee),
    }
    assert statement["amount"]["amount"] == sum(amount["amount"] for _, amount, _ in lines)
    if journey.sums.paid:
        assert statement["amount"] == fen(journey.sums.paid)


@each_path
def test_every_journal_balances_and_follows_from_a_step(record: Record, journey: Journey) -> None:
    told = told_of(record, journey)

    journals = told["statement"]["journals"]

    for journal in journals:
        assert len(journal["legs"]) >= 2
        assert sum(leg["amount"]["amount"] for leg in journal["legs"]) == 0
        step = told["timeline"][journal["sequence"] - 1]
        assert step["at"] == journal["at"]


@each_path
@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-7")
def test_a_refund_goes_back_to_the_source_it_was_paid_from(
    record: Record, journey: Journey
) -> None:
    told, sums = told_of(record, journey), journey.sums
    at_institution = [line for line in record["institution"] if is_of(line, told)]
    captured = moved(at_institution, "capture")
    returned = moved(at_institution, "refund")
    paid_back = sum(
        entry["change"]["amount"]
        for entry in told["deposit_entries"]
        if entry["kind"] in ("refund", "refund_credited")
    )

    # What the institution could not pay back is the deposit's; all else returns where it came from.
    assert captured - returned == sums.institution
    assert returned + paid_back == sums.back
    assert sum(entry["change"]["amount"] for entry in told["deposit_entries"]) == sums.deposit
    last = journey.way.split()[-1]
    if last == "confirm-refund":
        assert returned == captured - sums.third
        assert [refund["state"] for refund in told["order"]["refunds"]] == ["refunded"]
    if last == "fail-refund":
        assert (returned, paid_back) == (0, sums.paid)
        assert [refund["state"] for refund in told["order"]["refunds"]] == ["credited"]


@each_path
@pytest.mark.clause("PSR-8")
def test_the_seller_is_paid_once_and_only_for_goods_that_were_bought(
    record: Record, journey: Journey
) -> None:
    told = told_of(record, journey)

    bought = [
        order["price"]
        for order in record["sellers"]
        if is_of(order, told) and order["standing"] == "done"
    ]

    assert bought == ([journey.sums.seller] if journey.sums.seller else [])


@each_path
def test_every_movement_is_settled_as_the_counterparty_says(
    record: Record, journey: Journey
) -> None:
    told = told_of(record, journey)
    theirs = {
        each["reference"]: each["standing"] == "done"
        for each in (*record["institution"], *record["sellers"])
        if is_of(each, told)
    }

    ours = {each["reference"]: each["state"] == "done" for each in told["statement"]["movements"]}

    assert ours == theirs


@each_path
def test_the_notices_of_each_step_are_in_the_outbox(record: Record, journey: Journey) -> None:
    told = told_of(record, journey)
    parties = {
        role: told["order"][f"{role}_id"] for role in ("client", "provider", "storage", "logistics")
    } | {"platform": PLATFORM}

    told_whom = [
        (each["sequence"], f"{each['event']} to {each['recipient_role']}", each["recipient_party"])
        for each in told["notices"]
    ]

    assert told_whom == [
        (number, notice, parties[notice.rpartition(" ")[2]])
        for number, (_, _, rule) in enumerate(rules_of(journey), 1)
        for notice in rule.tells
    ]


@each_path
def test_nothing_may_be_done_at_the_end_and_each_no_has_its_clause(
    record: Record, journey: Journey
) -> None:
    told = told_of(record, journey)

    for who, answer in told["actions"].items():
        actions = [action for role in answer["roles"] for action in role["actions"]]
        assert answer["state"] == journey.end, who
        assert actions, who
        assert [action["trigger"] for action in actions if action["allowed"]] == [], who
        assert all(action["clause"] and action["clause_says"] for action in actions), who
        assert {action["code"] for action in actions} <= {
            "not_in_this_state",
            "not_your_role",
        }, who


@each_path
def test_the_diagram_marks_the_state_and_the_way_it_came(record: Record, journey: Journey) -> None:
    told = told_of(record, journey)
    diagram = told["diagram"]

    marked = re.findall(r'<g class="[^"]*\bnow\b[^"]*">(.*?)</g>', diagram)

    # A state is written in one line or, where that is too long, in one a word.
    said = [" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", each)) for each in marked]
    assert any(journey.end in each for each in said)
    assert told["order_id"] in diagram
    states = dict.fromkeys(
        rule.target for _, _, rule in rules_of(journey) if rule.target not in REFUND_STATES
    )
    described = re.search(r"The way it came: ([^.<]*)", diagram)
    assert described is not None
    assert set(described[1].split(" → ")) == {state.replace("_", " ") for state in states}


# The books as a whole.


def test_the_audit_of_the_whole_ledger_is_clean(record: Record) -> None:
    assert record["audit"]["ok"], record["audit"]["says"]
    assert sum(record["accounts"].values()) == 0


def test_the_institutions_statement_agrees_with_the_ledger(record: Record) -> None:
    held = moved(record["institution"], "capture") - moved(record["institution"], "refund")

    assert record["accounts"]["payment_institution"] == held


def test_the_sellers_orders_agree_with_the_ledger(record: Record) -> None:
    paid = sum(order["price"] for order in record["sellers"] if order["standing"] == "done")

    assert record["accounts"]["bank"] == -paid


def test_each_deposit_holds_its_recharge_and_what_its_orders_left(record: Record) -> None:
    # Orders that a clock overtook, and others that took their place, may have changed it, too.
    again = {told["order"]["client_id"] for told in record["journeys"].values() if told["again"]}
    gained: dict[str, int] = defaultdict(int)
    for journey in JOURNEYS:
        gained[told_of(record, journey)["order"]["client_id"]] += journey.sums.deposit

    expected = {client: RECHARGE_FEN + gained[client] for client in record["deposits"]}

    settled = expected.keys() - again
    assert {client: record["deposits"][client] for client in settled} == {
        client: expected[client] for client in settled
    }
    assert all(
        record["accounts"][f"deposit:{client}"] == -held
        for client, held in record["deposits"].items()
    )


# What is told, and what should be.

PLATFORM = "plt_platform"
REFUND_STATES = ("due", "refunded", "credited")


def told_of(record: Record, journey: Journey) -> Any:
    told: Any = record["journeys"][journey.path]
    return told


def rules_of(journey: Journey) -> list[tuple[str, str, Rule]]:
    """Each step's name, the state it leaves, and its rule."""
    state, found = "new", []
    for step in journey.way.split():
        name = step.partition("@")[0]
        if state == "unrealizable":
            state = "due"
        rule = RULES[name, state]
        found.append((name, state, rule))
        state = rule.target
    return found


def strikes_of(journey: Journey) -> list[tuple[int, int, int]]:
    """Of each deadline that strikes: its index, the step since which it runs, and how many days."""
    found = []
    for index, step in enumerate(journey.way.split()):
        if strike := re.fullmatch(r"[a-z-]+@(\d+)\+(\d+)d", step):
            found.append((index, int(strike[1]), int(strike[2])))
    return found


def legs_of(told: Record) -> list[tuple[str, int]]:
    return [
        (leg["account"], leg["amount"]["amount"])
        for journal in told["statement"]["journals"]
        for leg in journal["legs"]
    ]


def adds_lines(journey: Journey) -> bool:
    return next(path.extra_lines for path in PATHS if path.name == journey.path)


def is_of(movement: Record, told: Record) -> bool:
    return bool(movement["reference"].rpartition("/")[0] == told["order_id"])


def moved(lines: list[Record], kind: str) -> int:
    return sum(
        line["amount"] for line in lines if line["kind"] == kind and line["standing"] == "done"
    )


def fen(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}
