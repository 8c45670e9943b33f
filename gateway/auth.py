"""Owns who is calling: an application's key and secret, over HTTP Basic (OP-4-5)."""

import base64
import binascii
import re
from typing import Annotated

from fastapi import Depends, Request

from daigou.domain import order
from daigou.domain.order import Actor, Parties, Role
from daigou.ledger.views import ApplicationView
from gateway.backend import Backend
from gateway.problems import EdgeCode, ProblemError
from gateway.trace import note

SCHEME = {
    "type": "http",
    "scheme": "basic",
    "description": "The application's key as the user, its secret as the password (OP-4-5).",
}
_KEY = re.compile(r"[!-9;-~]{1,80}", re.ASCII)
_SECRET = re.compile(r"[!-~]{1,200}", re.ASCII)


async def _authenticate(request: Request) -> ApplicationView:
    key, secret = _credentials(request.headers.get("authorization", ""))
    backend: Backend = request.app.state.backend
    found = await backend.authenticate(key=key, secret=secret)
    if found is None:
        raise _unproved("the application is not known, or its secret is wrong or revoked")
    note(request, app=found.key)
    return found


Caller = Annotated[ApplicationView, Depends(_authenticate)]
"""The calling application, proved."""


def may_see(
    caller: ApplicationView, parties: Parties, *, hidden_from: frozenset[Role] = frozenset()
) -> bool:
    """Whether any role of the application sees a subject of these parties, but for those that it is
    hidden from (OP-7-5-4)."""
    return any(
        order.may_see(role=role, party=caller.party, parties=parties)
        for role in caller.roles - hidden_from
    )


def acts_as(
    caller: ApplicationView, roles: frozenset[Role], parties: Parties | None = None
) -> Actor | None:
    """The caller in one of the roles that will do; one that it holds on the order comes first."""
    held = sorted(caller.roles & roles)
    if parties is not None:
        held.sort(key=lambda role: parties.holder(role) != caller.party)
    return Actor(role=held[0], party=caller.party, app=caller.key) if held else None


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise _unproved("name your application: HTTP Basic with its key and secret")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise _unproved("the Authorization header is not HTTP Basic") from None
    key, _, secret = decoded.partition(":")
    if not _KEY.fullmatch(key) or not _SECRET.fullmatch(secret):
        raise _unproved("the application is not known, or its secret is wrong or revoked")
    return key, secret


def _unproved(detail: str) -> ProblemError:
    return ProblemError(
        code=EdgeCode.UNAUTHENTICATED,
        detail=detail,
        clause="OP-4-5",
        headers={"WWW-Authenticate": 'Basic realm="daigou", charset="UTF-8"'},
    )
