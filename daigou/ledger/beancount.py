"""Owns the ledger as a Beancount file, for whoever wants to check it with someone else's tool."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any, TextIO

from sqlalchemy import Connection, Engine, Result, TextClause, text

from daigou.domain.book import AccountKind
from daigou.ledger.failures import database_answers

ROWS_AT_ONCE = 2_000

_ROOTS = {
    AccountKind.PAYMENT_INSTITUTION: "Assets",
    AccountKind.BANK: "Assets",
    AccountKind.PROMOTION: "Expenses",
    AccountKind.RECEIVABLE: "Assets",
}
"""Where an account stands; all others are owed to someone."""


def export(engine: Engine, file: TextIO) -> None:
    """Writes the whole ledger, a transaction a journal, in yuan with two decimals.

    It streams: a ledger of any size takes the same memory. The last lines assert every balance.

    Raises:
        BooksUnavailableError: the database did not answer; the file is incomplete.
    """
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with database_answers(), snapshot.begin() as connection:
        # However long the file takes to be written, the database waits for it.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        for directive in _directives(connection):
            file.write(directive)


def account_name(account: str) -> str:
    """A ledger account's name in Beancount, e.g. `Liabilities:Deposit:Cli-anna`.

    Different accounts never share a name: after the id's prefix `_` becomes `-u` and `-` `-d`.
    """
    kind, _, owner = account.partition(":")
    root = _ROOTS.get(AccountKind(kind), "Liabilities")
    words = "".join(word.capitalize() for word in kind.split("_"))
    if not owner:
        return f"{root}:{words}"
    prefix, _, rest = owner.partition("_")
    return f"{root}:{words}:{prefix.capitalize()}-{rest.replace('-', '-d').replace('_', '-u')}"


def _directives(connection: Connection) -> Iterator[str]:
    first, last = connection.execute(_SPAN).one()
    yield 'option "title" "daigou"\noption "operating_currency" "CNY"\n\n'
    if first is None:
        return
    yield f"{first} commodity CNY\n\n"
    for account in _streamed(connection, _ACCOUNTS).scalars():
        yield f"{first} open {account_name(account)} CNY\n"
    legs = _streamed(connection, _LEGS)
    for _, journal in groupby(legs, key=lambda leg: (leg.subject, leg.sequence, leg.journal_no)):
        yield _transaction(list(journal))
    yield "\n"
    yield from _assertions(connection, last + timedelta(days=1))


def _streamed(connection: Connection, query: TextClause) -> Result[Any]:
    return connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE})


def _transaction(legs: list[Any]) -> str:
    head = legs[0]
    return "\n".join(
        (
            f'\n{head.day} * "{head.kind}"',
            f'  subject: "{head.subject}"',
            f"  sequence: {head.sequence}",
            f'  kind: "{head.kind}"',
            f'  clause: "{head.clause}"',
            *(f"  {account_name(leg.account)}  {_yuan(leg.amount)} CNY" for leg in legs),
            "",
        )
    )


def _assertions(connection: Connection, day: date) -> Iterator[str]:
    for row in _streamed(connection, _BALANCES):
        yield f"{day} balance {account_name(row.id)}  {_yuan(row.balance)} ~ 0.00 CNY\n"


def _yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}{yuan}.{rest:02d}"


_SPAN = text(
    "SELECT min((at AT TIME ZONE 'UTC')::date), max((at AT TIME ZONE 'UTC')::date) FROM journal"
)
_ACCOUNTS = text("SELECT id FROM account ORDER BY id")
_LEGS = text(
    """
    SELECT subject, sequence, journal_no, kind, clause, (at AT TIME ZONE 'UTC')::date AS day,
           account, amount
    FROM journal JOIN entry USING (subject, sequence, journal_no)
    ORDER BY subject, sequence, journal_no, leg_no
    """
)
_BALANCES = text(
    """
    SELECT a.id, coalesce(last.balance, 0) AS balance
    FROM account a LEFT JOIN LATERAL (
        SELECT balance FROM entry WHERE account = a.id ORDER BY entry_no DESC LIMIT 1
    ) AS last ON TRUE
    ORDER BY a.id
    """
)
