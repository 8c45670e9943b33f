"""Owns the checkout: its lines, its fee, what of it is due, and what a changed price does to it."""

from dataclasses import dataclass

from daigou.domain.book import BANK, Account, AccountKind, Book, Effects
from daigou.domain.commands import Accept, Command, Line, LineCode
from daigou.domain.money import ZERO, Fee, Money, service_fee, total
from daigou.domain.postings.legs import expect, order_of

OF_THE_SELLER = frozenset({LineCode.GOODS, LineCode.FREIGHT})
COMPUTED = OF_THE_SELLER | {LineCode.SERVICE_FEE}
"""The lines that follow from the seller's price; all others are named at the acceptance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is to be paid, by where it goes; less than zero where more is held than is needed."""

    escrow: Money
    service_fee: Money
    other_fees: Money = ZERO
    third_parties: tuple[tuple[Account, Money], ...] = ()

    @property
    def fees(self) -> Money:
        """What of it the provider earns."""
        return self.service_fee + self.other_fees

    @property
    def whole(self) -> Money:
        """All of it."""
        return self.escrow + self.fees + total([amount for _, amount in self.third_parties])


def open_checkout(book: Book, command: Command) -> Effects:
    """Acceptance: every line with who collects it, the fee computed on the quote (PSR-6, 10-2)."""
    accepted = expect(command, Accept)
    lines, fee = priced(book, goods=book.facts.goods, freight=book.facts.freight)
    return Effects(lines=(*lines, *accepted.lines), fee=fee)


def priced(book: Book, *, goods: Money, freight: Money) -> tuple[tuple[Line, ...], Fee]:
    """The lines that follow from the seller's price, and the fee with all it was computed from."""
    request, provider = order_of(book)
    fee = service_fee(goods=goods, freight=freight, rate=book.fee_rate)
    amounts = (
        (LineCode.GOODS, request.title, goods),
        (LineCode.FREIGHT, "freight to the warehouse", freight),
        (LineCode.SERVICE_FEE, "order service fee", fee.amount),
    )
    return (
        tuple(
            Line(code=code, label=label, amount=amount, collector=provider)
            for code, label, amount in amounts
        ),
        fee,
    )


def repriced(book: Book, *, goods: Money, freight: Money) -> tuple[tuple[Line, ...], Fee, Due]:
    """The lines and the fee as `priced` has them, and what is due once they hold."""
    lines, fee = priced(book, goods=goods, freight=freight)
    return lines, fee, due(book, replaced(book.lines, lines))


def replaced(before: tuple[Line, ...], more: tuple[Line, ...]) -> tuple[Line, ...]:
    """The checkout's lines with more of them: those computed anew take the place of the old."""
    anew = {line.code for line in more} & COMPUTED
    return (*more, *(line for line in before if line.code not in anew)) if anew else before + more


def account_of(book: Book, line: Line) -> Account:
    """Where what is paid for a line goes."""
    if line.of_third_party:
        return Account(AccountKind.THIRD_PARTY, line.collector)
    if line.code in OF_THE_SELLER:
        return book.own(AccountKind.ESCROW)
    return book.own(AccountKind.FEE_HELD)


def due(book: Book, lines: tuple[Line, ...] | None = None) -> Due:
    """What is to be paid now for the checkout's lines, or for others in their place (PSR-2-2).

    Goods with an advance deposit are paid in two steps (PSR-15-2): the deposit and the fee on it
    first, then all that is left.
    """
    first = _first_step(book)
    if first and book.paid is None:
        return first
    lines = book.lines if lines is None else lines
    fees_held = book.holds(AccountKind.FEE_HELD)
    others = total([line.amount for line in lines if line.code == LineCode.OTHER_FEE])
    # The other fees are paid at once, with the first payment that is not for an advance deposit.
    others_paid = book.paid is not None and not (first and fees_held <= first.fees)
    others_due = ZERO if others_paid else others
    escrow, fees = book.own(AccountKind.ESCROW), book.own(AccountKind.FEE_HELD)
    needed: dict[Account, Money] = {escrow: ZERO, fees: ZERO}
    for line in lines:
        account = account_of(book, line)
        needed[account] = needed.get(account, ZERO) + line.amount
    on_hand = book.holds(AccountKind.ESCROW) + book.holds(AccountKind.SELLER_TRANSIT)
    return Due(
        escrow=needed.pop(escrow) - on_hand - paid_to_seller(book),
        service_fee=needed.pop(fees) - others_due - fees_held,
        other_fees=others_due,
        third_parties=tuple(
            (account, amount + book.put_into(account)) for account, amount in needed.items()
        ),
    )


def _first_step(book: Book) -> Due | None:
    """What is due first for goods with an advance deposit; none for others."""
    advance = book.facts.advance
    if advance is None:
        return None
    fee = service_fee(goods=advance.amount, freight=ZERO, rate=book.fee_rate)
    return Due(escrow=advance.amount, service_fee=fee.amount)


def paid_to_seller(book: Book) -> Money:
    """What has gone to the seller for this order, less what the seller paid back."""
    return -book.put_into(BANK)
