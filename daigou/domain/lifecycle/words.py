"""Owns the words that the lifecycle tables share: who may act, and who is told."""

from daigou.domain.lifecycle.table import Notice
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode

CLIENT = frozenset({Role.CLIENT})
PROVIDER = frozenset({Role.PROVIDER})
STORAGE = frozenset({Role.STORAGE})
LOGISTICS = frozenset({Role.LOGISTICS})
PLATFORM = frozenset({Role.PLATFORM})
INSTITUTION = frozenset({Role.PAYMENT_INSTITUTION, Role.PLATFORM})

NO_DEPOSIT = frozenset(
    {RefusalCode.DEPOSIT_TOO_SMALL, RefusalCode.ACCOUNT_FROZEN, RefusalCode.STALE_PREVIEW}
)
"""What the books say where a deposit cannot pay, or where it was shown that it cannot."""


def tell(event: str, *roles: Role) -> tuple[Notice, ...]:
    """Tells each of the roles of an event."""
    return tuple(Notice(event=event, to=role) for role in roles)
