"""The commands that show where a case or a claim stands: whose turn it is, until when, its money,
and what may be done next."""

from typing import TYPE_CHECKING, Annotated

import typer

from daigou.cli.asking import (
    AsJson,
    Order,
    answered,
    check_claim,
    check_order,
    plain_console,
    print_table,
)
from daigou.cli.common import GATEWAY, AppKey, AppSecret, Gateway, need_credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from rich.console import Console

    from daigou.domain.lifecycle.table import Situation, Table
    from daigou.domain.order import Role, State
    from gateway.answers import CaseAnswer, ClaimAnswer, DeadlinesAnswer, OrderAnswer
    from gateway.client import DaigouClient
    from gateway.wire import Sum

claims = typer.Typer(help="Claims for a loss: where they stand.", no_args_is_help=True)

Claim = Annotated[str, typer.Argument(metavar="CLAIM", help="The claim's id.")]


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
        _echo_json({"order_id": seen.id, "cases": [case.model_dump(mode="json") for case in found]})
        return
    held = "; its own deadlines stand still" if seen.held else ""
    typer.echo(f"{seen.id} is {seen.state}: {seen.says}{held}")
    if not found:
        typer.echo("It has no case.")
    for case in found:
        _print_case(plain_console(), case, deadlines)


@claims.command()
def show(
    claim: Claim,
    as_json: AsJson = False,
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Show a claim: where it stands, whose turn it is and until when, its money, and what may be
    done next."""
    need_credentials(app_key, app_secret, does="asks")
    check_claim(claim)

    async def ask(client: "DaigouClient") -> "ClaimAnswer":
        return await client.claim(claim)

    seen = answered(gateway, app_key, app_secret, ask, of=claim)
    if as_json:
        _echo_json(seen.model_dump(mode="json"))
        return
    _print_claim(plain_console(), seen)


# A case.


def _print_case(console: "Console", case: "CaseAnswer", deadlines: "DeadlinesAnswer") -> None:
    from daigou.domain.lifecycle import TABLES

    table = TABLES[case.table]
    typer.echo(f"\n{table.name.capitalize()} {case.item}, asked for at {_moment(case.opened_at)}")
    typer.echo(f"is {case.state}: {case.says}")
    _tell_turn(case.next_actor, case.due_at, case.ended_at)
    for line in _grounds(case):
        typer.echo(line)
    typer.echo(f"its history in the Temporal UI: {case.workflow_id}")
    if sums := list(_sums(case)):
        print_table(console, title="Its money", heads=("what", "sum"), rows=sums)
    running = [
        (_moment(each.due_at), each.says, each.clause)
        for each in deadlines.data
        if each.item == case.item
    ]
    if running:
        print_table(console, title="Deadlines", heads=("at", "what", "clause"), rows=running)
    _print_next(console, _may_follow(table, case.state))


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

    yield from _row("the seller pays back", case.expected)
    yield from _row("of it has come", case.received)
    if isinstance(case, CancellationAnswer):
        yield from _row("the seller charges", case.penalty)
    if isinstance(case, DissolutionAnswer):
        yield from _row("the goods' way back cost", case.cost)
        yield from _row("of it the seller paid", case.cost_paid)


def _row(what: str, amount: "Sum | None") -> "Iterator[tuple[str, str]]":
    if amount is not None:
        yield what, str(amount.money)


def _may_follow(table: "Table", state: "State") -> "Iterator[tuple[str, ...]]":
    """Who may do what from a state, by the table; a command's content is judged when it comes."""
    for trigger in table.commands:
        if rows := table.rows_from(state, trigger):
            roles = {role for row in rows for role in row.roles}
            yield _who(roles), trigger, table.triggers[trigger].says, rows[0].clause


# A claim.


def _print_claim(console: "Console", claim: "ClaimAnswer") -> None:
    typer.echo(f"{claim.id} on {claim.order_id}, made at {_moment(claim.made_at)}")
    typer.echo(f"against {claim.against} by {claim.basis}: {claim.basis_says}")
    typer.echo(f"is {claim.state}: {claim.says}")
    _tell_turn(claim.next_actor, claim.due_at, claim.ended_at)
    if claim.evidence:
        typer.echo(f"evidence: {', '.join(claim.evidence)}")
    typer.echo(f"its history in the Temporal UI: {claim.workflow_id}")
    paid = f"; paid as {claim.external_ref}" if claim.external_ref else ""
    rows = [(loss.head.replace("_", " "), str(loss.amount.money)) for loss in claim.losses]
    rows += [("asked in all", str(claim.asked.money))]
    rows += list(_row(f"admitted{paid}", claim.admitted))
    print_table(console, title="Its money", heads=("what", "sum"), rows=rows)
    _print_next(console, _may_be_done_with(claim))


def _may_be_done_with(claim: "ClaimAnswer") -> "Iterator[tuple[str, ...]]":
    """Who may do what with a claim, which depends on whom it is against."""
    from daigou.domain.allowed import allowances
    from daigou.domain.lifecycle import CLAIM
    from daigou.domain.order import Role

    for role in sorted(Role):
        situation = _as_seen_by(role, claim)
        for each in allowances(table=CLAIM, state=claim.state, situation=situation, clocks=()):
            if each.allowed:
                yield role, each.trigger, each.says, each.clause


def _as_seen_by(role: "Role", claim: "ClaimAnswer") -> "Situation":
    from daigou.domain.facts import Facts
    from daigou.domain.ids import PartyId
    from daigou.domain.lifecycle.table import Situation
    from daigou.domain.money import ZERO
    from daigou.domain.order import Actor, Parties
    from daigou.domain.own_facts import Claimed
    from daigou.domain.terms import terms_of

    parties = Parties.of_claim(
        client=PartyId(claim.client_id),
        provider=PartyId(claim.provider_id),
        logistics=PartyId(claim.logistics_id) if claim.logistics_id else None,
    )
    claimed = Claimed(
        against=claim.against,
        asked=claim.asked.money,
        admitted=claim.admitted.money if claim.admitted else ZERO,
    )
    return Situation(
        actor=Actor(role=role, party=parties.holder(role) or PartyId("")),
        command=None,
        parties=parties,
        terms=terms_of(claim.terms_version),
        at=claim.made_at,
        facts=Facts(claim=claimed),
        order=claim.state,
    )


# What both are told with.


def _tell_turn(
    actor: "Role | None", due_at: "datetime | None", ended_at: "datetime | None"
) -> None:
    if ended_at is not None:
        typer.echo(f"ended at {_moment(ended_at)}")
        return
    until = f" until {_moment(due_at)}" if due_at else ""
    typer.echo(f"it is the turn of the {actor}{until}")


def _print_next(console: "Console", steps: "Iterable[tuple[str, ...]]") -> None:
    if rows := list(steps):
        heads = ("who", "command", "what", "clause")
        print_table(console, title="What may be done next", heads=heads, rows=rows)


def _who(roles: "Iterable[Role]") -> str:
    return " or ".join(sorted(roles))


def _moment(at: "datetime") -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _echo_json(said: object) -> None:
    import json

    typer.echo(json.dumps(said, indent=1))
