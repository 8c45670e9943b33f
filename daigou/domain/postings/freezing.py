"""Owns what a freeze does to the books: it is placed and lifted, and a broken contract is paid."""

from daigou.domain.book import Account, AccountKind, Book, Effects, Freezing, JournalKind
from daigou.domain.commands import Block, Command, FreezeReason, PlaceFreeze
from daigou.domain.freezes import EVERYTHING, FREEZES, blocked_by
from daigou.domain.postings.legs import expect, move
from daigou.domain.refusals import RefusalCode, Refused


def place(book: Book, command: Command) -> Effects:
    """The account is frozen for what the command says (UA-1-2, UA-1-9, UA-4-5)."""
    asked = expect(command, PlaceFreeze)
    return Effects(
        freezes=(
            Freezing(
                reason=asked.reason,
                clause=FREEZES[asked.reason].clause,
                blocks=blocked_by(asked),
            ),
        )
    )


def lift(book: Book, command: Command) -> Effects:
    """What this freeze forbade is free again, as far as no other freeze forbids it."""
    return Effects(lifts=True)


def freeze_if_inactive(book: Book, command: Command) -> Effects:
    """An account of which nothing was heard since it was warned is frozen (UA-1-15).

    Raises:
        Refused: the client has done something meanwhile.
    """
    freeze = book.facts.freeze
    since = freeze.inactive_since if freeze else None
    last = book.personal.last_act
    if last is not None and (since is None or last > since):
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "UA-1-15",
            f"the client was active again at {last.isoformat()}",
        )
    return Effects(freezes=(of_reason(FreezeReason.INACTIVITY),))


def cancel_account(book: Book, command: Command) -> Effects:
    """Nobody asked for the account: nothing new is done with it, but its balance may be fetched
    (UA-1-15)."""
    cancelled = Freezing(
        reason=FreezeReason.INACTIVITY,
        clause="UA-1-15",
        blocks=EVERYTHING - {Block.WITHDRAWAL},
    )
    return Effects(lifts=True, freezes=(cancelled,))


def transfer_to_provider(book: Book, command: Command) -> Effects:
    """What the client broke is paid from its deposit, as far as that goes (UA-4-5)."""
    freeze = book.facts.freeze
    if freeze is None:
        raise TypeError(f"{book.subject} is no freeze")
    return Effects(
        journals=move(
            JournalKind.RESTRICTION_TRANSFERRED,
            "UA-4-5",
            book.deposit,
            _creditor(book),
            min(freeze.amount, book.personal.balance),
        ),
        lifts=True,
    )


def of_reason(reason: FreezeReason) -> Freezing:
    """A freeze of all that a reason can forbid."""
    rule = FREEZES[reason]
    return Freezing(reason=reason, clause=rule.clause, blocks=rule.blocks)


def _creditor(book: Book) -> Account:
    if not book.provider:
        raise TypeError(f"{book.subject} was asked for by nobody")
    kind = AccountKind.PROVIDER if book.provider.startswith("prv_") else AccountKind.THIRD_PARTY
    return Account(kind, book.provider)
