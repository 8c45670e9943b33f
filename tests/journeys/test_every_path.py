"""Every path as a journey through the API of a whole stack, held against sums done by hand."""

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from daigou.demo.cast import INSTITUTION
from daigou.simulator.paths import PATHS
from daigou.simulator.plans import Path
from tests.journeys.by_hand import AXES, BESIDE
from tests.journeys.journeys import JOURNEYS, SHORT_FORM, rows_of
from tests.journeys.recording import DAY_SECONDS, Record
from tests.journeys.ways import Journey, Step

pytestmark = [pytest.mark.timeout(600)]

each_path = pytest.mark.parametrize(
    "journey",
    [
        pytest.param(each, id=each.path, marks=() if each in SHORT_FORM else pytest.mark.long)
        for each in JOURNEYS
    ],
)

ASKED_MEANWHILE = {
    (path, "record-purchase-by-hand"): ("platform",)
    for path in ("seller silent, person records", "cancelled amid the purchase")
}
"""Who else may have told an outcome: a person decided it, and the asking heard of it first."""

AFTER_THE_END = {"client": ["make-claim", "give-tip"], "institution": ["report-chargeback"]}
"""Who can still do what when an order that was paid has ended."""

ENDED_ACCOUNTS = (
    "payment_reserved",
    "escrow",
    "fee_held",
    "seller_transit",
    "refund_transit",
    "disposal",
)
"""Where an order's money waits; nothing is left there at an end."""


def test_every_path_of_the_simulator_has_a_journey() -> None:
    assert Counter(path.name for path in PATHS) == Counter(each.path for each in JOURNEYS)


def test_the_short_form_takes_every_row_that_any_journey_takes() -> None:
    assert rows_of(SHORT_FORM) == rows_of(JOURNEYS)
    assert len(SHORT_FORM) < len(JOURNEYS)


@each_path
def test_the_order_goes_its_way_step_by_step_to_its_end(record: Record, journey: Journey) -> None:
    told = told_of(record, journey)

    steps = [
        (step["axis"], step["trigger"], step["source"], step["target"]) for step in told["timeline"]
    ]

    assert steps == [
        (axis_of(step), step.trigger, step.source, step.rule.target) for step in journey.steps
    ]
    assert [step["sequence"] for step in told["timeline"]] == list(range(1, len(steps) + 1))
    assert told["order"]["state"] == journey.end
    assert told["order"]["sequence"] == len(steps)
    assert told["order"]["next_actor"] is None
    assert told["order"]["ended_at"] is not None


@each_path
@pytest.mark.clause("PSR-3-1")
@pytest.mark.clause("PSR-26")
@pytest.mark.clause("PSR-20")
def test_each_item_is_told_apart_and_ends_where_its_last_step_led(
    record: Record, journey: Journey
) -> None:
    told = told_of(record, journey)
    ids: dict[str, set[str]] = defaultdict(set)
    ends: dict[str, str] = {}
    for step, written in zip(journey.steps, told["timeline"], strict=True):
        ids[step.item].add(written["item"])
        ends[step.item] = step.rule.target
    del ids[""], ends[""]

    found = {
        item["id"] if "id" in item else item["item"]: item["state"]
        for axis in AXES.values()
        for item in told["order"][f"{axis}s"]
    }

    assert all(len(names) == 1 for names in ids.values())
    assert found == {ids[name].copy().pop(): state for name, state in ends.items()}


@each_path
def test_each_step_cites_its_clause_and_names_its_actor(record: Record, journey: Journey) -> None:
    told = told_of(record, journey)

    cited = [(step["trigger"], step["clause"]) for step in told["timeline"]]
    roles = [step["role"] for step in told["timeline"]]

    assert cited == [(step.trigger, step.rule.clause) for step in journey.steps]
    for number, (step, role) in enumerate(zip(journey.steps, roles, strict=True)):
        # Who moves the slowest parcel moves the order.
        sought = step.rule.role or roles[number - 1]
        assert role in {sought, *ASKED_MEANWHILE.get((journey.path, step.name), ())}


