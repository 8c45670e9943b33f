"""The demo's paths: each ends as it says, together they take every row, and the sums are right."""

import dataclasses
from typing import Any

import pytest

from daigou.domain.commands import Pay
from daigou.domain.ids import MovementRef
from daigou.domain.lifecycle import CLAIM, FULFILMENT, ITEM_TABLES, TIP
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.simulator.paths import PATHS
from daigou.simulator.plans import (
    Act,
    Deal,
    Event,
    Expected,
    Happened,
    Path,
    has_ended,
    item_of,
    movement_of,
    next_act,
    next_cue,
    payment_of,
    plan_of,
    strays,
)
from daigou.simulator.sums import ChargedBack
from tests.simulator.rare import RARE
from tests.simulator.walk import ORDER, deal_of, items_in, walk

WAYS = (*PATHS, *RARE)
TABLES_OF_WALKS = (FULFILMENT, *ITEM_TABLES, CLAIM, TIP)

NEVER = (
    # What goes back to the seller does so in a case, and amid one no goods are sold.
    (
        TableName.FULFILMENT,
        State.GOING_BACK,
        Trigger.DISPOSE_GOODS,
        State.DISPOSED,
        "PSR-22-3",
    ),
    # What is granted at once is settled or overtaken, and leaves no order to go on.
    *(
        (TableName.FULFILMENT, state, Trigger.FOLLOW_CASE, state, "PSR-12-1-B")
        for state in (
            State.EFFECTIVE,
            State.AWAITING_CHOICE,
            State.AWAITING_TOP_UP,
            State.AWAITING_BALANCE,
        )
    ),
    # Nothing is settled before the goods are on their way back.
    *(
        (TableName.FULFILMENT, state, Trigger.FOLLOW_CASE, State.CANCELLED, "PSR-12-1-B")
        for state in (State.WAREHOUSED, State.WAREHOUSE_OBJECTION, State.STORED)
    ),
    # No goods are at the storage that could clear customs.
    *(
        (TableName.CANCELLATION, state, Trigger.FOLLOW_ORDER, State.OVERTAKEN, "PSR-12-7")
        for state in (State.AWAITING_OUTCOME, State.AWAITING_REFUND, State.SETTLING)
    ),
    # The order stands still meanwhile, and its goods are not given up so soon.
    *(
        (TableName.CANCELLATION, state, Trigger.FOLLOW_ORDER, State.OVERTAKEN, "PSR-12-1-B")
        for state in (State.ASKING_SELLER, State.TERMS_OFFERED, State.AWAITING_REFUND)
    ),
    # By these terms a silent seller refuses.
    *(
        (table, State.ASKING_SELLER, Trigger.DEEM_REFUSED, State.ASKING_SELLER, clause)
        for table, clause in (
            (TableName.CANCELLATION, "PSR-12-1-B"),
            (TableName.DISSOLUTION, "PSR-13-4"),
        )
    ),
    # Nobody asks for a dissolution while the cause is looked for.
    (
        TableName.FULFILMENT,
        State.RECEIPT_OBJECTION,
        Trigger.FOLLOW_CASE,
        State.RECEIPT_OBJECTION,
        "PSR-13-4",
    ),
    # Delivered goods stay so, and the order's clocks stand still: it does not end meanwhile.
    *(
        (TableName.DISSOLUTION, state, Trigger.FOLLOW_ORDER, State.OVERTAKEN, "PSR-13-2")
        for state in (
            State.CHECKING,
            State.AWAITING_EVIDENCE,
            State.ASKING_SELLER,
            State.AWAITING_PROOF,
            State.AWAITING_REFUND,
        )
    ),
)
"""Rows that stand in the tables in case other terms or rows let them be taken."""


def path_named(name: str) -> Path:
    return next(path for path in PATHS if path.name == name)


def deal_at(path: Path, *, unit: int, quantity: int, freight: int) -> Deal:
    """A deal for an order of that path, at these prices."""
    deal = deal_of(path)
    offer = dataclasses.replace(deal.basket.offer, unit_price=Money(unit), freight=Money(freight))
    basket = dataclasses.replace(deal.basket, offer=offer, quantity=quantity)
    return dataclasses.replace(deal, basket=basket)


