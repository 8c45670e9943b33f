"""Owns what the ledger and the posting templates say to each other: accounts, journals, effects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from daigou.domain.commands import (
    Block,
    Command,
    FreezeReason,
    Grounds,
    Line,
    LineCode,
    Request,
    TipGrounds,
)
from daigou.domain.facts import Facts
from daigou.domain.ids import ChargebackId, CouponId, MovementRef, PartyId, SubjectId
from daigou.domain.money import ZERO, Fee, Money
from daigou.domain.terms import Limits


class AccountKind(StrEnum):
    """The ledger's accounts. All but cash and what the platform gave away are what it owes."""

    PAYMENT_INSTITUTION = "payment_institution"
    BANK = "bank"
    PROMOTION = "promotion"
    DEPOSIT = "deposit"
    PAYMENT_RESERVED = "payment_reserved"
    COUPON_RESERVED = "coupon_reserved"
    ESCROW = "escrow"
    FEE_HELD = "fee_held"
    SELLER_TRANSIT = "seller_transit"
    REFUND_TRANSIT = "refund_transit"
    THIRD_PARTY = "third_party"
    PROVIDER = "provider"
    PROMOTER = "promoter"
    RECEIVABLE = "receivable"
    WITHDRAWAL_TRANSIT = "withdrawal_transit"
    CHARGED_BACK = "charged_back"
    DISPOSAL = "disposal"
    TIP_HELD = "tip_held"


CASH_KINDS = frozenset({AccountKind.PAYMENT_INSTITUTION, AccountKind.BANK, AccountKind.PROMOTION})
"""Accounts with a debit balance and no floor; every other never owes less than nothing."""

OWED_TO_THE_PLATFORM = frozenset(
    {AccountKind.PROMOTION, AccountKind.RECEIVABLE, AccountKind.CHARGED_BACK}
)
"""Accounts that never stand below nothing on the debit side: no more comes back than went out."""

