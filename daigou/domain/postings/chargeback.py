"""Owns the money of a chargeback: what the institution took back is owed, and paid once (PSR-22).

The debt stands on an account of the chargeback's own. Whatever pays it stands against it there: the
client, its deposit, its order's money, its goods, a provider who was at fault.
"""

from dataclasses import replace

from daigou.domain.book import (
    INSTITUTION,
    Account,
    AccountKind,
    Book,
    Effects,
    Freezing,
    Journal,
    JournalKind,
    Movement,
    MovementKind,
    MovementState,
)
from daigou.domain.commands import (
    Block,
    Command,
    FreezeReason,
    PayChargeback,
    ReportChargeback,
)
from daigou.domain.money import ZERO, Money
from daigou.domain.postings.freezing import of_reason
from daigou.domain.postings.legs import answered, expect, legs, move, settled
from daigou.domain.refusals import RefusalCode, Refused


def take_back(book: Book, command: Command) -> Effects:
    """The institution took the money back: it is owed (PSR-22-1).

    Raises:
        Refused: there is no such payment, or so much of it was refunded or charged back before.
    """
    said = expect(command, ReportChargeback)
    left = {each.reference: each.kept for each in book.captured}
    if said.payment not in left:
        detail = f"{said.payment} is no payment of {said.order} through the institution"
        raise Refused(RefusalCode.WRONG_REFERENCE, "PSR-22-1", detail)
    if not ZERO < said.amount <= left[said.payment]:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-22-1",
            f"of {said.payment} {left[said.payment]} were neither refunded nor charged back before,"
            f" not {said.amount}",
        )
    return Effects(
        journals=move(JournalKind.CHARGEBACK, "PSR-22-1", _debt(book), INSTITUTION, said.amount)
    )


def take_back_and_freeze(book: Book, command: Command) -> Effects:
    """And the account is frozen with the demand: the providers asked for that beforehand."""
    return replace(take_back(book, command), freezes=(of_reason(FreezeReason.CHARGEBACK),))


def freeze_for_debt(book: Book, command: Command) -> Effects:
    """The provider has the account frozen (PSR-22-1).

    Raises:
        Refused: it is frozen for this chargeback already.
    """
    if book.personal.frozen:
        raise Refused(
            RefusalCode.ALREADY_RECORDED, "PSR-22-1", "the account is frozen for this already"
        )
    return Effects(freezes=(of_reason(FreezeReason.CHARGEBACK),))


def pay_debt_from_deposit(book: Book, command: Command) -> Effects:
    """The client pays the debt from its deposit; that much the freeze lets through."""
    paid = _whole(book, command)
    return Effects(journals=_paid(book, deposit=paid.from_deposit), lifts=True)


def reserve_debt_payment(book: Book, command: Command) -> Effects:
    """The deposit's part is set aside, the institution's is to be captured."""
    paid = _whole(book, command)
    return Effects(
        journals=move(
            JournalKind.CHARGEBACK_PAID,
            "PSR-22-1",
            book.deposit,
            book.own(AccountKind.PAYMENT_RESERVED),
            paid.from_deposit,
        ),
        intends=Movement(
            reference=book.reference,
            kind=MovementKind.CAPTURE,
            amount=paid.from_institution,
            payment_method=paid.payment_method,
        ),
    )


def confirm_debt_payment(book: Book, command: Command) -> Effects:
    """The capture succeeded: the debt is paid; what it does not need any more is the deposit's."""
    movement = answered(book, command)
    return Effects(
        journals=_paid(
            book,
            reserved=book.holds(AccountKind.PAYMENT_RESERVED),
            captured=movement.amount,
        ),
        settles=settled(command, MovementState.DONE),
        lifts=True,
    )


def release_debt_payment(book: Book, command: Command) -> Effects:
    """The capture was declined: the deposit has its part again."""
    answered(book, command)
    return Effects(
        journals=move(
            JournalKind.CHARGEBACK_PAID,
            "PSR-22-1",
            book.own(AccountKind.PAYMENT_RESERVED),
            book.deposit,
            book.holds(AccountKind.PAYMENT_RESERVED),
        ),
        settles=settled(command, MovementState.FAILED),
    )


def release_debt_payment_of_nothing(book: Book, command: Command) -> Effects:
    """The capture was declined, and nothing is owed any more.

    Raises:
        Refused: something is owed yet.
    """
    nothing_is_owed(book, command)
    return replace(release_debt_payment(book, command), lifts=True)


def offset_whole(book: Book, command: Command) -> Effects:
    """The whole debt is taken from the deposit, despite the freeze (PSR-22-2).

    Raises:
        Refused: the deposit does not cover it.
    """
    if book.personal.balance < book.owed:
        raise Refused(
            RefusalCode.DEPOSIT_TOO_SMALL,
            "PSR-22-3",
            f"the deposit holds {book.personal.balance}, {book.owed} are owed",
        )
    return Effects(journals=_offset(book, book.owed, clause="PSR-22-2"), lifts=True)


