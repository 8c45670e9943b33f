"""Terms are read whole or not at all, and a version that orders began with never changes."""

import hashlib
from datetime import timedelta
from importlib import resources

import pytest

from daigou.domain.lifecycle import TABLES, check_durations
from daigou.domain.money import Money
from daigou.domain.terms import (
    DATES,
    LEAST_NOTICE,
    STATUTORY,
    VERSIONS,
    Terms,
    TermsError,
    current,
    parse,
    terms_of,
)

FOLDER = resources.files("daigou.domain").joinpath("data/terms")
TEXT = FOLDER.joinpath("2026-11.toml").read_text(encoding="utf-8")

# An order lives for months by the version it began with: if a published file changed, its deadlines
# would move under it and its history no longer replay. A change is a new file, and a new line here.
PUBLISHED = {
    "2026-11.toml": "1f3653afbce2d5bf3a78e8780c267304b6c1d82127f7c886e4bc9b39a871efa6",
}


def _without(*lines: str) -> str:
    return "\n".join(line for line in TEXT.splitlines() if not line.startswith(lines))


def test_published_terms_never_change() -> None:
    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in FOLDER.iterdir()}

    assert found == PUBLISHED


def test_the_durations_are_those_agreed() -> None:
    terms = terms_of("2026-11")

    agreed = {
        "acceptance": timedelta(hours=24),
        "payment": timedelta(hours=24),
        "purchase": timedelta(hours=48),
        "arrival": timedelta(days=10),
        "top_up": timedelta(hours=24),
        "part_choice": timedelta(hours=24),
        "warehouse_objection_window": timedelta(hours=24),
        "warehouse_objection": timedelta(days=3),
        "free_storage": timedelta(days=90),
        "storage_period": timedelta(days=30),
        "abandonment": timedelta(days=180),
        "transit": timedelta(days=30),
        "receipt_advice": timedelta(days=3),
        "receipt": timedelta(days=10),
        "receipt_objection": timedelta(days=3),
        "resolution": timedelta(days=15),
        "dormancy": timedelta(days=184),
        "examination": timedelta(days=3),
        "chargeback_payment": timedelta(days=3),
        "verdict": timedelta(days=180),
    }

    assert {name: terms.durations[name] for name in agreed} == agreed


def test_terms_that_leave_a_clock_without_a_duration_are_refused_by_its_name() -> None:
    silent = parse(_without("receipt =", "escalation", "ask_most"))

    with pytest.raises(TermsError, match=r"terms 2026-11: no duration of ask_most, escalation, r"):
        check_durations(silent)


@pytest.mark.parametrize("terms", VERSIONS.values(), ids=VERSIONS)
def test_every_clock_of_every_table_runs_for_a_while_in_every_version(terms: Terms) -> None:
    check_durations(terms)

    clocks = {
        term
        for table in TABLES.values()
        for wait in table.waits
        for deadline in wait.deadlines
        for term in (deadline.term, deadline.again)
    } - {"", *DATES}

    assert min(terms.duration(term) for term in clocks | {LEAST_NOTICE}) > timedelta(0)


@pytest.mark.parametrize("terms", VERSIONS.values(), ids=VERSIONS)
def test_a_reminder_comes_before_what_it_reminds_of(terms: Terms) -> None:
    for first, then in (
        ("review", "review_most"),
        ("purchase_reminder", "purchase"),
        ("dispatch_reminder", "dispatch"),
        ("feedback_reminder", "feedback"),
        ("arrival_reminder", "arrival"),
        ("movement", "arrival"),
        ("free_storage_warning", "free_storage"),
        ("free_storage", "abandonment_warning"),
        ("abandonment_warning", "abandonment"),
        ("receipt_advice", "receipt"),
    ):
        assert terms.durations[first] < terms.durations[then], f"{first} comes after {then}"


@pytest.mark.clause("UA-1-15")
@pytest.mark.parametrize("terms", VERSIONS.values(), ids=VERSIONS)
def test_an_account_is_frozen_and_cancelled_after_the_longest_six_months_each(terms: Terms) -> None:
    longest_six_months = timedelta(days=184)
    until_frozen = terms.durations["inactivity"] + terms.durations["inactivity_warning"]

    assert until_frozen >= longest_six_months
    assert terms.durations["dormancy"] >= longest_six_months


@pytest.mark.clause("PSR-22-1")
def test_the_terms_say_whether_the_providers_request_to_freeze_is_standing() -> None:
    on_request = parse(TEXT.replace('freeze = "standing"', 'freeze = "on_request"'))

    assert terms_of("2026-11").freeze_on_chargeback
    assert not on_request.freeze_on_chargeback


def test_terms_without_the_least_notice_for_a_balance_are_refused() -> None:
    silent = parse(_without("balance_least"))

    with pytest.raises(TermsError, match="no duration of balance_least"):
        check_durations(silent)


