"""Owns the reading of a file of exchange rates: all of its faults at once, or all of its rates."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from babel.numbers import get_currency_precision, list_currencies

from daigou.domain.estimates import Rate
from daigou.domain.money import CNY

COLUMNS = ("currency", "as_of", "cny_per_unit", "source")
ROWS_MAX = 10_000
_DECIMAL = re.compile(r"[0-9]{1,10}(\.[0-9]{1,10})?", re.ASCII)
_SOURCE_CHARS_MAX = 120


class RateFileError(ValueError):
    """The file cannot be loaded; the message lists every fault with its line."""


def read_rates(lines: Iterable[str], *, today: date) -> tuple[Rate, ...]:
    """The rates of a CSV file with the columns `currency,as_of,cny_per_unit,source`.

    Raises:
        RateFileError: anything at all is wrong with it.
    """
    try:
        rows = list(csv.reader(lines, strict=True))
    except csv.Error as error:
        raise RateFileError(f"it is no CSV: {error}") from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise RateFileError(f"line 1 is to be {','.join(COLUMNS)}")
    if len(rows) > ROWS_MAX + 1:
        raise RateFileError(f"it has more than {ROWS_MAX:,} rates")
    faults, rates, seen = [], [], set()
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        found = list(_faults(row, today=today))
        if not found and tuple(row[:2]) in seen:
            found = [f"{row[0]} of {row[1]} stands there twice"]
        seen.add(tuple(row[:2]))
        faults += [f"line {number}: {fault}" for fault in found]
        if not found:
            rates.append(_rate(*row))
    if faults:
        raise RateFileError("\n".join(faults))
    return tuple(rates)


def _rate(currency: str, as_of: str, cny_per_unit: str, source: str) -> Rate:
    return Rate(
        currency=currency,
        cny_per_unit=Decimal(cny_per_unit),
        as_of=date.fromisoformat(as_of),
        source=source,
        minor_digits=get_currency_precision(currency),
    )


def _faults(row: list[str], *, today: date) -> Iterator[str]:
    if len(row) != len(COLUMNS):
        yield f"it has {len(row)} columns, not {len(COLUMNS)}"
        return
    currency, as_of, cny_per_unit, source = row
    if currency == CNY or currency not in list_currencies():
        yield f"{currency!r} is no currency other than {CNY}"
    try:
        if date.fromisoformat(as_of) > today:
            yield f"{as_of} lies in the future"
    except ValueError:
        yield f"{as_of!r} is no date such as 2026-11-22"
    if not _DECIMAL.fullmatch(cny_per_unit) or not Decimal(cny_per_unit):
        yield f"{cny_per_unit!r} is no decimal above zero with ten digits after the point at most"
    if not source.strip() or len(source) > _SOURCE_CHARS_MAX:
        yield f"a source has 1 to {_SOURCE_CHARS_MAX} characters"
