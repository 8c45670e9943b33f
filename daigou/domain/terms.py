"""Owns the terms: versioned durations, limits and rates that an order keeps from its start."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from importlib import resources
from types import MappingProxyType
from typing import Any, TypeVar

from daigou.domain.money import Money

STATUTORY = "statutory"
"""The one duration that depends on where the client is (PSR-13-2)."""
BALANCE_DATE = "balance"
"""The clock that strikes at the date agreed with the seller, or later (PSR-15-2)."""
AGREED_DATE = "agreed_date"
"""The clock that strikes at exactly the date that a subject was opened with."""
DATES = frozenset({BALANCE_DATE, AGREED_DATE})
"""The clocks that have no duration."""
CANCELLATION_PERIOD = "cancellation"
"""For how long an agreement can be cancelled at all (PSR-12-2)."""
LEAST_NOTICE = "balance_least"
"""How long a client has for the balance at the very least, whatever the date."""

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


T = TypeVar("T")


class TermsError(ValueError):
    """A terms file is wrong; the message lists every fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what one command may ask; amounts in fen."""

    quantity_max: int
    order_fen_max: int
    recharge_fen_min: int
    recharge_fen_max: int
    withdrawal_fen_min: int
    withdrawal_fen_max: int
    lines_max: int
    rate_age_days_max: int
    tip_fen_min: int
    tip_fen_max: int
    tips_per_order_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One version of the terms.

    `debts_from_deposit` says that what a cancellation costs beyond what is held is taken from the
    deposit, `silence_refuses` that a seller who does not answer at all counts as refusing.
    `freeze_on_chargeback` says that providers have asked beforehand to have an account frozen.
    `consultation_business_days` are counted from the day after a consultation (UA-4-6).
    """

    version: str
    mandate: str
    fee_rate: Fraction
    durations: Mapping[str, timedelta]
    statutory_by_country: Mapping[str, timedelta]
    statutory_elsewhere: timedelta
    sales_location: str
    limits: Limits
    prohibited_categories: frozenset[str]
    storage_charge: Money
    coupons_reduce: frozenset[str]
    debts_from_deposit: bool
    silence_refuses: bool
    freeze_on_chargeback: bool
    consultation_business_days: int

    def duration(self, term: str, *, country: str = "", scale: int = 1) -> timedelta:
        """How long the clock named `term` runs, divided by `scale`.

        The statutory period is the shorter of the sales location's and the country's (PSR-13-2).

        Raises:
            KeyError: no such term; the lifecycle tables are checked against it at start.
        """
        if term == STATUTORY:
            return min(self._statutory(self.sales_location), self._statutory(country)) / scale
        return self.durations[term] / scale

    def _statutory(self, country: str) -> timedelta:
        return self.statutory_by_country.get(country, self.statutory_elsewhere)


def terms_of(version: str) -> Terms:
    """The terms of a version.

    Raises:
        TermsError: no such version; the message lists those there are.
    """
    try:
        return VERSIONS[version]
    except KeyError:
        raise TermsError(
            f"no terms of version {version!r}; there are {', '.join(VERSIONS)}"
        ) from None


def current() -> Terms:
    """The newest terms: those that a new order begins with."""
    return VERSIONS[max(VERSIONS)]


