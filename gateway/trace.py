"""Owns what the canonical log line of a request is told on its way: keys and codes, no content."""

from starlette.requests import Request
from starlette.types import Scope

_SLOT = "daigou.trace"


def note(request: Request, **facts: str | int | None) -> None:
    """Adds facts to the request's one log line."""
    facts_of(request.scope).update(facts)


def facts_of(scope: Scope) -> dict[str, str | int | None]:
    """The facts gathered so far."""
    facts: dict[str, str | int | None] = scope.setdefault(_SLOT, {})
    return facts
