"""Owns what claims do to the books: they are held against them, and what a provider pays is posted.

What logistics or a seller pays does not pass through the platform, and no journal tells of it.
"""

from daigou.domain.book import BANK, Book, Effects, JournalKind
from daigou.domain.claims import above_the_cap, faults_of
from daigou.domain.commands import Admit, Claim, Command, Compensation, Grounds, Opponent
from daigou.domain.postings.legs import expect, move
from daigou.domain.refusals import Refused


def hold_to_its_grounds(book: Book, command: Command) -> Effects:
    """A claim is made if the order gives it now, by the books, under the order's lock (PSR-25)."""
    if reasons := faults_of(expect(command, Claim), _grounds(book)):
        raise Refused.for_all(reasons)
    return Effects()


def hold_to_the_cap(book: Book, command: Command) -> Effects:
    """No more is admitted for a provider than it is liable for as the order is now (PSR-24)."""
    amount, claim = expect(command, Admit).amount, book.facts.claim
    if claim is not None and claim.against == Opponent.PROVIDER:
        for reason in above_the_cap(amount, _grounds(book)):
            raise Refused.for_all((reason,))
    return Effects()


def pay_compensation(book: Book, command: Command) -> Effects:
    """What the provider paid of what it admitted is in the client's deposit (PSR-24)."""
    paid = expect(command, Compensation).amount
    return Effects(journals=move(JournalKind.COMPENSATION, "PSR-24", BANK, book.deposit, paid))


def _grounds(book: Book) -> Grounds:
    if book.grounds is None:
        raise TypeError(f"{book.subject} is no claim")
    return book.grounds