def parse(text: str) -> Terms:
    """Terms from the text of a TOML file.

    Raises:
        TermsError: the file is no TOML, or values are missing or wrong; all are listed.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TermsError(f"the terms are no TOML: {error}") from error
    reader = _Reader(raw)
    fee_rate = reader.rate("fee", "rate")
    reader.must("fee", "rounding", equals="half_up")
    terms = Terms(
        version=reader.text("version"),
        mandate=reader.text("mandate"),
        fee_rate=fee_rate,
        durations=reader.durations("durations"),
        statutory_by_country=reader.durations("statutory", "countries"),
        statutory_elsewhere=reader.duration("statutory", "other_countries"),
        sales_location=reader.text("statutory", "sales_location"),
        limits=Limits(
            quantity_max=reader.count("limits", "quantity_max"),
            order_fen_max=reader.count("limits", "order_fen_max"),
            recharge_fen_min=reader.count("limits", "recharge_fen_min"),
            recharge_fen_max=reader.count("limits", "recharge_fen_max"),
            withdrawal_fen_min=reader.count("limits", "withdrawal_fen_min"),
            withdrawal_fen_max=reader.count("limits", "withdrawal_fen_max"),
            lines_max=reader.count("limits", "lines_max"),
            # UA-2-3: terms from before there were estimates do not say it.
            rate_age_days_max=reader.count("limits", "rate_age_days_max"),
            tip_fen_min=reader.count("limits", "tip_fen_min"),
            tip_fen_max=reader.count("limits", "tip_fen_max"),
            tips_per_order_max=reader.count("limits", "tips_per_order_max"),
        ),
        prohibited_categories=frozenset(reader.texts("screening", "prohibited")),
        storage_charge=Money(reader.count("storage", "charge_fen")),
        coupons_reduce=frozenset(reader.texts("coupons", "reduce")),
        debts_from_deposit=reader.choice("cancellation", "debts", "deposit", "claim"),
        silence_refuses=reader.choice("cancellation", "silence", "refused", "escalated"),
        freeze_on_chargeback=reader.choice("chargeback", "freeze", "standing", "on_request"),
        consultation_business_days=reader.count("consultation", "business_days"),
    )
    if reader.faults:
        raise TermsError("terms: " + "; ".join(reader.faults))
    return terms


class _Reader:
    """Reads a nested table, and gathers faults instead of stopping at the first."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self._raw = raw
        self.faults: list[str] = []

    def text(self, *path: str) -> str:
        value = self._get(*path)
        if isinstance(value, str) and value:
            return value
        return self._fault(path, "is a text", "")

    def texts(self, *path: str) -> list[str]:
        value = self._get(*path)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        return self._fault(path, "is a list of texts", [])

    def count(self, *path: str) -> int:
        value = self._get(*path)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        return self._fault(path, "is a whole number above zero", 1)

    def rate(self, *path: str) -> Fraction:
        try:
            rate = Fraction(self.text(*path) or "0")
        except (ValueError, ZeroDivisionError):
            return self._fault(path, "is a fraction such as 1/1000", Fraction(0))
        if 0 <= rate < 1:
            return rate
        return self._fault(path, "is from 0 to less than 1", Fraction(0))

    def choice(self, table: str, name: str, yes: str, no: str) -> bool:
        value = self._get(table, name)
        if value not in (yes, no):
            return self._fault((table, name), f"is {yes!r} or {no!r}", instead=False)
        return bool(value == yes)

    def must(self, *path: str, equals: str) -> None:
        if self._get(*path) != equals:
            self._fault(path, f"is {equals!r}", None)

    def duration(self, *path: str) -> timedelta:
        value = self._get(*path)
        match = re.fullmatch(r"([1-9][0-9]*)([smhd])", value) if isinstance(value, str) else None
        if match:
            return timedelta(**{_UNITS[match[2]]: int(match[1])})
        return self._fault(path, "is a duration such as 24h or 10d", timedelta(days=1))

    def durations(self, *path: str) -> Mapping[str, timedelta]:
        value = self._get(*path)
        if not isinstance(value, dict):
            return self._fault(path, "is a table of durations", {})
        return MappingProxyType({name: self.duration(*path, name) for name in value})

    def _get(self, *path: str) -> Any:
        value: Any = self._raw
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def _fault(self, path: tuple[str, ...], rule: str, instead: T) -> T:
        self.faults.append(f"{'.'.join(path)} {rule}")
        return instead


def _load() -> Mapping[str, Terms]:
    folder = resources.files("daigou.domain").joinpath("data/terms")
    versions: dict[str, Terms] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        terms = parse(file.read_text(encoding="utf-8"))
        if file.name != f"{terms.version}.toml":
            raise TermsError(f"{file.name} holds the terms of version {terms.version}")
        versions[terms.version] = terms
    return MappingProxyType(versions)


VERSIONS: Mapping[str, Terms] = _load()
