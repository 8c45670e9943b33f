"""Owns what a person is told of each event: what happened, and what to do next (PSR-27).

The words themselves stand in `data/notices.toml`, one table an event.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType
from typing import Any

from daigou.domain.order import Role

NOTHING = "You need not do anything."
_NO_OTHERS: Mapping[Role, "Words"] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """An event in words. `subject` ends with the id of the order, recharge or claim; `next` says
    what to do, and `by` what it means if a deadline runs."""

    subject: str
    what: str
    next: str = NOTHING
    by: str = ""
    to: Mapping[Role, "Words"] = field(default_factory=lambda: _NO_OTHERS)

    def for_role(self, role: Role) -> "Words":
        """The words for a recipient in that role."""
        return self.to.get(role, self)


def words_for(event: str, role: Role) -> Words:
    """What a recipient in that role is told; of an event without words, only that it happened."""
    known = WORDS.get(event)
    if known is None:
        said = event.replace(".", " ").replace("_", " ").capitalize()
        return Words(subject=said, what=f"{said}.", next="Look at it in your application.")
    return known.for_role(role)


def _read(said: dict[str, Any]) -> Words:
    others = {Role(role): _read(words) for role, words in said.get("to", {}).items()}
    return Words(**{**said, "to": MappingProxyType(others)})


def _load() -> Mapping[str, Words]:
    text = resources.files("daigou.domain").joinpath("data/notices.toml").read_text("utf-8")
    return MappingProxyType({event: _read(said) for event, said in tomllib.loads(text).items()})


WORDS: Mapping[str, Words] = _load()