def expected(name: str, *, unit: int, quantity: int, freight: int) -> Expected:
    """What an order of a path must come to, bought at these prices."""
    path = path_named(name)
    deal = deal_at(path, unit=unit, quantity=quantity, freight=freight)
    return plan_of(path, deal).expected


@pytest.mark.parametrize("path", WAYS, ids=lambda path: path.name)
def test_every_path_ends_as_it_says(path: Path) -> None:
    walked = walk(path)

    assert has_ended(walked.plan, walked.history)
    assert strays(walked.plan, walked.history) == ()
    assert next_cue(walked.plan, walked.history) is None


@pytest.mark.parametrize("path", WAYS, ids=lambda path: path.name)
def test_the_books_come_to_what_the_plan_expects(path: Path) -> None:
    walked = walk(path)

    assert walked.books.outcome(walked.plan.expected) == walked.plan.expected
    ends = [state.value for state in items_in(walked.history, TableName.REFUND)]
    assert sorted(ends) == sorted(state.value for state in walked.plan.expected.refunds)


@pytest.mark.parametrize("index", range(0, 40, 3))
@pytest.mark.parametrize(
    "name", [path.name for path in PATHS if path.extra_lines or path.block.digits > "9011"]
)
def test_the_sums_are_right_at_any_price(name: str, index: int) -> None:
    path = path_named(name)

    walked = walk(path, deal_of(path, index=index))

    assert walked.books.outcome(walked.plan.expected) == walked.plan.expected


def test_paths_and_the_rare_ways_take_every_row_of_the_tables() -> None:
    taken = {id(row) for path in WAYS for row in walk(path).rows}

    left = [
        (table.name, row.source, row.trigger, row.target, row.clause)
        for table in TABLES_OF_WALKS
        for row in table.rows
        if id(row) not in taken
    ]

    assert sorted(left) == sorted(NEVER)


def test_paths_alone_take_every_row_but_the_rare_ones() -> None:
    taken = {id(row) for path in PATHS for row in walk(path).rows}

    left = {row.trigger for table in TABLES_OF_WALKS for row in table.rows if id(row) not in taken}

    rare = {
        Trigger.ACCEPT_TERMS,
        Trigger.CONSENT_TO_CANCELLATION,
        Trigger.DECLINE_OFFER,
        Trigger.DEEM_REFUSED,
        Trigger.DISPOSE_GOODS,
        Trigger.ESCALATE,
        Trigger.EXCHANGE,
        Trigger.FOLLOW_CASE,
        Trigger.FOLLOW_ORDER,
        Trigger.FOLLOW_PARCELS,
        Trigger.HEED_CHARGEBACK,
        Trigger.LAPSE,
        Trigger.PAY_STORAGE,
        Trigger.PROVE_DISPOSAL,
        Trigger.RECORD_ASSISTANCE,
        Trigger.RECORD_CANCELLATION_REFUND,
        Trigger.RECORD_SELLER_REFUND,
        Trigger.REFUSE_CANCELLATION,
        Trigger.REFUSE_SERVICE,
        Trigger.SEND_BACK,
        Trigger.SETTLE_BY_DEFAULT,
        Trigger.WAREHOUSE_RECEIPT,
        Trigger.WITHDRAW_CANCELLATION,
        Trigger.WITHDRAW_CLAIM,
        Trigger.WITHDRAW_DISSOLUTION,
    }
    assert left == rare


def test_paths_have_names_of_their_own_that_fit_a_column() -> None:
    names = [path.name for path in PATHS]

    assert len(set(names)) == len(names) >= 80
    assert max(map(len, names)) <= 31


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_paths_that_take_months_go_faster(path: Path) -> None:
    assert path.days / path.pace <= 61


