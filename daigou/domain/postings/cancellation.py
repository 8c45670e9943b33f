"""Owns the money of a cancellation: what the seller paid back, what it cost, and the client's rest.

The seller's money waits in escrow until the provider settles. Costs and penalties are the client's
(PSR-12-4, PSR-12-5): they come out of the escrow, and beyond it from the deposit or as a debt.
Third-party lines are never touched (PSR-7).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from daigou.domain.book import (
    Account,
    AccountKind,
    Book,
    Effects,
    Journal,
    JournalKind,
    Paid,
)
from daigou.domain.commands import (
    CaseRefund,
    Command,
    FeeChoice,
    Line,
    LineCode,
    SettleCancellation,
)
from daigou.domain.facts import PAST_CUSTOMS
from daigou.domain.ids import PartyId
from daigou.domain.money import ZERO, Money
from daigou.domain.postings.earning import earned, unearned
from daigou.domain.postings.legs import expect, legs, move, order_of
from daigou.domain.postings.refunds import give_back, seller_paid_back

AGREED = "PSR-12-1-B"


def keep_seller_refund(book: Book, command: Command) -> Effects:
    """What the seller paid back waits in escrow for the settlement (PSR-12-1-B)."""
    refund = expect(command, CaseRefund)
    return Effects(journals=seller_paid_back(book, refund.amount, clause=AGREED))


def pass_on_late_refund(book: Book, command: Command) -> Effects:
    """What the seller pays back after the settlement pays the debt it left, as far as no recharge
    has paid that since; the rest goes back."""
    amount = expect(command, CaseRefund).amount
    owed = min(amount, book.put_into(book.receivable), book.client_owes)
    back = give_back(book, escrow=amount - owed, fees=ZERO, clause=AGREED)
    return replace(
        back,
        journals=(
            *seller_paid_back(book, amount, clause=AGREED),
            *move(
                JournalKind.DEBT_PAID,
                "PSR-12-4",
                book.own(AccountKind.ESCROW),
                book.receivable,
                owed,
            ),
            *back.journals,
        ),
    )


def hand_refund_to_provider(book: Book, command: Command) -> Effects:
    """The case came to nothing: the provider gives the seller back what it had paid (PSR-12-7)."""
    _, provider = order_of(book)
    facts = book.facts
    received = facts.case.received if facts.case else ZERO
    past_customs = any(parcel.state in PAST_CUSTOMS for parcel in facts.parcels)
    return Effects(
        journals=move(
            JournalKind.REFUND_RETURNED,
            "PSR-12-7" if past_customs else AGREED,
            book.own(AccountKind.ESCROW),
            Account(AccountKind.PROVIDER, provider),
            received,
        )
    )


def settle_from_deposit(book: Book, command: Command) -> Effects:
    """The settlement; what the costs exceed is taken from the deposit (PSR-12-4, UA-1-8)."""
    return _settled(book, command, debtor=book.deposit)


def settle_as_debt(book: Book, command: Command) -> Effects:
    """The settlement; what the costs exceed becomes the client's debt (PSR-12-4)."""
    return _settled(book, command, debtor=book.receivable)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Charge:
    """A cost or penalty: the line that shows it, and where it goes."""

    line: Line
    clause: str
    payee: Account


def _settled(book: Book, command: Command, *, debtor: Account) -> Effects:
    held = book.holds(AccountKind.ESCROW)
    costs: list[Journal] = []
    left, debt = held, ZERO
    charges = tuple(_charges(book, command))
    for charge in charges:
        covered = min(left, charge.line.amount)
        beyond = charge.line.amount - covered
        left, debt = left - covered, debt + beyond
        costs.append(
            Journal(
                kind=JournalKind.COSTS,
                clause=charge.clause,
                legs=legs(
                    (book.own(AccountKind.ESCROW), covered),
                    (debtor, beyond),
                    (charge.payee, -charge.line.amount),
                ),
            )
        )
    kept = not (isinstance(command, SettleCancellation) and command.fee == FeeChoice.WAIVED)
    fees, fee_journals = (ZERO, earned(book, clause="PSR-12-3")) if kept else _waived(book)
    back = give_back(book, escrow=left, fees=fees, clause=AGREED if _is_bought(book) else _NOT_YET)
    given_back = (*fee_journals, *back.journals)
    return replace(
        back,
        # A waived fee comes back first: the deposit may pay with it what the costs exceed.
        journals=(*costs, *given_back) if kept else (*given_back, *costs),
        lines=tuple(charge.line for charge in charges),
        paid=Paid(from_deposit=debt) if debt and debtor == book.deposit else None,
        frees_coupons=not kept,
    )


_NOT_YET = "PSR-12-1-A"


def _is_bought(book: Book) -> bool:
    return book.facts.case is not None and bool(book.facts.case.received)


def _waived(book: Book) -> tuple[Money, tuple[Journal, ...]]:
    """The fee that goes back, and how what the provider and its promoter earned of it returns."""
    held = book.holds(AccountKind.FEE_HELD)
    return held + book.fee_earned, unearned(book, book.fee_earned, clause="PSR-12-3")


def _charges(book: Book, command: Command) -> Iterator[_Charge]:
    _, provider = order_of(book)
    penalty = book.facts.case.penalty if book.facts.case else ZERO
    if penalty:
        yield _charge(
            book, LineCode.SELLER_PENALTY, "the seller's penalty", penalty, provider, "PSR-12-5"
        )
    if isinstance(command, SettleCancellation):
        for cost in command.costs:
            yield _charge(
                book,
                LineCode.CANCELLATION_COST,
                f"{cost.cost} of the cancellation",
                cost.amount,
                cost.payee,
                "PSR-12-4",
            )


def _charge(
    book: Book, code: LineCode, label: str, amount: Money, payee: PartyId, clause: str
) -> _Charge:
    kind = AccountKind.PROVIDER if payee == book.provider else AccountKind.THIRD_PARTY
    return _Charge(
        line=Line(code=code, label=label, amount=amount, collector=payee),
        clause=clause,
        payee=Account(kind, payee),
    )
