"""Owns what the ledger and the posting templates say to each other: accounts, journals, effects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from daigou.domain.commands import Command, Line, Request
from daigou.domain.ids import MovementRef, PartyId, SubjectId
from daigou.domain.money import ZERO, Fee, Money


class AccountKind(StrEnum):
    """The ledger's accounts. All but the two cash accounts are what the platform owes."""

    PAYMENT_INSTITUTION = "payment_institution"
    BANK = "bank"
    DEPOSIT = "deposit"
    PAYMENT_RESERVED = "payment_reserved"
    ESCROW = "escrow"
    FEE_HELD = "fee_held"
    SELLER_TRANSIT = "seller_transit"
    REFUND_TRANSIT = "refund_transit"
    THIRD_PARTY = "third_party"
    PROVIDER = "provider"


CASH_KINDS = frozenset({AccountKind.PAYMENT_INSTITUTION, AccountKind.BANK})
"""Accounts with a debit balance and no floor; every other never owes less than nothing."""

HELD_FOR_A_SUBJECT = (
    AccountKind.PAYMENT_RESERVED,
    AccountKind.ESCROW,
    AccountKind.FEE_HELD,
    AccountKind.SELLER_TRANSIT,
    AccountKind.REFUND_TRANSIT,
)


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """A ledger account; its id is `kind:owner`, or the kind alone where there is but one."""

    kind: AccountKind
    owner: str = ""

    @property
    def id(self) -> str:
        """The account's id, e.g. `deposit:cli_anna`."""
        return f"{self.kind}:{self.owner}" if self.owner else self.kind.value


INSTITUTION = Account(AccountKind.PAYMENT_INSTITUTION)
BANK = Account(AccountKind.BANK)


@dataclass(frozen=True, slots=True)
class Leg:
    """One entry to be: a debit if positive, a credit if negative."""

    account: Account
    amount: Money


class JournalKind(StrEnum):
    """What a journal is for; the database knows which kinds a freeze lets through."""

    RECHARGE = "recharge"
    PAYMENT_RESERVED = "payment_reserved"
    PAYMENT_RELEASED = "payment_released"
    PAYMENT = "payment"
    PURCHASE_RESERVED = "purchase_reserved"
    PURCHASE_RELEASED = "purchase_released"
    PURCHASE_PAID = "purchase_paid"
    REFUND = "refund"
    REFUND_PAID = "refund_paid"
    REFUND_CREDITED = "refund_credited"
    FEE_EARNED = "fee_earned"
    OFFSET = "offset"
    CHARGEBACK = "chargeback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Legs that belong together and sum to zero, with the clause that moves the money."""

    kind: JournalKind
    clause: str
    legs: tuple[Leg, ...]


class MovementKind(StrEnum):
    """Money that moves outside, through a counterparty."""

    CAPTURE = "capture"
    BUY = "buy"
    REFUND = "refund"


class MovementState(StrEnum):
    """Whether a movement's outcome is known."""

    SENT = "sent"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """An intent to move money outside, known to the counterparty by our `reference`.

    `original` is the captured movement that a refund gives back.
    """

    reference: MovementRef
    kind: MovementKind
    amount: Money
    payment_method: str = ""
    original: MovementRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Where the order amount came from, so that refunds can go back there."""

    from_deposit: Money
    from_institution: Money
    capture: MovementRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the ledger knows of a subject at the moment of a transition, under its lock.

    `held` gives, per kind of `HELD_FOR_A_SUBJECT`, what is owed there (not negative).
    `movement` is the one that the command's outcome answers, if it answers one.
    """

    subject: SubjectId
    sequence: int
    fee_rate: Fraction
    client: PartyId
    provider: PartyId | None = None
    request: Request | None = None
    lines: tuple[Line, ...] = ()
    paid: Paid | None = None
    held: Mapping[AccountKind, Money] = field(default_factory=dict)
    movement: Movement | None = None

    @property
    def reference(self) -> MovementRef:
        """Our reference for a movement that this transition intends."""
        return MovementRef(f"{self.subject}/{self.sequence}")

    @property
    def deposit(self) -> Account:
        """The client's deposit."""
        return Account(AccountKind.DEPOSIT, self.client)

    def own(self, kind: AccountKind) -> Account:
        """The subject's own account of a kind."""
        return Account(kind, self.subject)

    def holds(self, kind: AccountKind) -> Money:
        """What the subject's own account of a kind owes now."""
        return self.held.get(kind, ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The known outcome of a movement."""

    reference: MovementRef
    state: MovementState
    external_ref: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """All that a transition writes to the books beside itself."""

    journals: tuple[Journal, ...] = ()
    lines: tuple[Line, ...] = ()
    fee: Fee | None = None
    paid: Paid | None = None
    intends: Movement | None = None
    settles: Settled | None = None
    opens_refund: bool = False


Template = Callable[[Book, Command], Effects]
"""A posting template.

Raises:
    Refused: the books forbid the command; nothing is written.
"""