@pytest.mark.parametrize(
    ("name", "sums"),
    [
        # 300 pieces at ¥4.10, freight ¥1.23: ¥1,231.23, the fee ¥1.23, in all ¥1,232.46.
        ("paid from the deposit", (123_246, 0, 123, -123_246)),
        ("paid through the institution", (123_246, 0, 123, 0)),
        ("paid from both", (123_246, 0, 123, -49_298)),
        # The provider's own ¥8.00 and the storage's ¥3.50 on top.
        ("with other fees on top", (124_396, 0, 923, -49_758)),
        # A coupon of ¥5.00: of ¥1,238.96 four tenths are ¥495.58.
        ("fees reduced by a coupon", (124_396, 0, 923, -49_558)),
        ("payment declined, then lapsed", (0, 0, 0, 0)),
        ("price changed, back to both", (124_396, 124_046, 0, 0)),
        ("refund failed, to the deposit", (123_246, 123_246, 0, 73_948)),
        ("refund silent, person refuses", (123_246, 123_246, 0, 123_246)),
        # ¥1.20 of examination is kept of the ¥1,240.46 that the provider collected.
        ("sensitive, refused at your cost", (124_396, 123_926, 0, 0)),
        # A fifth off ¥1,230.00 is ¥246.00; on ¥985.23 the fee is ¥0.99, ¥0.24 less.
        ("price fell, told beforehand", (124_396, 24_624, 899, -49_758 + 24_624)),
        # A tenth off: ¥123.00 and ¥0.12 of the fee (on ¥1,108.23: ¥1.11).
        ("sold cheaper than agreed", (123_246, 12_312, 111, -123_246 + 12_312)),
        # 2 % more: ¥1,254.60 and ¥1.23, the fee ¥1.26: ¥24.63 more, from the deposit.
        ("rise allowed in the request", (125_709, 0, 126, -49_298 - 2_463)),
        ("rise allowed, deposit too small", (125_709, 0, 126, 0)),
        # ¥1,476.01 and ¥1.23, the fee ¥1.48: ¥246.26 to top up.
        ("top-up paid from the deposit", (147_872, 0, 148, -49_298 - 24_626)),
        ("top-up not paid in time", (123_246, 123_246, 0, 0)),
        # 150 pieces are ¥615.00, with freight ¥616.23, the fee ¥0.62: ¥616.85, ¥615.61 go back.
        ("part in stock, taken", (123_246, 61_561, 62, 0)),
        # ¥369.00 and ¥0.37 first; of the rest of ¥1,243.96 four tenths, ¥349.83.
        ("advance, then the balance", (124_396, 0, 923, -36_937 - 34_983)),
        ("advance forfeited at the date", (36_937, 0, 37, -14_774)),
        ("storage charged to the deposit", (126_246, 0, 123, -126_246)),
        ("storage unpaid, then paid", (126_246, 0, 123, -3_000)),
        ("abandoned by time", (123_246 + 9_000, 0, 123, -123_246 - 9_000)),
        # 299 of 300 are lost: ¥1,225.90; the fee on the other, ¥0.01 on ¥5.33, is ¥1.22 less.
        ("one parcel lost and paid back", (123_246, 122_712, 1, 0)),
        # The fees of ¥9.23 are kept, and the storage's ¥3.50.
        ("cancelled before the purchase", (124_396, 123_123, 923, 0)),
        ("cancelled, the fee waived", (124_396, 124_046, 0, 0)),
        # ¥3.00 for the storage and ¥6.40 for the way back are the client's.
        ("sent back, settled with costs", (124_396, 122_183, 923, 0)),
        # The seller keeps eight tenths of ¥1,231.23, ¥984.98; of the ¥246.25 nothing is left, and
        # ¥4.20 more are taken.
        ("costs taken from the deposit", (123_666, 0, 123, -420)),
        ("costs that become a debt", (123_246, 0, 123, 0)),
        ("cancelled, refunded late", (123_246, 123_123, 123, 0)),
        # Half of ¥1,231.23, rounded down, is all that ever comes.
        ("cancelled, refund given up", (123_246, 61_561, 123, -123_246 + 61_561)),
        # The fees of ¥9.23 stay, and the storage's ¥3.50.
        ("dissolved, the goods returned", (124_396, 123_123, 923, 0)),
        # ¥12.35 of the return are the deposit's on top of all that it paid but the fee.
        ("dissolved, return paid in parts", (123_246, 123_123, 123, -123 + 1_235)),
        ("dissolved, refund in two parts", (123_246, 123_123, 123, 1_235)),
        # Half of ¥1,231.23, rounded down; the deposit paid ¥492.98 of it.
        ("dissolved, the proof never came", (123_246, 61_561, 123, 0)),
        # Three tenths of ¥1,231.23 stay with the seller, ¥369.36; three tenths of ¥1,232.46, all
        # that was ordered, are the provider's to pay: ¥369.73.
        ("dissolved, provider at fault", (123_246, 86_187, 123, -123_246 + 86_187 + 36_973)),
        ("nothing proved, nothing paid", (123_246, 0, 123, -49_298)),
        # What the seller and logistics pay does not come by the platform.
        ("seller refuses, claimed against", (123_246, 0, 123, -49_298)),
        ("cause with logistics, claimed", (123_246, 0, 123, -123_246)),
        # Six tenths of ¥1,243.96.
        ("claim admitted in part", (124_396, 0, 923, -49_758 + 74_637)),
        ("claim rejected", (123_246, 0, 123, -123_246)),
        ("claim taken back, made anew", (123_246, 123_246, 0, 49_298)),
        # A tip is none of the order's money, but the deposit's.
        ("tipped, the provider's for good", (123_246, 0, 123, -123_246 - 6_606)),
        ("tipped, had back in time", (124_396, 0, 923, -49_758)),
        ("tipped, given back all the same", (123_246, 0, 123, 0)),
    ],
)
def test_sums_are_those_done_by_hand(name: str, sums: tuple[int, int, int, int]) -> None:
    sought = expected(name, unit=410, quantity=300, freight=123)

    assert (sought.collected, sought.refunded, sought.fee, sought.deposit_change) == sums


