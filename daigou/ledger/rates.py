"""Owns the exchange rates: loaded once for their date, the newest of each currency told."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from daigou.domain.estimates import Rate
from daigou.ledger.engine import autocommit, transaction
from daigou.ledger.reference_views import RateView
from daigou.ledger.registry import RegistryConflictError
from daigou.ledger.tables import METADATA

_RATE = METADATA.tables["exchange_rate"]


class RateConflictError(RegistryConflictError):
    """Some rates were loaded with another value: nothing was loaded. The message names them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How many rates were new, and how many were there already."""

    new: int
    known: int


class Rates:
    """The rates. It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer, and
    `StepForbiddenError` where a constraint refuses what it was given.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self, rates: Iterable[Rate]) -> Loaded:
        """Loads rates, all or none; those that are there already change nothing.

        Raises:
            RateConflictError: some are there for their date with another value.
        """
        new, known, differing = 0, 0, []
        with transaction(self._engine) as connection:
            for rate in rates:
                said = {"cny_per_unit": rate.cny_per_unit, "source": rate.source}
                key = {"currency": rate.currency, "as_of": rate.as_of}
                adding = insert(_RATE).values(**key, **said).on_conflict_do_nothing()
                if connection.execute(adding.returning(_RATE.c.currency)).first():
                    new += 1
                    continue
                query = select(_RATE).filter_by(**key)
                found = _view(connection.execute(query).mappings().one()).rate
                if found.cny_per_unit != rate.cny_per_unit:
                    differing.append(
                        f"{rate.currency} of {rate.as_of} is {found.plain}, not {rate.cny_per_unit}"
                    )
                known += 1
            if differing:
                raise RateConflictError("; ".join(differing))
        return Loaded(new=new, known=known)

    def newest(self) -> tuple[RateView, ...]:
        """The newest rate of every currency, in the order of their codes."""
        query = (
            select(_RATE)
            .ext(distinct_on(_RATE.c.currency))
            .order_by(_RATE.c.currency, _RATE.c.as_of.desc())
        )
        with autocommit(self._engine) as connection:
            return tuple(_view(row) for row in connection.execute(query).mappings())


def _view(row: Any) -> RateView:
    return RateView(
        rate=Rate(
            currency=row["currency"],
            cny_per_unit=row["cny_per_unit"],
            as_of=row["as_of"],
            source=row["source"],
            minor_digits=get_currency_precision(row["currency"]),
        ),
        loaded_at=row["loaded_at"],
    )
