"""Owns how money goes back to the client: to where it came from, once, and never more than came."""

from dataclasses import replace

from daigou.domain.book import (
    BANK,
    INSTITUTION,
    PROMOTION,
    Account,
    AccountKind,
    Book,
    Effects,
    Journal,
    JournalKind,
    Movement,
    MovementKind,
    MovementState,
    Returned,
)
from daigou.domain.commands import Command, LineCode, Outcome, Refuse, ReportUnrealizable
from daigou.domain.money import ZERO, Money, total
from daigou.domain.postings.checkout import account_of, paid_to_seller
from daigou.domain.postings.legs import answered, legs, move, order_of, settled
from daigou.domain.refusals import RefusalCode, Refused


def give_back(book: Book, *, escrow: Money, fees: Money, clause: str) -> Effects:
    """Gives back sums out of the escrow and the fees held.

    Fees that a coupon paid go back to the promotion: a coupon is never cashed (UA-1-10). Of the
    rest the deposit gets what it paid. What the client had charged back it has already: that share
    pays its debt, or goes to the deposit if it was paid (PSR-22-1), or to the provider who bears it
    (PSR-22-4). The rest goes back to the institution's captures, the latest first.
    """
    to_coupons = min(fees, book.put_into(PROMOTION))
    left = escrow + fees - to_coupons
    to_deposit = min(left, max(ZERO, _deposit_paid(book)))
    left -= to_deposit
    debts, returns = _of_disputes(book, left)
    disputed = total([each.amount for each in returns])
    left -= disputed
    refunds: list[Movement] = []
    for capture in reversed(book.captured):
        if share := min(left, capture.left):
            refunds.append(
                Movement(
                    reference=book.nth_reference(len(refunds) + 1),
                    kind=MovementKind.REFUND,
                    amount=share,
                    original=capture.reference,
                )
            )
            left -= share
    if left:
        raise ArithmeticError(f"{book.subject}: {left} would go back that was never paid")
    of_escrow = min(disputed, escrow)
    paid_debts = Journal(
        kind=JournalKind.REFUND_DISPUTED,
        clause="PSR-22-1",
        legs=legs(
            (book.own(AccountKind.ESCROW), of_escrow),
            (book.own(AccountKind.FEE_HELD), disputed - of_escrow),
            *((account, -paid) for account, paid in debts),
            (book.deposit, total([paid for _, paid in debts]) - disputed),
        ),
    )
    refund = Journal(
        kind=JournalKind.REFUND,
        clause=clause,
        legs=legs(
            (book.own(AccountKind.ESCROW), escrow - of_escrow),
            (book.own(AccountKind.FEE_HELD), fees - (disputed - of_escrow)),
            (book.deposit, -to_deposit),
            (PROMOTION, -to_coupons),
            (book.own(AccountKind.REFUND_TRANSIT), -total([each.amount for each in refunds])),
        ),
    )
    return Effects(
        journals=tuple(each for each in (paid_debts, refund) if each.legs),
        refunds=tuple(refunds),
        returns=returns,
    )


def refund_collected(book: Book, command: Command) -> Effects:
    """All that the provider collected goes back to where it came from (PSR-9, PSR-7).

    Third-party lines stay: the provider never held them. A price still on its way to the seller is
    taken back first, as is what the seller paid back of an advance deposit.
    """
    _must_be_paid(book)
    from_seller = _from_seller(book, command)
    on_the_way = book.holds(AccountKind.SELLER_TRANSIT)
    back = give_back(
        book,
        escrow=book.holds(AccountKind.ESCROW) + on_the_way + from_seller,
        fees=book.holds(AccountKind.FEE_HELD),
        clause="PSR-9",
    )
    settles = None
    if book.movement is not None and isinstance(command, Outcome):
        answered(book, command)
        settles = settled(command, MovementState.FAILED)
    return replace(
        back,
        journals=(
            *seller_paid_back(book, from_seller),
            *back_to_escrow(book),
            *back.journals,
        ),
        settles=settles,
        frees_coupons=True,
    )