@pytest.mark.parametrize(("unit", "fee"), [(499, 0), (500, 1), (1_499, 1), (1_500, 2)])
def test_half_a_fen_of_fee_goes_up(unit: int, fee: int) -> None:
    assert expected("paid from the deposit", unit=unit, quantity=1, freight=0).fee == fee


@pytest.mark.clause("PSR-19")
def test_a_promoter_gets_a_tenth_of_the_fees() -> None:
    # The fee is ¥1.23, the provider's own ¥8.00: a tenth of ¥9.23 is ¥0.92.
    sought = expected("won by a promoter", unit=410, quantity=300, freight=123)

    assert (sought.fee, sought.brokerage) == (923, 92)


@pytest.mark.clause("PSR-12-3")
def test_a_promoter_gives_its_brokerage_back_where_the_fee_is_waived() -> None:
    path = path_named("cancelled, brokerage comes back")
    walked = walk(path, deal_at(path, unit=410, quantity=300, freight=123))

    outcome = walked.books.outcome(walked.plan.expected)

    assert (outcome.fee, outcome.brokerage) == (0, 0)
    assert walked.books.institution == walked.books.third_party == 350


@pytest.mark.clause("PSR-12-4")
@pytest.mark.parametrize(
    ("name", "debt", "refunded"),
    [
        ("costs that become a debt", 420, 0),
        # The seller's ¥1,231.23 come late: first they pay the debt.
        ("a debt, paid by a late refund", 0, 122_703),
    ],
)
def test_what_a_deposit_cannot_pay_is_owed_until_the_seller_pays(
    name: str, debt: int, refunded: int
) -> None:
    path = path_named(name)
    walked = walk(path, deal_at(path, unit=410, quantity=300, freight=123))

    outcome = walked.books.outcome(walked.plan.expected)

    assert (outcome.debt, outcome.refunded) == (debt, refunded)


@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.clause("PSR-24")
@pytest.mark.parametrize(
    ("name", "at_seller", "compensated"),
    [
        ("dissolved, the goods returned", 0, 0),
        # Two tenths of ¥1,231.23, rounded down.
        ("dissolved on more evidence", 24_624, 0),
        # It gave all back, and paid for the return beside.
        ("dissolved, refunded late", -1_235, 0),
        ("dissolved, provider at fault", 36_936, 36_973),
        ("claim admitted in part", 123_123, 74_637),
        ("claim rejected", 123_123, 0),
    ],
)
def test_what_the_seller_keeps_and_the_provider_pays_is_told_apart(
    name: str, at_seller: int, compensated: int
) -> None:
    path = path_named(name)
    walked = walk(path, deal_at(path, unit=410, quantity=300, freight=123))

    outcome = walked.books.outcome(walked.plan.expected)

    assert (outcome.at_seller, outcome.compensated) == (at_seller, compensated)