@pytest.mark.clause("PSR-7")
@pytest.mark.clause("UA-1-10")
def test_the_charge_of_the_storage_and_what_coupons_reduce_are_terms() -> None:
    terms = terms_of("2026-11")

    assert terms.storage_charge == Money(30_00)
    assert terms.coupons_reduce == {"service_fee", "other_fee"}


def test_new_orders_begin_with_the_newest_version() -> None:
    assert current().version == max(VERSIONS)


def test_an_unknown_version_is_an_error_that_lists_those_there_are() -> None:
    with pytest.raises(TermsError, match=r"no terms of version '1999-01'; there are .*2026-11"):
        terms_of("1999-01")


def test_what_is_no_toml_is_an_error() -> None:
    with pytest.raises(TermsError, match="no TOML"):
        parse("version = ")


def test_every_fault_of_a_file_is_listed_at_once() -> None:
    broken = (
        _without("version", "quantity_max", "prohibited", "charge_fen")
        .replace('rate = "1/1000"', 'rate = "3/2"')
        .replace('rounding = "half_up"', 'rounding = "half_even"')
        .replace('acceptance = "24h"', 'acceptance = "24 hours"')
        .replace('payment = "24h"', "payment = 24")
        .replace('DE = "14d"', 'DE = "0d"')
        .replace('other_countries = "30d"', 'other_countries = "a month"')
        .replace("order_fen_max = 50000000", "order_fen_max = -1")
        .replace("lines_max = 20", "lines_max = true")
        .replace('reduce = ["service_fee", "other_fee"]', "reduce = [1]")
        .replace('freeze = "standing"', "freeze = true")
        .replace("withdrawal_fen_min = 100 ", "withdrawal_fen_min = 0 ")
    )

    with pytest.raises(TermsError) as caught:
        parse(broken)

    assert set(str(caught.value).removeprefix("terms: ").split("; ")) == {
        "version is a text",
        "fee.rate is from 0 to less than 1",
        "fee.rounding is 'half_up'",
        "durations.acceptance is a duration such as 24h or 10d",
        "durations.payment is a duration such as 24h or 10d",
        "statutory.countries.DE is a duration such as 24h or 10d",
        "statutory.other_countries is a duration such as 24h or 10d",
        "limits.quantity_max is a whole number above zero",
        "limits.order_fen_max is a whole number above zero",
        "limits.lines_max is a whole number above zero",
        "screening.prohibited is a list of texts",
        "storage.charge_fen is a whole number above zero",
        "coupons.reduce is a list of texts",
        "chargeback.freeze is 'standing' or 'on_request'",
        "limits.withdrawal_fen_min is a whole number above zero",
    }


def test_an_empty_file_lacks_everything() -> None:
    with pytest.raises(TermsError) as caught:
        parse("")

    for path in (
        "version",
        "mandate",
        "fee.rate",
        "fee.rounding",
        "durations",
        "statutory.countries",
        "statutory.other_countries",
        "statutory.sales_location",
        "limits.recharge_fen_min",
        "screening.prohibited",
        "storage.charge_fen",
        "coupons.reduce",
        "chargeback.freeze",
    ):
        assert f"{path} is " in str(caught.value)


@pytest.mark.parametrize("rate", ["1/0", "a tenth", "-1/1000", "1"])
def test_a_rate_is_a_fraction_below_one(rate: str) -> None:
    with pytest.raises(TermsError, match=r"fee\.rate is "):
        parse(TEXT.replace('rate = "1/1000"', f'rate = "{rate}"'))


def test_a_float_is_no_rate() -> None:
    with pytest.raises(TermsError, match=r"fee\.rate is a text"):
        parse(TEXT.replace('rate = "1/1000"', "rate = 0.001"))


@pytest.fixture
def terms() -> Terms:
    return parse(TEXT)


@pytest.mark.clause("PSR-13-2")
@pytest.mark.parametrize(
    ("country", "days"),
    [
        ("KR", 7),  # 7 there, 15 in China
        ("DE", 14),
        ("CN", 15),
        ("US", 15),  # 30 there, 15 in China
        ("BR", 15),  # not listed: 30, and 15 in China
        ("", 15),
    ],
)
def test_the_statutory_period_is_the_shorter_of_the_two_locations(
    terms: Terms, country: str, days: int
) -> None:
    assert terms.duration(STATUTORY, country=country) == timedelta(days=days)


def test_the_scale_divides_every_duration(terms: Terms) -> None:
    a_day_a_second = 86_400

    assert terms.duration("receipt", scale=a_day_a_second) == timedelta(seconds=10)
    assert terms.duration("acceptance", scale=a_day_a_second) == timedelta(seconds=1)
    assert terms.duration(STATUTORY, country="KR", scale=a_day_a_second) == timedelta(seconds=7)
    assert terms.duration("purchase", scale=7) == timedelta(hours=48) / 7


def test_an_unknown_term_is_an_error(terms: Terms) -> None:
    with pytest.raises(KeyError, match="siesta"):
        terms.duration("siesta")
