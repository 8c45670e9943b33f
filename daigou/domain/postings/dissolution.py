"""Owns the money of a dissolution: what the seller pays is the client's, in full (PSR-13-6)."""

from dataclasses import replace

from daigou.domain.book import BANK, Book, Effects, JournalKind
from daigou.domain.commands import CaseRefund, Command, ReturnCost
from daigou.domain.money import ZERO
from daigou.domain.postings.legs import expect, move
from daigou.domain.postings.refunds import give_back, seller_paid_back

_PASSED_ON = "PSR-13-6"


def pass_on_refund(book: Book, command: Command) -> Effects:
    """What the seller paid back goes on to where the client paid from, at once and in full."""
    amount = expect(command, CaseRefund).amount
    back = give_back(book, escrow=amount, fees=ZERO, clause=_PASSED_ON)
    return replace(
        back, journals=(*seller_paid_back(book, amount, clause=_PASSED_ON), *back.journals)
    )


def pass_on_return_cost(book: Book, command: Command) -> Effects:
    """What the seller paid for the return is in the client's deposit (PSR-13-5)."""
    return Effects(
        journals=move(
            JournalKind.COSTS_PASSED_ON,
            "PSR-13-5",
            BANK,
            book.deposit,
            expect(command, ReturnCost).amount,
        )
    )