def test_a_claim_is_told_of_before_its_order_and_named_after_it() -> None:
    plan = walk(path_named("claim taken back, made anew")).plan

    assert plan.beside == ("clm_test_1", "clm_test_2")


@pytest.mark.clause("PSR-21-2")
@pytest.mark.parametrize(
    ("name", "tipped"),
    [
        ("tipped, the provider's for good", 6_606),
        ("tipped, had back in time", 0),
        ("tipped, given back all the same", 0),
    ],
)
def test_a_tip_is_the_providers_or_the_clients_and_nothing_between(name: str, tipped: int) -> None:
    walked = walk(path_named(name))

    outcome = walked.books.outcome(walked.plan.expected)

    assert (outcome.tipped, walked.plan.expected.tipped) == (tipped, tipped)
    assert walked.plan.beside == ("tip_test_1",)


@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-2")
@pytest.mark.clause("PSR-22-3")
@pytest.mark.clause("PSR-22-4")
@pytest.mark.parametrize(
    ("name", "gains", "became"),
    [
        # ¥1,232.46 by the institution, and by the deposit once more.
        ("charged back, deposit pays", -123_246, ChargedBack(taken=123_246, paid=123_246)),
        # Of ¥1,243.96 the institution had paid ¥746.38, and the card pays that anew.
        ("charged back, card pays anew", -49_758, ChargedBack(taken=74_638, paid=74_638)),
        # Four tenths of ¥1,232.46.
        ("charged back, both pay", -49_298, ChargedBack(taken=123_246, paid=123_246)),
        ("charged back, declined, offset", -123_246, ChargedBack(taken=123_246, offset=123_246)),
        ("charged back, offset whole", -123_246, ChargedBack(taken=123_246, offset=123_246)),
        # Of ¥746.38 a half is ¥373.19, three tenths are ¥223.91; ¥497.58 had paid the order.
        (
            "charged back twice in part",
            -49_758 - 22_391,
            ChargedBack(taken=59_710, paid=37_319, offset=22_391),
        ),
        ("charged back after the end", -123_246, ChargedBack(taken=123_246, offset=123_246)),
        # ¥1,231.23 go back and pay the debt; ¥9.23 of fees and the storage's ¥3.50 are left.
        (
            "charged back while cancelled",
            -1_273,
            ChargedBack(taken=124_396, returned=123_123, offset=1_273),
        ),
        # ¥1,222.46 are owed yet; ¥1,242.46 less ¥6.50 for the storage leave ¥13.50.
        (
            "offset in part, a surplus",
            -1_000 + 1_350,
            ChargedBack(taken=123_246, offset=1_000, sold=124_246),
        ),
        # Six tenths of ¥1,227.46 are ¥736.47; the storage has ¥2.00 of that.
        (
            "offset in part, a shortfall",
            -500,
            ChargedBack(taken=123_246, offset=500, sold=73_647, owed=122_746 - 73_447),
        ),
        # All goes back and pays; what the deposit had paid of it is the deposit's.
        (
            "service refused for a debt",
            0,
            ChargedBack(taken=123_246, offset=300, returned=123_246),
        ),
        # A half of ¥1,227.46 is ¥613.73, ¥611.73 without the storage's; ¥615.73 are owed.
        (
            "a debt that recharges pay",
            -500 - 200,
            ChargedBack(taken=123_246, offset=700, sold=61_373, paid=61_373),
        ),
        # What was put in, ¥1,247.46, is counted apart: all of it is gone again.
        (
            "a recharge covers the debt",
            -500 - 124_746,
            ChargedBack(taken=123_246, offset=123_246),
        ),
        ("paid again, and lost", -123_246, ChargedBack(taken=123_246, paid=123_246)),
        (
            "offset, and won on evidence",
            0,
            ChargedBack(taken=123_246, offset=123_246, won=123_246),
        ),
        # The deposit had paid ¥5.00, the goods ¥611.73.
        (
            "sold for the debt, then won",
            61_173,
            ChargedBack(taken=123_246, offset=500, sold=61_373, won=123_246),
        ),
        # Of ¥1,232.46 the deposit had paid ¥492.98, and has that again.
        (
            "just cause before the purchase",
            0,
            ChargedBack(taken=73_948, returned=73_948),
        ),
        (
            "just cause, the provider bears",
            0,
            ChargedBack(taken=123_246, borne=123_246),
        ),
    ],
)
def test_what_becomes_of_a_chargeback_is_done_by_hand(
    name: str, gains: int, became: ChargedBack
) -> None:
    path = path_named(name)
    walked = walk(path, deal_at(path, unit=410, quantity=300, freight=123))

    outcome = walked.books.outcome(walked.plan.expected)

    assert (outcome.deposit_change, outcome.charged_back) == (gains, became)


