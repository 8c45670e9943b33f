"""By when a consultation is answered: counted by hand from the State Council's announcements."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daigou.domain.commands import Calendar
from daigou.domain.terms import current
from gateway.business_days import business_days_after

CHINA = timezone(timedelta(hours=8))
DAYS = current().consultation_business_days


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.clause("UA-4-6")
def test_the_terms_give_fifteen_business_days() -> None:
    assert DAYS == 15


@pytest.mark.clause("UA-4-6")
@pytest.mark.parametrize(
    ("asked", "last_day"),
    [
        # Three plain weeks.
        ("2026-11-02T10:00", "2026-11-23"),
        # National Day 2026: off from 1 to 7 October, worked on Sunday 20 September (before it)
        # and on Saturday 10 October. Mid-Autumn: off from 25 to 27 September.
        ("2026-09-21T10:00", "2026-10-19"),
        # ... and so is Sunday 20 September worked for who asks before it.
        ("2026-09-18T10:00", "2026-10-15"),
        # Spring Festival 2026: off from 15 to 23 February, worked on 14 and 28 February.
        ("2026-02-10T10:00", "2026-03-09"),
        # Over the end of the year: off from 1 to 3 January 2026, worked on Sunday the 4th.
        ("2025-12-22T10:00", "2026-01-13"),
    ],
)
def test_holidays_are_left_out_and_the_weekends_worked_for_them_count(
    asked: str, last_day: str
) -> None:
    due = business_days_after(china(asked), days=DAYS)

    assert due.at == china(f"{last_day}T00:00") + timedelta(days=1)
    assert due.calendar == Calendar.STATE_COUNCIL


@pytest.mark.parametrize(
    "asked", ["2026-11-02T00:00:00", "2026-11-02T23:59:59.999999", "2026-11-02T08:00:00"]
)
def test_the_day_of_asking_is_chinas_and_does_not_count(asked: str) -> None:
    due = business_days_after(china(asked).astimezone(UTC), days=1)

    assert due.at == china("2026-11-04T00:00")


def test_who_asks_on_a_day_off_asked_before_the_next_business_day() -> None:
    friday = business_days_after(china("2026-11-06T12:00"), days=DAYS)
    sunday = business_days_after(china("2026-11-08T12:00"), days=DAYS)

    assert friday.at == sunday.at == china("2026-11-28T00:00")


@pytest.mark.parametrize(
    ("asked", "last_day"), [("2026-12-14T10:00", "2027-01-04"), ("2031-10-01T10:00", "2031-10-22")]
)
def test_of_years_not_announced_yet_mondays_to_fridays_count_and_the_date_says_so(
    asked: str, last_day: str
) -> None:
    due = business_days_after(china(asked), days=DAYS)

    assert due.at == china(f"{last_day}T00:00") + timedelta(days=1)
    assert due.calendar == Calendar.WEEKDAYS


def test_a_scale_of_time_divides_what_is_left() -> None:
    asked = china("2026-11-02T12:00")

    plain = business_days_after(asked, days=DAYS)
    scaled = business_days_after(asked, days=DAYS, scale=86400)

    assert scaled.at - asked == (plain.at - asked) / 86400
    assert timedelta(seconds=20) < scaled.at - asked < timedelta(seconds=22)


@given(days_on=st.integers(0, 36 * 365), seconds=st.integers(0, 86_399), days=st.integers(1, 40))
def test_every_question_has_a_due_date_after_it_and_more_days_never_come_sooner(
    days_on: int, seconds: int, days: int
) -> None:
    asked = datetime(2004, 1, 1, tzinfo=UTC) + timedelta(days=days_on, seconds=seconds)

    due = business_days_after(asked, days=days)
    later = business_days_after(asked, days=days + 1)

    assert timedelta(days=days) < due.at - asked
    assert due.at + timedelta(days=1) <= later.at
