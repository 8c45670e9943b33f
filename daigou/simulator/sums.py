"""Owns the sums that orders are reckoned in, in plain fen: what they must come to, what was paid
and went back, and what was charged back."""

from dataclasses import dataclass

from daigou.domain.order import State

BROKERAGE_PERCENT = 10
"""What the promoters of this world get of a provider's fees."""
STORAGE_PERIOD_FEN = 30_00
"""What the storages charge for each parcel and period beyond the free days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedBack:
    """What became of an order's payments that the client had charged back, in fen.

    `taken` is what the institution took back, `won` what it gave back since. Of the rest the client
    `paid` some, its deposit was `offset` against some, its order gave some back (`returned`), its
    goods fetched `sold`; some is `owed` yet, or `borne` by the provider.
    """

    taken: int = 0
    won: int = 0
    paid: int = 0
    offset: int = 0
    returned: int = 0
    sold: int = 0
    owed: int = 0
    borne: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an order must come to, in fen. `deposit_change` is what the client's deposit gains.

    `refunds` are the ends of the refunds through the institution, one each; `at_seller` is what the
    seller keeps, less what it paid for a return; `brokerage` is what the promoter gets of the fee,
    `coupon` what the platform gives, `debt` what the client still owes, `compensated` what the
    provider paid for the client's claims, `tipped` what it has of the client's tips. `withdrawn` is
    what was paid out of the deposit, `passed_on` what went from there to whom a contract was broken
    with.
    """

    state: State
    collected: int
    refunded: int
    fee: int
    deposit_change: int
    at_seller: int = 0
    brokerage: int = 0
    coupon: int = 0
    debt: int = 0
    compensated: int = 0
    tipped: int = 0
    withdrawn: int = 0
    passed_on: int = 0
    charged_back: ChargedBack = ChargedBack()
    refunds: tuple[State, ...] = ()


@dataclass(slots=True, kw_only=True)
class Payment:
    """A part that the institution captured, and how much of it was not given back."""

    method: str
    whole: int
    left: int


@dataclass(slots=True, kw_only=True)
class Refund:
    """Money on its way back through the institution; `end` is None until it is known."""

    amount: int
    method: str
    end: State | None = None


@dataclass(slots=True, kw_only=True)
class Dispute:
    """A payment that was charged back, or a part of it.

    `owing` says that the deposit did not cover it, so that whatever comes in pays it. `returned` is
    what its order gave back of it all the same, `borne` what its provider bears.
    """

    fen: int
    payment: Payment
    owed: int
    owing: bool = False
    returned: int = 0
    borne: int = 0
    just: bool = False
    won: bool = False

    def pay(self, most: int) -> int:
        """So much pays the debt at the most: what it needs."""
        share = min(most, self.owed)
        self.owed -= share
        return share

    def give_back(self, most: int) -> tuple[int, int]:
        """Its order gives back so much at the most: how much of that is the dispute's, and how much
        of this is the deposit's."""
        share = 0 if self.won else min(most, self.fen - self.returned)
        self.returned += share
        beyond = share - self.pay(share)
        if self.just:
            self.borne -= beyond
            beyond = 0
        return share, beyond