@pytest.mark.clause("PSR-22-3")
@pytest.mark.parametrize(
    ("name", "frozen"),
    [
        ("offset in part, a shortfall", True),
        ("offset in part, a surplus", False),
        ("a recharge covers the debt", False),
        ("sold for the debt, then won", False),
        ("charged back after the end", False),
    ],
)
def test_an_account_stays_frozen_as_long_as_something_is_owed(name: str, frozen: bool) -> None:
    assert walk(path_named(name)).books.frozen == frozen


@pytest.mark.clause("UA-1-8")
@pytest.mark.clause("UA-1-20")
@pytest.mark.clause("UA-4-5")
@pytest.mark.parametrize(
    ("name", "gains", "withdrawn", "passed_on"),
    [
        ("money taken out of a deposit", -123_246 - 6_000, 6_000, 0),
        ("money that could not be paid", -100, 100, 0),
        ("credential lost, freeze lifted", -123_246, 0, 0),
        ("a broken contract is paid for", -123_246 - 8_800, 0, 8_800),
        # All that the order gave back.
        ("account closed, rest paid out", -123_246, 123_246, 0),
    ],
)
def test_what_becomes_of_an_account_is_done_by_hand(
    name: str, gains: int, withdrawn: int, passed_on: int
) -> None:
    path = path_named(name)
    walked = walk(path, deal_at(path, unit=410, quantity=300, freight=123))

    outcome = walked.books.outcome(walked.plan.expected)

    assert (outcome.deposit_change, outcome.withdrawn, outcome.passed_on) == (
        gains,
        withdrawn,
        passed_on,
    )


def test_a_chargeback_is_of_the_payment_that_the_institution_captured() -> None:
    history = walk(path_named("payment declined, then paid")).history
    paid = [step for step in history if step.trigger == Trigger.PAY]

    assert payment_of(ORDER, history) == f"{ORDER}/{paid[-1].sequence}"
    with pytest.raises(LookupError):
        payment_of(ORDER, history[:3])


@pytest.mark.clause("PSR-15-2")
def test_an_advance_deposit_is_lost_by_a_cancellation() -> None:
    # Three tenths of ¥1,230.00, and the fee on them.
    sought = expected("cancelled, the advance is lost", unit=410, quantity=300, freight=123)

    assert (sought.at_seller, sought.fee, sought.refunded) == (36_900, 37, 0)


@pytest.mark.clause("UA-1-10")
def test_a_coupon_is_never_cashed() -> None:
    path = path_named("coupon goes back, not as money")
    walked = walk(path, deal_at(path, unit=410, quantity=300, freight=123))

    outcome = walked.books.outcome(walked.plan.expected)

    # ¥1,243.96 less ¥5.00 was paid in money; the storage keeps ¥3.50 of it.
    assert (outcome.refunded, outcome.coupon) == (124_046, 0)
    assert walked.books.institution == 350
    assert outcome.deposit_change == 0


def test_an_act_that_was_done_is_not_done_again() -> None:
    walked = walk(path_named("payment declined, then paid"))

    acts = [
        next_act(walked.plan, walked.history[:length])
        for length in range(1, len(walked.history) + 1)
    ]

    assert [act.trigger for act in acts if act][:4] == [
        Trigger.ACCEPT,
        Trigger.PAY,
        Trigger.PAY,
        Trigger.PURCHASE,
    ]
    assert acts[-1] is None


