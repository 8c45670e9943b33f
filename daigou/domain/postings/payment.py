"""Owns the templates of payment: the whole of what is due, from deposit, institution and coupons.

A payment through the institution is reserved first; only what was captured is paid.
"""

from dataclasses import dataclass
from fractions import Fraction

from daigou.domain.book import (
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
    Paid,
)
from daigou.domain.commands import Command, LineCode, Pay
from daigou.domain.money import ZERO, Money
from daigou.domain.postings.checkout import Due, due
from daigou.domain.postings.legs import answered, expect, legs, settled
from daigou.domain.refusals import RefusalCode, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The accounts that a payment is taken from."""

    deposit: Account
    coupons: Account


def pay_from_deposit(book: Book, command: Command) -> Effects:
    """The whole of what is due from the deposit (PSR-2-2, UA-1-8), less coupons (UA-1-10)."""
    pay = expect(command, Pay)
    paid = _whole(book, pay)
    sides = Sides(deposit=book.deposit, coupons=PROMOTION)
    return Effects(
        journals=(payment(book, due(book), sides, paid),),
        paid=paid,
        redeems=pay.coupons,
        fixes_brokerage=_brokerage(book),
    )


def reserve_payment(book: Book, command: Command) -> Effects:
    """Deposit and coupons are set aside, the institution's part is to be captured (UA-1-8)."""
    pay = expect(command, Pay)
    paid = _whole(book, pay)
    reserved = Journal(
        kind=JournalKind.PAYMENT_RESERVED,
        clause="UA-1-8",
        legs=legs(
            (book.deposit, paid.from_deposit),
            (PROMOTION, paid.from_coupons),
            (book.own(AccountKind.PAYMENT_RESERVED), -paid.from_deposit),
            (book.own(AccountKind.COUPON_RESERVED), -paid.from_coupons),
        ),
    )
    return Effects(
        journals=(reserved,) if reserved.legs else (),
        redeems=pay.coupons,
        intends=Movement(
            reference=book.reference,
            kind=MovementKind.CAPTURE,
            amount=pay.from_institution,
            payment_method=pay.payment_method,
        ),
    )


def confirm_payment(book: Book, command: Command) -> Effects:
    """The capture succeeded: all that was paid goes to its lines (PSR-2-2)."""
    movement = answered(book, command)
    paid = Paid(
        from_deposit=book.holds(AccountKind.PAYMENT_RESERVED),
        from_institution=movement.amount,
        from_coupons=book.holds(AccountKind.COUPON_RESERVED),
    )
    sides = Sides(
        deposit=book.own(AccountKind.PAYMENT_RESERVED),
        coupons=book.own(AccountKind.COUPON_RESERVED),
    )
    return Effects(
        journals=(payment(book, due(book), sides, paid),),
        paid=paid,
        settles=settled(command, MovementState.DONE),
        fixes_brokerage=_brokerage(book),
    )


def release_payment(book: Book, command: Command) -> Effects:
    """The capture was declined: the deposit's part and the coupons are free again."""
    answered(book, command)
    deposit = book.holds(AccountKind.PAYMENT_RESERVED)
    coupons = book.holds(AccountKind.COUPON_RESERVED)
    released = Journal(
        kind=JournalKind.PAYMENT_RELEASED,
        clause="UA-1-8",
        legs=legs(
            (book.own(AccountKind.PAYMENT_RESERVED), deposit),
            (book.own(AccountKind.COUPON_RESERVED), coupons),
            (book.deposit, -deposit),
            (PROMOTION, -coupons),
        ),
    )
    return Effects(
        journals=(released,) if released.legs else (),
        settles=settled(command, MovementState.FAILED),
        frees_coupons=bool(coupons),
    )


def payment(book: Book, due_now: Due, sides: Sides, paid: Paid) -> Journal:
    """What was paid, to where it is due."""
    return Journal(
        kind=JournalKind.PAYMENT,
        clause="PSR-2-2",
        legs=legs(
            (sides.deposit, paid.from_deposit),
            (INSTITUTION, paid.from_institution),
            (sides.coupons, paid.from_coupons),
            (book.own(AccountKind.ESCROW), -due_now.escrow),
            (book.own(AccountKind.FEE_HELD), -due_now.fees),
            *((account, -amount) for account, amount in due_now.third_parties),
        ),
    )


def _brokerage(book: Book) -> Fraction | None:
    """The rate in force now; a contract made later earns nothing on this order (PSR-19)."""
    return (book.brokerage_rate or Fraction(0)) if book.promoter else None


def _whole(book: Book, pay: Pay) -> Paid:
    """Where the payment comes from.

    Raises:
        Refused: it is not the whole of what is due, or a coupon cannot reduce it.
    """
    due_now = due(book)
    coupons = _reduction(book, pay, due_now)
    paid = Paid(
        from_deposit=pay.from_deposit,
        from_institution=pay.from_institution,
        from_coupons=coupons,
    )
    if paid.whole != due_now.whole:
        less = f" less {coupons} by coupons" if coupons else ""
        raise Refused(
            RefusalCode.PART_PAYMENT,
            "PSR-2-2",
            f"{due_now.whole} is due{less}; {pay.from_deposit} from the deposit and "
            f"{pay.from_institution} from the institution do not make it up exactly",
        )
    return paid


def _reduction(book: Book, pay: Pay, due_now: Due) -> Money:
    """What the coupons take off: of the lines that they may reduce, and never more (UA-1-10)."""
    known = {coupon.id: coupon for coupon in book.coupons}
    fees = {LineCode.SERVICE_FEE: due_now.service_fee, LineCode.OTHER_FEE: due_now.other_fees}
    left = {code: amount for code, amount in fees.items() if code in book.coupons_reduce}
    whole = ZERO
    for named in pay.coupons:
        coupon = known.pop(named, None)
        if coupon is None or not coupon.usable:
            raise Refused(
                RefusalCode.COUPON_NOT_USABLE,
                "UA-1-10",
                f"the coupon {named} is not yours, not valid now, or was used before",
            )
        room = coupon.amount
        for code in sorted(coupon.reduces & set(left)):
            taken = min(room, left[code])
            left[code] -= taken
            room -= taken
        if room == coupon.amount:
            raise Refused(
                RefusalCode.COUPON_NOT_USABLE,
                "UA-1-10",
                f"the coupon {named} reduces no line of this checkout that is left to reduce",
            )
        whole += coupon.amount - room
    return whole