def offset_part(book: Book, command: Command) -> Effects:
    """What there is is taken; no service is rendered until the rest is paid (PSR-22-3)."""
    service = Freezing(
        reason=FreezeReason.CHARGEBACK, clause="PSR-22-3", blocks=frozenset({Block.SERVICE})
    )
    held = () if book.personal.frozen else (of_reason(FreezeReason.CHARGEBACK),)
    return Effects(
        journals=_offset(book, book.personal.balance, clause="PSR-22-3"),
        freezes=(*held, service),
    )


def collect(book: Book, command: Command) -> Effects:
    """What has come into the deposit since is taken for the debt (PSR-22-3, UA-1-19)."""
    return Effects(journals=_offset(book, min(book.personal.balance, book.owed), clause="UA-1-19"))


def nothing_is_owed(book: Book, command: Command) -> Effects:
    """The debt was paid by what its order gave back (PSR-22-1).

    Raises:
        Refused: something is owed yet.
    """
    if book.owed:
        raise Refused(RefusalCode.DEPOSIT_TOO_SMALL, "PSR-22-1", f"{book.owed} are still owed")
    return Effects(lifts=True)


def bear_loss(book: Book, command: Command) -> Effects:
    """The client had just cause: what its order does not hold any more, the provider owes, in whose
    fault the cause lies (PSR-22-4, PSR-24)."""
    return _bear(book, max(ZERO, book.owed - book.order_holds))


def bear_rest(book: Book, command: Command) -> Effects:
    """It stays so: the provider owes all of it. What its order still holds pays the provider once
    it is given back (PSR-22-4)."""
    return _bear(book, book.owed)


def give_taken_back(book: Book, command: Command) -> Effects:
    """The institution decided for us and gave the money back: who had paid the debt meanwhile gets
    exactly that again (PSR-22-1)."""
    amount = _charged_back(book)
    borne = _borne(book)
    won = Journal(
        kind=JournalKind.CHARGEBACK_WON,
        clause="PSR-22-1",
        legs=legs(
            (INSTITUTION, amount),
            (_debt(book), -book.owed),
            (book.providers_debt, -borne),
            (book.deposit, book.owed + borne - amount),
        ),
    )
    return Effects(journals=(won,), lifts=True)


def _offset(book: Book, amount: Money, *, clause: str) -> tuple[Journal, ...]:
    return move(JournalKind.OFFSET, clause, book.deposit, _debt(book), min(amount, book.owed))


def _paid(
    book: Book, *, deposit: Money = ZERO, reserved: Money = ZERO, captured: Money = ZERO
) -> tuple[Journal, ...]:
    whole = deposit + reserved + captured
    debt = min(whole, book.owed)
    paid = Journal(
        kind=JournalKind.CHARGEBACK_PAID,
        clause="PSR-22-1",
        legs=legs(
            (book.own(AccountKind.PAYMENT_RESERVED), reserved),
            (INSTITUTION, captured),
            (_debt(book), -debt),
            (book.deposit, deposit - (whole - debt)),
        ),
    )
    return (paid,) if paid.legs else ()


def _whole(book: Book, command: Command) -> PayChargeback:
    """The payment, which is the whole of what is owed.

    Raises:
        Refused: it is not, or nothing is owed any more.
    """
    pay = expect(command, PayChargeback)
    if not book.owed:
        raise Refused(RefusalCode.NOTHING_TO_PAY, "PSR-22-1", "nothing is owed any more")
    if pay.from_deposit + pay.from_institution != book.owed:
        raise Refused(
            RefusalCode.PART_PAYMENT,
            "PSR-22-1",
            f"{book.owed} are owed; {pay.from_deposit} from the deposit and "
            f"{pay.from_institution} from the institution do not make it up exactly",
        )
    return pay


def _charged_back(book: Book) -> Money:
    if book.facts.chargeback is None:
        raise TypeError(f"{book.subject} is no chargeback")
    return book.facts.chargeback.amount


def _debt(book: Book) -> Account:
    return book.own(AccountKind.CHARGED_BACK)


def _bear(book: Book, amount: Money) -> Effects:
    if book.provider is None:
        raise TypeError(f"{book.subject} is about no order")
    return Effects(
        journals=move(
            JournalKind.CHARGEBACK_BORNE, "PSR-22-4", book.providers_debt, _debt(book), amount
        ),
        lifts=True,
    )


def _borne(book: Book) -> Money:
    """What the provider bears of it: what is neither owed nor given back by its order."""
    dispute = book.dispute
    return dispute.to_return - book.owed if dispute and dispute.just else ZERO
