"""Owns invitation codes: how they are written, and what is read from what people type (UA-1-14)."""

import re

from daigou.domain.ids import InvitationCode

CLAUSE = "UA-1-14"
BENEFIT = "invitation_benefit"
"""How long an inviter benefits, from the registration of its invitee."""
SOURCE = "invitation"
"""What a promoter was inferred from that nobody named (PSR-1-3)."""

CODE = re.compile(r"[2-9A-HJ-NP-Z]{10}")
"""50 random bits; there is no 0 and O, no 1 and I. The database makes them."""


def shown(code: InvitationCode) -> str:
    """The code as people read it, e.g. `K7WMP-3XQ9T`."""
    return f"{code[:5]}-{code[5:]}"


def typed(text: str) -> InvitationCode:
    """The code that a person typed, in any case, with blanks and hyphens wherever.

    Raises:
        ValueError: no code can be meant by it.
    """
    code = re.sub(r"[\s-]+", "", text).upper()
    if not CODE.fullmatch(code):
        raise ValueError(f"{text!r} is no invitation code")
    return InvitationCode(code)