HELD_FOR_A_SUBJECT = (
    AccountKind.PAYMENT_RESERVED,
    AccountKind.COUPON_RESERVED,
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
PROMOTION = Account(AccountKind.PROMOTION)


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
    SELLER_REFUND = "seller_refund"
    REFUND = "refund"
    REFUND_PAID = "refund_paid"
    REFUND_CREDITED = "refund_credited"
    FEE_EARNED = "fee_earned"
    BROKERAGE = "brokerage"
    COSTS = "costs"
    COSTS_PASSED_ON = "costs_passed_on"
    DEBT_PAID = "debt_paid"
    REFUND_RETURNED = "refund_returned"
    STORAGE_CHARGE = "storage_charge"
    OFFSET = "offset"
    CHARGEBACK = "chargeback"
    COMPENSATION = "compensation"
    REFUND_DISPUTED = "refund_disputed"
    WITHDRAWAL_RESERVED = "withdrawal_reserved"
    WITHDRAWAL_PAID = "withdrawal_paid"
    WITHDRAWAL_RETURNED = "withdrawal_returned"
    RESTRICTION_TRANSFERRED = "restriction_transferred"
    CHARGEBACK_PAID = "chargeback_paid"
    CHARGEBACK_WON = "chargeback_won"
    CHARGEBACK_BORNE = "chargeback_borne"
    DISPOSAL = "disposal"
    TIP = "tip"
    TIP_REFUNDED = "tip_refunded"
    TIP_EARNED = "tip_earned"


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
    PAYOUT = "payout"


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
    """Where money for the order came from, so that refunds can go back there."""

    from_deposit: Money = ZERO
    from_institution: Money = ZERO
    from_coupons: Money = ZERO

    @property
    def whole(self) -> Money:
        """All of it."""
        return self.from_deposit + self.from_institution + self.from_coupons

    def __add__(self, other: "Paid") -> "Paid":
        return Paid(
            from_deposit=self.from_deposit + other.from_deposit,
            from_institution=self.from_institution + other.from_institution,
            from_coupons=self.from_coupons + other.from_coupons,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """A coupon that the command names, as the books hold it (UA-1-10).

    `usable` says that it is the client's own, in its time, and not redeemed yet.
    """

    id: CouponId
    amount: Money
    reduces: frozenset[LineCode]
    usable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """Money that the payment institution captured for the order, and how much of it went back: it
    was refunded, or charged back by the client (`disputed`). Of what was refunded, the institution
    could not pay `credited`: the deposit has it."""

    reference: MovementRef
    amount: Money
    refunded: Money
    credited: Money = ZERO
    disputed: Money = ZERO

    @property
    def left(self) -> Money:
        """What the client has not been given back."""
        return max(ZERO, self.amount - self.refunded - self.disputed)

    @property
    def kept(self) -> Money:
        """What the institution has not given back: so much can be charged back."""
        return self.amount - (self.refunded - self.credited) - self.disputed


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """A chargeback of one of the order's payments.

    `owed` is what the client still owes of it. `returned` is what the order gave back of the
    payment all the same: it paid the debt, or went to the deposit, or to the provider who bears it.
    `holds` says that it holds the order up, `won` that the institution gave the money back, `just`
    that the client had just cause: what is not owed of it any more, the provider bears.
    """

    chargeback: ChargebackId
    payment: MovementRef
    amount: Money
    owed: Money
    returned: Money
    holds: bool
    won: bool
    just: bool = False

    @property
    def weight(self) -> Money:
        """What of the payment cannot be refunded any more, nor charged back."""
        return self.returned if self.won else max(self.amount, self.returned)

    @property
    def to_return(self) -> Money:
        """What the order could still give back of it."""
        return ZERO if self.won else max(ZERO, self.amount - self.returned)

    @property
    def account(self) -> Account:
        """The account of the debt."""
        return Account(AccountKind.CHARGED_BACK, self.chargeback)


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What a client owes on an account that later money pays first."""

    account: Account
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Freezing:
    """A freeze of the client's deposit that a step places; the same subject lifts it."""

    reason: FreezeReason
    clause: str
    blocks: frozenset[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """So much of a disputed payment was given back by its order."""

    chargeback: ChargebackId
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """What the books know of the account of a client, at the moment of a step about it.

    `balance` is what the deposit holds, `debts` are paid from it first, the oldest first. `frozen`
    says that a freeze of this very subject is in force. `unfinished` names what still goes on:
    orders, refunds, claims, chargebacks, other freezes. `last_act` is when the client did
    something last.
    """

    balance: Money = ZERO
    debts: tuple[Debt, ...] = ()
    frozen: bool = False
    unfinished: tuple[str, ...] = ()
    last_act: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the ledger knows of a subject at the moment of a transition, under its lock.

    `held` gives, per kind of `HELD_FOR_A_SUBJECT`, what is owed there (not negative). `moved` gives
    what the subject's journals put into each account in all, debit positive. `fee_earned` is what
    the provider earned of the fees, brokerage included. `movement` is the one that the command's
    outcome answers, if it answers one. `lines` are the checkout's as they are now. `captured` is in
    the order of the payments. `brokerage_rate` is the one fixed at payment, or, before it, the one
    in force now; none where no promoter has a contract. `grounds` are those of a claim,
    `tip_grounds` those of a tip, as the books of its order have them now, and `limits` what the
    terms let a tip be. `disputes` are the chargebacks of the order that the subject is, or is
    about, itself among them; `order_holds` is what that order holds of what was collected, as long
    as nothing was bought with it. `personal` is what is known of the client's account, and
    `client_owes` what stands on its receivable, whichever of its orders left it.
    """

    subject: SubjectId
    sequence: int
    fee_rate: Fraction
    client: PartyId
    provider: PartyId | None = None
    storage: PartyId | None = None
    promoter: PartyId | None = None
    request: Request | None = None
    facts: Facts = field(default_factory=Facts)
    lines: tuple[Line, ...] = ()
    paid: Paid | None = None
    captured: tuple[Captured, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    coupons_reduce: frozenset[str] = frozenset()
    storage_charge: Money = ZERO
    brokerage_rate: Fraction | None = None
    held: Mapping[AccountKind, Money] = field(default_factory=dict)
    moved: Mapping[Account, Money] = field(default_factory=dict)
    fee_earned: Money = ZERO
    movement: Movement | None = None
    grounds: Grounds | None = None
    disputes: tuple[Disputed, ...] = ()
    personal: Personal = field(default_factory=Personal)
    order_holds: Money = ZERO
    tip_grounds: TipGrounds | None = None
    limits: Limits | None = None
    client_owes: Money = ZERO

    @property
    def reference(self) -> MovementRef:
        """Our reference for the first movement that this transition intends."""
        return self.nth_reference(1)

    def nth_reference(self, number: int) -> MovementRef:
        """Our reference for one of several movements of this transition, counted from 1."""
        first = f"{self.subject}/{self.sequence}"
        return MovementRef(first if number == 1 else f"{first}.{number}")

    @property
    def deposit(self) -> Account:
        """The client's deposit."""
        return Account(AccountKind.DEPOSIT, self.client)

    @property
    def receivable(self) -> Account:
        """What the client owes."""
        return Account(AccountKind.RECEIVABLE, self.client)

    @property
    def providers_debt(self) -> Account:
        """What the provider owes."""
        return Account(AccountKind.RECEIVABLE, self.provider or "")

    @property
    def dispute(self) -> Disputed | None:
        """The chargeback that the subject is; none if it is no chargeback, or a new one."""
        debt = self.own(AccountKind.CHARGED_BACK)
        return next((each for each in self.disputes if each.account == debt), None)

    @property
    def owed(self) -> Money:
        """What is owed of this chargeback."""
        return ZERO - self.held.get(AccountKind.CHARGED_BACK, ZERO)

    def own(self, kind: AccountKind) -> Account:
        """The subject's own account of a kind."""
        return Account(kind, self.subject)

    def holds(self, kind: AccountKind) -> Money:
        """What the subject's own account of a kind owes now."""
        return self.held.get(kind, ZERO)

    def put_into(self, account: Account) -> Money:
        """What the subject's journals put into an account in all, debit positive."""
        return self.moved.get(account, ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The known outcome of a movement."""

    reference: MovementRef
    state: MovementState
    external_ref: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """All that a transition writes to the books beside itself.

    `lines` are added to the checkout; those for goods, freight and service fee take the place of
    the ones before. `paid` is added to what was paid before. `refunds` are movements outside, each
    with an axis of its own. `redeems` takes coupons, `frees_coupons` gives the order's back.
    `freezes` are placed, `lifts` lifts all that this subject placed. `returns` are shares of
    disputed payments that the order gave back.
    """

    journals: tuple[Journal, ...] = ()
    lines: tuple[Line, ...] = ()
    fee: Fee | None = None
    paid: Paid | None = None
    intends: Movement | None = None
    refunds: tuple[Movement, ...] = ()
    settles: Settled | None = None
    redeems: tuple[CouponId, ...] = ()
    frees_coupons: bool = False
    fixes_brokerage: Fraction | None = None
    freezes: tuple[Freezing, ...] = ()
    lifts: bool = False
    returns: tuple[Returned, ...] = ()


Template = Callable[[Book, Command], Effects]
"""A posting template.

Raises:
    Refused: the books forbid the command; nothing is written.
"""
