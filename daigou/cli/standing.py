"""The command that shows where the cases of an order stand: whose turn it is, until when, their
money, and what may be done next."""

from typing import TYPE_CHECKING

import typer

from daigou.cli.asking import AsJson, Order, answered, check_order, plain_console, print_table
from daigou.cli.common import GATEWAY, AppKey, AppSecret, Gateway, need_credentials
from daigou.cli.telling import (
    echo_json,
    may_follow,
    moment,
    print_next,
    print_sums,
    row_of,
    tell_turn,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from gateway.answers import CaseAnswer, DeadlinesAnswer, OrderAnswer
    from gateway.client import DaigouClient


def show_cases(
    order: Order,
    as_json: AsJson = False,
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Show every cancellation and dissolution of an order: where it stands, whose turn it is and
    until when, its money, and what may be done next."""
    need_credentials(app_key, app_secret, does="asks")
    check_order(order)

    async def ask(client: "DaigouClient") -> "tuple[OrderAnswer, DeadlinesAnswer]":
        return await client.order(order), await client.deadlines(order)

    seen, deadlines = answered(gateway, app_key, app_secret, ask, of=order)
    found = sorted((*seen.cancellations, *seen.dissolutions), key=lambda case: case.opened_at)
    if as_json:
        echo_json({"order_id": seen.id, "cases": [case.model_dump(mode="json") for case in found]})
        return
    held = "; its own deadlines stand still" if seen.held else ""
    typer.echo(f"{seen.id} is {seen.state}: {seen.says}{held}")
    if not found:
        typer.echo("It has no case.")
    for case in found:
        _print_case(plain_console(), case, deadlines)


def _print_case(console: "Console", case: "CaseAnswer", deadlines: "DeadlinesAnswer") -> None:
    from daigou.domain.lifecycle import TABLES

    table = TABLES[case.table]
    typer.echo(f"\n{table.name.capitalize()} {case.item}, asked for at {moment(case.opened_at)}")
    typer.echo(f"is {case.state}: {case.says}")
    tell_turn(case.next_actor, case.due_at, case.ended_at)
    for line in _grounds(case):
        typer.echo(line)
    typer.echo(f"its history in the Temporal UI: {case.workflow_id}")
    print_sums(console, _sums(case))
    running = [
        (moment(each.due_at), each.says, each.clause)
        for each in deadlines.data
        if each.item == case.item
    ]
    if running:
        print_table(console, title="Deadlines", heads=("at", "what", "clause"), rows=running)
    print_next(console, may_follow(table, case.state))


def _grounds(case: "CaseAnswer") -> "Iterator[str]":
    """What a dissolution rests on, and what it leaves to claim by."""
    from gateway.answers import DissolutionAnswer

    if not isinstance(case, DissolutionAnswer):
        return
    yield f"ground: {case.ground}; evidence: {', '.join(case.evidence)}"
    if case.late_evidence:
        yield f"evidence that came late: {', '.join(case.late_evidence)}"
    if case.remedy:
        yield f"the goods: {case.remedy}"
    if case.gives_claim:
        yield f"the client may claim by {case.gives_claim}"


def _sums(case: "CaseAnswer") -> "Iterator[tuple[str, str]]":
    from gateway.answers import CancellationAnswer, DissolutionAnswer

    yield from row_of("the seller pays back", case.expected)
    yield from row_of("of it has come", case.received)
    if isinstance(case, CancellationAnswer):
        yield from row_of("the seller charges", case.penalty)
    if isinstance(case, DissolutionAnswer):
        yield from row_of("the goods' way back cost", case.cost)
        yield from row_of("of it the seller paid", case.cost_paid)