def test_an_act_waits_for_its_clock() -> None:
    walked = walk(path_named("purchase late, then bought"))

    upto: dict[Trigger, Any] = {
        s.trigger: next_act(walked.plan, walked.history[: i + 1])
        for i, s in enumerate(walked.history)
    }

    assert upto[Trigger.PAY] is None
    assert upto[Trigger.REMIND] is None
    assert upto[Trigger.ESCALATE].trigger == Trigger.PURCHASE


def test_an_act_waits_for_the_refund_that_is_on_its_way() -> None:
    walked = walk(path_named("price fell, the seller says so"))
    fell = next(i for i, s in enumerate(walked.history) if s.trigger == Trigger.QUOTE_ANEW)

    cue = next_cue(walked.plan, walked.history[: fell + 1])

    assert isinstance(cue, Event)
    assert (cue.table, cue.trigger, cue.by_clock) == (
        TableName.REFUND,
        Trigger.CONFIRM_REFUND,
        False,
    )


def test_a_clock_is_told_from_a_counterparty() -> None:
    plan = walk(path_named("seller silent, person records")).plan

    events = [cue for cue in plan.cues if isinstance(cue, Event)]

    assert [event.by_clock for event in events] == [True]


def test_an_act_that_a_deadline_overtook_is_passed_over_and_told() -> None:
    plan = walk(path_named("objection to goods, resolved")).plan
    overtaken = walk(path_named("paid through the institution")).history
    stored = next(i for i, step in enumerate(overtaken) if step.target == State.STORED)

    act = next_act(plan, overtaken[: stored + 1])

    assert act is not None
    assert act.trigger == Trigger.CLEAR_CUSTOMS
    assert strays(plan, overtaken) == ("no object-to-goods", "no resolve-objection")


def test_a_charge_too_many_is_told() -> None:
    walked = walk(path_named("storage charged to the deposit"))
    charged = next(s for s in walked.history if s.trigger == Trigger.CHARGE_STORAGE)

    assert strays(walked.plan, [*walked.history, charged]) == ("charge-storage once more",)


def test_an_order_that_ended_elsewhere_waits_for_nothing() -> None:
    plan = walk(path_named("refund silent, person confirms")).plan
    lapsed = walk(path_named("payment lapsed")).history

    assert has_ended(plan, lapsed)
    assert next_act(plan, lapsed) is None
    assert "ended as lapsed" in strays(plan, lapsed)


def test_movements_are_named_by_the_step_that_intended_them() -> None:
    walked = walk(path_named("refund silent, person confirms"))
    plan, history = walked.plan, walked.history
    ended = next(i for i, step in enumerate(history) if step.target == State.UNREALIZABLE)
    confirm = plan.acts[-1]
    paying = Act(
        role=Role.PAYMENT_INSTITUTION,
        trigger=Trigger.CONFIRM_PAYMENT,
        at=State.PAYING,
        command=Pay(),
    )

    paid = next(i for i, step in enumerate(history) if step.target == State.PAYING)
    assert movement_of(paying, ORDER, history) == MovementRef(f"{ORDER}/{paid + 1}")
    assert movement_of(confirm, ORDER, history) == MovementRef(f"{ORDER}/{ended + 1}")
    with pytest.raises(LookupError):
        movement_of(paying, ORDER, history[:paid])


def test_items_are_told_apart_by_the_order_of_their_opening() -> None:
    walked = walk(path_named("three parcels, three ways"))
    opened = [s.item for s in walked.history if s.trigger == Trigger.DISPATCH]

    acts = [act for act in walked.plan.acts if act.trigger == Trigger.DELIVER]

    assert [item_of(act, walked.history) for act in acts] == opened
    assert {item_of(act, walked.history) for act in walked.plan.acts if act.opens} == {""}


def test_the_next_act_follows_from_any_moment_of_a_walk() -> None:
    walked = walk(path_named("much of it at one order"))
    done: list[Happened] = []

    for step in walked.history:
        act = next_act(walked.plan, done)
        done.append(step)
        if act and step.trigger == act.trigger:
            assert next_act(walked.plan, done) != act