@each_path
@pytest.mark.clause("PSR-18-2")
def test_each_deadline_strikes_at_its_very_moment(record: Record, journey: Journey) -> None:
    told = told_of(record, journey)
    moments = [datetime.fromisoformat(step["at"]) for step in told["timeline"]]
    known = [datetime.fromisoformat(step["recorded_at"]) for step in told["timeline"]]

    pace = path_of(journey).pace

    def moment(index: int, step: Step) -> datetime:
        if step.moment == "date":
            # Nobody has less than a day for it, however late the seller had the advance.
            agreed = datetime.fromisoformat(told["order"]["advance"]["balance_by"])
            return max(agreed, moments[index - 1] + timedelta(seconds=DAY_SECONDS / pace))
        return moment_of(step.moment, journey.steps[:index], moments, pace=pace)

    strikes = {
        index: moment(index, step) for index, step in enumerate(journey.steps) if step.moment
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
    assert by_kind["bank"] == sums.sale.fetched - sums.seller
    assert by_kind["provider"] == -(sums.fee + sums.costs - sums.brokerage)
    assert by_kind["promoter"] == -sums.brokerage
    assert by_kind["promotion"] == sums.coupon
    assert by_kind["third_party"] == -sums.third - sums.sale.storage
    assert by_kind["receivable"] == sums.debt
    assert by_kind["charged_back"] == -sums.debts
    assert [by_kind[kind] for kind in ENDED_ACCOUNTS] == [0] * len(ENDED_ACCOUNTS)
    for where in (told["order"], told["statement"]):
        assert where["collected"] == fen(sums.paid)
        assert where["refunded"] == fen(sums.back)
        assert where["fee_earned"] == fen(sums.fee)
    kept = sums.seller + sums.fee + sums.costs + sums.third + sums.for_the_return
    assert sums.paid + sums.debt == kept + sums.back
    assert sums.sale.fetched == sums.sale.storage + sums.sale.debt + sums.sale.surplus


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
    goods, freight = journey.sums.agreed or (price.unit * price.pieces, price.freight)
    provider = order["provider_id"]
    fee = statement["fee"]["amount"]["amount"]
    expected = [
        ("goods", fen(goods), provider),
        ("freight", fen(freight), provider),
        ("service_fee", fen(fee), provider),
    ]
    if adds_lines(journey):
        expected += [("other_fee", fen(800), provider)]
        expected += [("storage_fee", fen(350), order["storage_id"])]
    months = journey.sums.storage // 3000
    expected += [("storage_charge", fen(3000), order["storage_id"])] * months
    expected += [
        (code, fen(amount), order[f"{role}_id"]) for code, amount, role in journey.sums.charges
    ]
    assert sorted(lines, key=str) == sorted(expected, key=str)
    assert statement["fee"] == {
        "base": fen(goods + freight),
        "rate": "1/1000",
        "rounding": "half_up",
        "amount": fen(fee),
    }
    assert statement["amount"]["amount"] == sum(amount["amount"] for _, amount, _ in lines)
    if journey.end in ("closed", "abandoned"):
        assert statement["amount"] == fen(journey.sums.paid - journey.sums.back)


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

    to_coupon = sum(
        -amount
        for kind, account, amount in legs_by_kind(told)
        if (kind, account) == ("refund", "promotion")
    )

    # What was charged back, the client has already: it pays what is owed for that.
    disputed = sum(
        amount for kind, _, amount in legs_by_kind(told) if kind == "refund_disputed" and amount > 0
    )

    # What the institution could not pay back is the deposit's; all else returns where it came from.
    assert captured - returned == sums.institution
    assert returned + paid_back + to_coupon + disputed == sums.back
    assert sum(entry["change"]["amount"] for entry in told["deposit_entries"]) == sums.deposit
    if journey.steps[-1].trigger == "fail-refund":
        assert (returned, paid_back) == (0, sums.paid)


@each_path
@pytest.mark.clause("PSR-8")
def test_the_seller_is_paid_once_and_only_for_goods_that_were_bought(
    record: Record, journey: Journey
) -> None:
    told = told_of(record, journey)

    paid = [
        order["paid"]
        for order in record["sellers"]
        if is_of(order, told) and order["standing"] == "done"
    ]
    back = [each["amount"] for each in record["paybacks"] if each["subject"] == told["order_id"]]

    # Goods with an advance deposit are paid for in two steps.
    bought = [step for step in journey.steps if step.trigger == "record-purchase"]
    assert len(paid) == len(bought)
    assert sum(paid) - sum(back) == journey.sums.seller
    sold = [amount for of, amount in record["sales"].items() if of.startswith(told["order_id"])]
    assert sum(sold) == journey.sums.sale.fetched


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
    parties = parties_of(told)

    told_whom = [
        (each["sequence"], f"{each['event']} to {each['recipient_role']}", each["recipient_party"])
        for each in told["notices"]
    ]

    assert told_whom == [
        (number, notice, parties[notice.rpartition(" ")[2]])
        for number, step in enumerate(journey.steps, 1)
        for notice in step.rule.tells
    ]


@each_path
@pytest.mark.clause("PSR-21-1")
@pytest.mark.clause("PSR-25")
@pytest.mark.clause("PSR-22-1")
def test_at_the_end_only_a_tip_a_claim_and_a_chargeback_are_left_and_each_no_has_its_clause(
    record: Record, journey: Journey
) -> None:
    told = told_of(record, journey)
    agreed = any(step.rule.target == "effective" for step in journey.steps)

    for who, answer in told["actions"].items():
        actions = [action for role in answer["roles"] for action in role["actions"]]
        assert answer["state"] == journey.end, who
        assert actions, who
        allowed = [action["trigger"] for action in actions if action["allowed"]]
        assert allowed == (AFTER_THE_END.get(who, []) if agreed else []), who
        assert all(action["clause"] and action["clause_says"] for action in actions), who
        assert {action["code"] for action in actions if not action["allowed"]} <= {
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
    states = dict.fromkeys(step.rule.target for step in journey.steps if not step.item)
    described = re.search(r"The way it came: ([^.<]*)", diagram)
    assert described is not None
    assert set(described[1].split(" → ")) == {state.replace("_", " ") for state in states}


@each_path
@pytest.mark.clause("PSR-25")
@pytest.mark.clause("PSR-21-1")
@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("UA-1-8")
def test_what_is_beside_an_order_goes_its_way_and_tells_whom_it_should(
    record: Record, journey: Journey
) -> None:
    told = told_of(record, journey)
    parties = parties_of(told)

    found = {
        name: [
            (step["trigger"], step["target"], step["clause"], step["role"])
            for step in each["timeline"]
        ]
        for name, each in told["beside"].items()
    }

    assert found == {
        name: [
            (step.trigger, step.rule.target, step.rule.clause, step.rule.role)
            for step in journey.steps_of(name)
        ]
        for name in journey.names_beside
    }
    for name, each in told["beside"].items():
        steps = journey.steps_of(name)
        assert [
            (note["sequence"], f"{note['event']} to {note['recipient_role']}")
            for note in each["notices"]
        ] == [
            (number, notice) for number, step in enumerate(steps, 1) for notice in step.rule.tells
        ]
        assert all(
            note["recipient_party"] == parties[note["recipient_role"]] for note in each["notices"]
        )
        assert each["goes_on"] or each["view"]["state"] == steps[-1].rule.target
    assert {kind: sorted(ids) for kind, ids in told["listed"].items()} == {
        kind: sorted(
            each["view"]["id"] for name, each in told["beside"].items() if BESIDE[name[0]] == kind
        )
        for kind in told["listed"]
    }


@each_path
@pytest.mark.clause("PSR-25")
@pytest.mark.clause("PSR-21-2")
@pytest.mark.clause("PSR-22-2")
@pytest.mark.clause("UA-4-5")
def test_each_clock_of_what_is_beside_an_order_strikes_at_its_very_moment(
    record: Record, journey: Journey
) -> None:
    pace = path_of(journey).pace

    for name, each in told_of(record, journey)["beside"].items():
        steps = journey.steps_of(name)
        moments = [datetime.fromisoformat(step["at"]) for step in each["timeline"]]
        strikes = {
            index: moment_of(step.moment, steps[:index], moments, pace=pace)
            for index, step in enumerate(steps)
            if step.moment
        }
        assert {index: moments[index] for index in strikes} == strikes


@each_path
@pytest.mark.clause("PSR-24")
def test_a_claim_is_paid_into_the_deposit_only_by_the_provider(
    record: Record, journey: Journey
) -> None:
    told = told_of(record, journey)

    claims = [
        (
            each["view"]["asked"]["amount"],
            (each["view"]["admitted"] or fen(0))["amount"],
            [
                {leg["account"]: leg["amount"]["amount"] for leg in journal["legs"]}
                for journal in each["statement"]["journals"]
            ],
        )
        for each in beside_of(told, "k")
    ]

    deposit = f"deposit:{told['order']['client_id']}"
    assert claims == [
        (asked, admitted, [{"bank": paid, deposit: -paid}] if paid else [])
        for asked, admitted, paid in journey.claims
    ]


@each_path
@pytest.mark.clause("PSR-21-1")
def test_a_tip_is_in_the_end_whole_with_the_provider_or_with_the_client(
    record: Record, journey: Journey
) -> None:
    told = told_of(record, journey)
    deposit = f"deposit:{told['order']['client_id']}"
    provider = f"provider:{told['order']['provider_id']}"

    for (given, earned), each in zip(journey.tips, beside_of(told, "t"), strict=True):
        assert each["view"]["amount"]["amount"] == given
        assert {account: amount for account, amount in sums_of(each).items() if amount} == (
            {deposit: earned, provider: -earned} if earned else {}
        )


@each_path
@pytest.mark.clause("PSR-22-2")
@pytest.mark.clause("PSR-22-3")
@pytest.mark.clause("PSR-22-4")
@pytest.mark.clause("UA-1-20")
def test_what_is_taken_back_and_out_of_a_deposit_is_what_was_worked_out_by_hand(
    record: Record, journey: Journey
) -> None:
    told, books = told_of(record, journey), record["accounts"]
    order = told["order"]

    for name, moved_ in journey.beside.items():
        each = told["beside"][name]
        sums = sums_of(each)
        subject = each["view"]["id"]
        assert (each["view"].get("amount") or fen(moved_.of)) == fen(moved_.of)
        assert sums["payment_institution"] == moved_.institution
        assert sums[f"deposit:{order['client_id']}"] == -moved_.deposit
        assert sums[f"provider:{order['provider_id']}"] == -moved_.provider
        assert sums[f"receivable:{order['provider_id']}"] == moved_.borne
        # What the client owes is on an account of its own; nothing else is left by the way.
        assert books.get(f"charged_back:{subject}", 0) == moved_.owed
        on_the_way = ("payment_reserved", "withdrawal_transit")
        assert [books.get(f"{kind}:{subject}", 0) for kind in on_the_way] == [0, 0]


# The books as a whole.


def test_the_audit_of_the_whole_ledger_is_clean(record: Record) -> None:
    assert record["audit"]["ok"], record["audit"]["says"]
    assert sum(record["accounts"].values()) == 0


def test_the_institutions_statement_agrees_with_the_ledger(record: Record) -> None:
    lines = record["institution"]
    gone = sum(moved(lines, kind) for kind in ("refund", "payout", "chargeback"))

    assert record["accounts"]["payment_institution"] == moved(lines, "capture") - gone


def test_the_sellers_orders_agree_with_the_ledger(record: Record) -> None:
    paid = sum(order["paid"] for order in record["sellers"] if order["standing"] == "done")
    back = sum(each["amount"] for each in record["paybacks"])

    assert back
    assert record["accounts"]["bank"] == back + sum(record["sales"].values()) - paid


def test_each_deposit_holds_its_recharge_and_what_its_orders_left(record: Record) -> None:
    # Orders that a clock overtook, and others that took their place, may have changed it, too.
    again = {told["order"]["client_id"] for told in record["journeys"].values() if told["again"]}
    gained: dict[str, int] = defaultdict(int)
    walked = [journey for journey in JOURNEYS if journey.path in record["journeys"]]
    for journey in walked:
        client = told_of(record, journey)["order"]["client_id"]
        gained[client] += journey.sums.deposit + sum(claim.paid for claim in journey.claims)
        gained[client] -= sum(tip.earned for tip in journey.tips)
        gained[client] += sum(each.deposit for each in journey.beside.values())
        gained[client] += journey.recharged - journey.recharges_paid

    # Who had nothing in the deposit put just what the storage wanted into it.
    for journey in walked:
        if path_of(journey).poor:
            gained[told_of(record, journey)["order"]["client_id"]] += journey.sums.storage
    recharged = record["recharged"]

    expected = {client: recharged.get(client, 0) + gained[client] for client in record["deposits"]}

    settled = expected.keys() - again
    assert {client: record["deposits"][client] for client in settled} == {
        client: expected[client] for client in settled
    }
    assert all(
        record["accounts"].get(f"deposit:{client}", 0) == -held
        for client, held in record["deposits"].items()
    )


# What is told, and what should be.

PLATFORM = "plt_platform"


def told_of(record: Record, journey: Journey) -> Any:
    told: Any = record["journeys"][journey.path]
    return told


def parties_of(told: Record) -> dict[str, str]:
    """Who is told of an order, and of what is beside it, by role."""
    order = told["order"]
    roles = ("client", "provider", "storage", "logistics")
    return {
        **{role: order[f"{role}_id"] for role in roles},
        "platform": PLATFORM,
        "payment_institution": INSTITUTION.id,
    }


def beside_of(told: Record, letter: str) -> list[Any]:
    return [each for name, each in told["beside"].items() if name[0] == letter]


def sums_of(told: Record) -> dict[str, int]:
    """What the journals of a subject moved, by account."""
    sums: dict[str, int] = defaultdict(int)
    for account, amount in legs_of(told):
        sums[account] += amount
    return sums


def path_of(journey: Journey) -> Path:
    return next(path for path in PATHS if path.name == journey.path)


def axis_of(step: Step) -> str:
    return AXES[step.item[0]] if step.item else "fulfilment"


def moment_of(
    said: str, before: tuple[Step, ...], moments: list[datetime], *, pace: int
) -> datetime:
    """When a deadline strikes, as a way says it: so many days or minutes after a step, or by so
    much later as its clock stood still between two others."""
    written = re.fullmatch(r"(\S+)\+([\d.]+)([dm])(?:~(\S+)~(\S+))?", said)
    assert written, said
    since, number, unit, paused, resumed = written.groups()
    latest = {step.name.partition("@")[0]: index for index, step in enumerate(before)}
    stood_still = moments[latest[resumed]] - moments[latest[paused]] if paused else timedelta(0)
    seconds = {"d": DAY_SECONDS, "m": DAY_SECONDS / 24 / 60}[unit]
    runs = timedelta(seconds=float(number) * seconds / pace)
    return moments[latest[since]] + runs + stood_still


def legs_of(told: Record) -> list[tuple[str, int]]:
    return [
        (leg["account"], leg["amount"]["amount"])
        for journal in told["statement"]["journals"]
        for leg in journal["legs"]
    ]


def legs_by_kind(told: Record) -> list[tuple[str, str, int]]:
    return [
        (journal["kind"], leg["account"], leg["amount"]["amount"])
        for journal in told["statement"]["journals"]
        for leg in journal["legs"]
    ]


def adds_lines(journey: Journey) -> bool:
    return path_of(journey).extra_lines


def is_of(movement: Record, told: Record) -> bool:
    return bool(movement["reference"].rpartition("/")[0] == told["order_id"])


def moved(lines: list[Record], kind: str) -> int:
    return sum(
        line["amount"] for line in lines if line["kind"] == kind and line["standing"] == "done"
    )


def fen(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}
