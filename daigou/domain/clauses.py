"""Owns the catalogue of duties: every rule that the service names stands here once, with its id."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from types import MappingProxyType
from typing import NewType

ClauseId = NewType("ClauseId", str)


class Duty(StrEnum):
    """What the service does about a clause (see the head of `clauses.toml`)."""

    ENFORCE = "enforce"
    RECORD = "record"
    INFORM = "inform"
    LEGAL = "legal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One duty from the source rules, in our own words."""

    id: ClauseId
    duty: Duty
    say: str


class UnknownClauseError(ValueError):
    """A rule cites a clause that the catalogue does not hold."""


def clause(id_: str) -> Clause:
    """The clause of that id.

    Raises:
        UnknownClauseError: no such clause; the message names it.
    """
    try:
        return CATALOGUE[ClauseId(id_)]
    except KeyError:
        raise UnknownClauseError(f"clauses.toml has no clause {id_!r}") from None


def _load() -> Mapping[ClauseId, Clause]:
    file = resources.files("daigou.domain").joinpath("data/clauses.toml")
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            ClauseId(id_): Clause(id=ClauseId(id_), duty=Duty(row["duty"]), say=row["say"])
            for id_, row in tables.items()
        }
    )


CATALOGUE: Mapping[ClauseId, Clause] = _load()
