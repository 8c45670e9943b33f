"""Owns the business days of mainland China: by when a consultation is answered (UA-4-6)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

# It ships without types.
import chinese_calendar  # type: ignore[import-untyped]

from daigou.domain.commands import Calendar

_CHINA = timezone(timedelta(hours=8))
"""The whole of mainland China has one time, and no other in summer."""
_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDate:
    """A moment, UTC, before which something is in time; and by which calendar it was counted."""

    at: datetime
    calendar: Calendar


def business_days_after(asked: datetime, *, days: int, scale: int = 1) -> DueDate:
    """The end of the nth business day after the day of `asked`; `scale` divides what is left.

    The State Council announces each autumn which days of the next year are off, and which weekends
    are worked for them. Where a day belongs to a year of which that is not known, Mondays to
    Fridays count, and the due date says so: most such dates are early, as no holiday is left out.
    """
    day, left, calendar = asked.astimezone(_CHINA).date(), days, Calendar.STATE_COUNCIL
    while left:
        day += _DAY
        worked, by = _is_worked(day)
        left -= worked
        if by != Calendar.STATE_COUNCIL:
            calendar = by
    end = datetime.combine(day + _DAY, time.min, _CHINA).astimezone(UTC)
    return DueDate(at=asked + (end - asked) / scale, calendar=calendar)


def _is_worked(day: date) -> tuple[bool, Calendar]:
    try:
        return bool(chinese_calendar.is_workday(day)), Calendar.STATE_COUNCIL
    except NotImplementedError:  # So it says that it does not know the year.
        return day.weekday() < _SATURDAY, Calendar.WEEKDAYS
