"""Owns how the simulated counterparties behave, chosen like test cards by token or offer id.

A payment method names what the institution does with a capture, and with refunds of it; the first
four digits of an offer id name what the seller does. `PAYMENT_METHODS` and `OFFER_BLOCKS` are the
whole list; `payment_method_table()` and `offer_table()` print it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from daigou.ports.counterparties import Standing

PENDING_ASKS = 2
"""How many times "pending" is answered before the outcome is known."""


class Loss(StrEnum):
    """What the network loses of the first call under a reference."""

    NOTHING = "nothing"
    ANSWER = "answer"
    CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """What a counterparty does with one of our references.

    `pending` counts the answers "pending" before the outcome; None: it stays pending until a
    person decides it.
    """

    outcome: Standing = Standing.DONE
    reason: str = ""
    pending: int | None = 0
    loses: Loss = Loss.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod:
    """A test card: what becomes of its captures, of the refunds of those, and of payouts to it."""

    says: str
    capture: Conduct = Conduct()
    refund: Conduct = Conduct()
    known: bool = True

    @property
    def payout(self) -> Conduct:
        """What becomes of money that is paid out to it: as of a refund, where there is such."""
        return self.refund if self.known else self.capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a seller asks: so many hundredths of the price that the goods had, and so much more in
    fen; of an offer whose seller `has_half`, for half of the pieces. The freight stays."""

    percent: int = 100
    more_fen: int = 0
    has_half: bool = False

    def pieces(self, quantity: int) -> int:
        """How many the seller has of so many; one at the least."""
        return max(1, quantity // 2) if self.has_half else quantity

    def goods(self, goods_fen: int, quantity: int) -> int:
        """What it asks for what it has, in fen, half a fen up."""
        of_all = quantity * 100
        asked = goods_fen * self.pieces(quantity) * self.percent
        return (2 * asked + of_all) // (2 * of_all) + self.more_fen


AS_AGREED = Asking()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferBlock:
    """A million fake offers that fare alike; `digits` begin each of their ids.

    `purchase` is how the first order of a subject fares, `later` how those after it do, if
    otherwise. `charges` is what an order that is sold costs, `offers` what the seller asks instead
    where it sells at another price only.
    """

    digits: str
    says: str
    purchase: Conduct = Conduct()
    later: Conduct | None = None
    charges: Asking = AS_AGREED
    offers: Asking = AS_AGREED
    delivers_elsewhere: bool = False

    def conduct(self, *, tried_before: bool) -> Conduct:
        """How an order fares, of a subject that ordered before or not."""
        return self.later if tried_before and self.later is not None else self.purchase

    def offer_id(self, index: int) -> str:
        """The block's offer of that index, 12 digits, e.g. `900200000007`.

        Raises:
            ValueError: the index is not below 100,000,000.
        """
        if not 0 <= index < 10**8:
            raise ValueError(f"offer index {index} does not fit into eight digits")
        return f"{self.digits}{index:08d}"


_REJECTED = Standing.REJECTED
_UNKNOWN_METHOD = PaymentMethod(
    says="any other token: declined",
    capture=Conduct(outcome=_REJECTED, reason="unknown_payment_method"),
    known=False,
)

PAYMENT_METHODS: Mapping[str, PaymentMethod] = MappingProxyType(
    {
        "pm_ok": PaymentMethod(says="captured and refunded at once"),
        "pm_declined": PaymentMethod(
            says="declined at once",
            capture=Conduct(outcome=_REJECTED, reason="declined_by_bank"),
        ),
        "pm_pending_then_ok": PaymentMethod(
            says="pending, then captured",
            capture=Conduct(pending=PENDING_ASKS),
        ),
        "pm_pending_then_declined": PaymentMethod(
            says="pending, then declined",
            capture=Conduct(outcome=_REJECTED, reason="declined_by_bank", pending=PENDING_ASKS),
        ),
        "pm_timeout_then_ok": PaymentMethod(
            says="money moved, the answer was lost; captured when asked",
            capture=Conduct(loses=Loss.ANSWER),
        ),
        "pm_timeout_then_declined": PaymentMethod(
            says="declined, the answer was lost; declined when asked",
            capture=Conduct(outcome=_REJECTED, reason="declined_by_bank", loses=Loss.ANSWER),
        ),
        "pm_timeout_then_unheard": PaymentMethod(
            says="the call itself was lost: never heard of when asked; works when tried again",
            capture=Conduct(loses=Loss.CALL),
        ),
        "pm_silent": PaymentMethod(
            says="pending until a person of the institution decides",
            capture=Conduct(pending=None),
        ),
        "pm_ok_refund_fails": PaymentMethod(
            says="captured; a refund is impossible (the account was closed)",
            refund=Conduct(outcome=_REJECTED, reason="account_closed"),
        ),
        "pm_ok_refund_pending": PaymentMethod(
            says="captured; a refund is pending, then paid",
            refund=Conduct(pending=PENDING_ASKS),
        ),
        "pm_ok_refund_timeout": PaymentMethod(
            says="captured; a refund is paid, but the answer is lost",
            refund=Conduct(loses=Loss.ANSWER),
        ),
        "pm_ok_refund_unheard": PaymentMethod(
            says="captured; the call for a refund is lost; works when tried again",
            refund=Conduct(loses=Loss.CALL),
        ),
        "pm_ok_refund_silent": PaymentMethod(
            says="captured; a refund is pending until a person of the institution decides",
            refund=Conduct(pending=None),
        ),
    }
)

NORMAL = OfferBlock(digits="9000", says="sold at once; so is every id that is not listed here")
SELLER_STOPPED = OfferBlock(
    digits="9001",
    says="the seller stopped selling",
    purchase=Conduct(outcome=_REJECTED, reason="seller_stopped"),
)
SOLD_OUT = OfferBlock(
    digits="9002", says="sold out", purchase=Conduct(outcome=_REJECTED, reason="sold_out")
)
PRICE_CHANGED = OfferBlock(
    digits="9003",
    says="the price changed",
    purchase=Conduct(outcome=_REJECTED, reason="price_changed"),
)
UNPAID_ONCE = OfferBlock(
    digits="9004",
    says="the seller is not paid at the first try; sold under a new reference",
    purchase=Conduct(outcome=Standing.FAILED, reason="seller_not_paid"),
    later=Conduct(),
)
TIMEOUT_BUT_BOUGHT = OfferBlock(
    digits="9005",
    says="sold, the answer was lost; sold when asked",
    purchase=Conduct(loses=Loss.ANSWER),
)
TIMEOUT_UNHEARD = OfferBlock(
    digits="9006",
    says="the order itself was lost: never heard of when asked; works when tried again",
    purchase=Conduct(loses=Loss.CALL),
)
PENDING_THEN_BOUGHT = OfferBlock(
    digits="9007", says="pending, then sold", purchase=Conduct(pending=PENDING_ASKS)
)
PENDING_THEN_SOLD_OUT = OfferBlock(
    digits="9008",
    says="pending, then sold out",
    purchase=Conduct(outcome=_REJECTED, reason="sold_out", pending=PENDING_ASKS),
)
SILENT = OfferBlock(
    digits="9009",
    says="pending until a person of the seller platform decides",
    purchase=Conduct(pending=None),
)
CHARGES_MORE = OfferBlock(
    digits="9010", says="sold, but ¥0.01 dearer than agreed", charges=Asking(more_fen=1)
)
DELIVERS_ELSEWHERE = OfferBlock(
    digits="9011", says="sold, but to another address than agreed", delivers_elsewhere=True
)

_REPRICED = Conduct(outcome=Standing.REPRICED, reason="price_changed")
SOLD_CHEAPER = OfferBlock(
    digits="9012", says="sold, a tenth cheaper than agreed", charges=Asking(percent=90)
)
CHEAPER = OfferBlock(
    digits="9013",
    says="now a tenth cheaper: asks for a new order, and sells",
    purchase=_REPRICED,
    later=Conduct(),
    offers=Asking(percent=90),
)
A_LITTLE_DEARER = OfferBlock(
    digits="9014",
    says="now 2 % dearer: asks for a new order, and sells",
    purchase=_REPRICED,
    later=Conduct(),
    offers=Asking(percent=102),
)
MUCH_DEARER = OfferBlock(
    digits="9015",
    says="now half as much again: asks for a new order, and sells",
    purchase=_REPRICED,
    later=Conduct(),
    offers=Asking(percent=150),
)
HALF_IN_STOCK = OfferBlock(
    digits="9016",
    says="has half of the pieces: asks for a new order, and sells those",
    purchase=Conduct(outcome=Standing.REPRICED, reason="too_few_in_stock"),
    later=Conduct(),
    offers=Asking(has_half=True),
)
HALF_AND_DEARER = OfferBlock(
    digits="9017",
    says="has half of the pieces, each four times as dear: asks for a new order, and sells those",
    purchase=Conduct(outcome=Standing.REPRICED, reason="too_few_in_stock"),
    later=Conduct(),
    offers=Asking(percent=400, has_half=True),
)
STOPS_AFTER_ADVANCE = OfferBlock(
    digits="9018",
    says="takes one order (an advance deposit), and stopped selling at the next",
    later=Conduct(outcome=_REJECTED, reason="seller_stopped"),
)

OFFER_BLOCKS: Mapping[str, OfferBlock] = MappingProxyType(
    {
        block.digits: block
        for block in (
            NORMAL,
            SELLER_STOPPED,
            SOLD_OUT,
            PRICE_CHANGED,
            UNPAID_ONCE,
            TIMEOUT_BUT_BOUGHT,
            TIMEOUT_UNHEARD,
            PENDING_THEN_BOUGHT,
            PENDING_THEN_SOLD_OUT,
            SILENT,
            CHARGES_MORE,
            DELIVERS_ELSEWHERE,
            SOLD_CHEAPER,
            CHEAPER,
            A_LITTLE_DEARER,
            MUCH_DEARER,
            HALF_IN_STOCK,
            HALF_AND_DEARER,
            STOPS_AFTER_ADVANCE,
        )
    }
)


def payment_method(token: str) -> PaymentMethod:
    """How the institution fares with a payment method; an unknown one is declined."""
    return PAYMENT_METHODS.get(token, _UNKNOWN_METHOD)


def offer_block(offer_id: str) -> OfferBlock:
    """How the seller of an offer fares; an offer of no block sells at once."""
    return OFFER_BLOCKS.get(offer_id[:4], NORMAL) if len(offer_id) == 12 else NORMAL


def payment_method_table() -> str:
    """The payment methods as a Markdown table, for the README."""
    rows = [(f"`{token}`", method.says) for token, method in PAYMENT_METHODS.items()]
    return _markdown(("payment method", "what the institution does"), rows)


def offer_table() -> str:
    """The blocks of offers as a Markdown table, for the README."""
    rows = [(f"`{block.offer_id(1)}`", block.says) for block in OFFER_BLOCKS.values()]
    return _markdown(("offer id, e.g.", "what the seller does"), rows)


def _markdown(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"| {left} | {right} |" for left, right in (head, ("---", "---"), *rows))
