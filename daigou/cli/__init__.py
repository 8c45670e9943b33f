"""The command line: `daigou --help` lists what there is.

What a command needs is imported when it runs, so that help is quick and a production image does
not need the embedded servers.
"""

from typing import Any

import typer

from daigou.cli import (
    account_kinds,
    accounts,
    beside,
    books,
    cases,
    claims,
    duties,
    erasing,
    notices,
    orders,
    promoting,
    rates,
    registry,
    screening,
    servers,
    sweeps,
)
from daigou.cli.subjects import Standing, group_of

_KINDS: tuple[Standing[Any], ...] = (
    claims.Claims(),
    beside.Tips(),
    beside.Consultations(),
    account_kinds.Withdrawals(),
    account_kinds.Freezes(),
    account_kinds.Closures(),
    account_kinds.Chargebacks(),
)
"""The kinds of subjects that can be shown."""

app = typer.Typer(
    name="daigou",
    help="Purchasing-agent orders as durable workflows, exact to the fen.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)

app.command()(servers.up)
app.command()(servers.demo)
app.command()(orders.submit)
app.command()(servers.migrate)
app.command()(books.audit)
app.command()(duties.clauses)
app.command()(sweeps.sweep)
app.command()(sweeps.schedules)
app.command()(erasing.erase)
app.command()(notices.notices)
app.add_typer(accounts.accounts, name="account")
app.add_typer(cases.cases, name="case")
for _kind in _KINDS:
    app.add_typer(group_of(_kind), name=_kind.name)
app.add_typer(books.ledger, name="ledger")
app.add_typer(registry.applications, name="app")
app.add_typer(registry.parties, name="party")
app.add_typer(promoting.promoters, name="promoter")
app.command()(promoting.invitations)
app.add_typer(rates.rates, name="rates")
app.add_typer(screening.screening, name="screening")
app.add_typer(servers.setup, name="setup")