def refund_less_costs(book: Book, command: Command) -> Effects:
    """The provider refuses a paid order: all goes back, less the client's own costs (PSR-15-5)."""
    _must_be_paid(book)
    costs = command.costs if isinstance(command, Refuse) else ()
    escrow, fees = book.holds(AccountKind.ESCROW), book.holds(AccountKind.FEE_HELD)
    whole = total([line.amount for line in costs])
    if whole > escrow:
        raise Refused(
            RefusalCode.LINE_NOT_ALLOWED,
            "PSR-15-5",
            f"costs of {whole} are more than the {escrow} held; claim what exceeds it",
        )
    _, provider = order_of(book)
    kept = Journal(
        kind=JournalKind.COSTS,
        clause="PSR-15-5",
        legs=legs(
            (book.own(AccountKind.ESCROW), whole),
            *(
                (
                    account_of(book, line)
                    if line.of_third_party
                    else Account(AccountKind.PROVIDER, provider),
                    -line.amount,
                )
                for line in costs
            ),
        ),
    )
    clause = "PSR-15-5" if costs else "PSR-3-2"
    back = give_back(book, escrow=escrow - whole, fees=fees, clause=clause)
    return replace(
        back,
        journals=(*((kept,) if kept.legs else ()), *back.journals),
        frees_coupons=True,
    )


def confirm_refund(book: Book, command: Command) -> Effects:
    """The institution paid the client back."""
    movement = answered(book, command)
    return Effects(
        journals=move(
            JournalKind.REFUND_PAID,
            "PSR-9",
            book.own(AccountKind.REFUND_TRANSIT),
            INSTITUTION,
            movement.amount,
        ),
        settles=settled(command, MovementState.DONE),
    )


def credit_refund(book: Book, command: Command) -> Effects:
    """The institution cannot pay the client back: its deposit takes the money."""
    movement = answered(book, command)
    return Effects(
        journals=move(
            JournalKind.REFUND_CREDITED,
            "PSR-9",
            book.own(AccountKind.REFUND_TRANSIT),
            book.deposit,
            movement.amount,
        ),
        settles=settled(command, MovementState.FAILED),
    )


def back_to_escrow(book: Book, amount: Money | None = None) -> tuple[Journal, ...]:
    """What was on its way to the seller, or so much of it, is in escrow again."""
    return move(
        JournalKind.PURCHASE_RELEASED,
        "PSR-9",
        book.own(AccountKind.SELLER_TRANSIT),
        book.own(AccountKind.ESCROW),
        book.holds(AccountKind.SELLER_TRANSIT) if amount is None else amount,
    )


def seller_paid_back(book: Book, amount: Money, *, clause: str = "PSR-9") -> tuple[Journal, ...]:
    """What the seller paid back is in escrow again."""
    return move(JournalKind.SELLER_REFUND, clause, BANK, book.own(AccountKind.ESCROW), amount)


def _deposit_paid(book: Book) -> Money:
    """What the deposit paid for the provider's lines and has not got back.

    The deposit pays the lines in the order of the checkout, the provider's first; what the storage
    charged later is gone. Refunds that were credited to the deposit instead came from captures.
    What the seller paid into it for a return (PSR-13-5) is no money of the order's; what it got
    of a disputed payment was a capture's.
    """
    charged = [line.amount for line in book.lines if line.code == LineCode.STORAGE_CHARGE]
    for_the_return = book.facts.case.cost_paid if book.facts.case else ZERO
    credited = total([each.credited for each in book.captured])
    put_in = credited + for_the_return + _of_disputes_in_deposit(book)
    return book.put_into(book.deposit) + put_in - total(charged)


def _of_disputes(
    book: Book, left: Money
) -> tuple[tuple[tuple[Account, Money], ...], tuple[Returned, ...]]:
    """What of a sum belongs to disputed payments: the debts that it pays, and each one's share."""
    debts: list[tuple[Account, Money]] = []
    returns: list[Returned] = []
    for dispute in book.disputes:
        if share := min(left, dispute.to_return):
            left -= share
            returns.append(Returned(chargeback=dispute.chargeback, amount=share))
            owed = min(share, dispute.owed)
            debts.append((dispute.account, owed))
            if dispute.just:
                debts.append((book.providers_debt, share - owed))
    return tuple(debts), tuple(returns)


def _of_disputes_in_deposit(book: Book) -> Money:
    """What the deposit got of disputed payments, beyond their debts and what the provider bears."""
    returned = total([each.returned for each in book.disputes])
    debts = total([book.put_into(each.account) for each in book.disputes])
    return returned + debts + book.put_into(book.providers_debt)


def _from_seller(book: Book, command: Command) -> Money:
    if not isinstance(command, ReportUnrealizable):
        return ZERO
    most = paid_to_seller(book)
    if command.seller_refund > most:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-9",
            f"the seller has {most} of this order and cannot have paid back "
            f"{command.seller_refund}",
        )
    return command.seller_refund


def _must_be_paid(book: Book) -> None:
    if book.paid is None:
        raise Refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-9", "nothing was paid for this order")
