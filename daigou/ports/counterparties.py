"""What every counterparty answers about money that moves: known, pending, or never heard of."""

from dataclasses import dataclass
from enum import StrEnum

from daigou.domain.money import Money


class Standing(StrEnum):
    """What a counterparty says of one of our references."""

    DONE = "done"
    REPRICED = "repriced"
    REJECTED = "rejected"
    FAILED = "failed"
    PENDING = "pending"
    UNHEARD = "unheard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A counterparty's reply. `external_ref` is its own number; `reason` says why not.

    `goods`, `freight` and `delivery_address` are what a seller's confirmed order carries; goods,
    freight and `quantity` are what a seller offers that did not take the order as it was.
    """

    standing: Standing
    external_ref: str = ""
    reason: str = ""
    goods: Money | None = None
    freight: Money | None = None
    quantity: int | None = None
    delivery_address: str = ""


class OutcomeUnknownError(Exception):
    """The counterparty did not answer (time-out, 5xx): ask by our reference before trying again."""
