"""The commands on cancellations: what a settlement comes to, and settling as it was shown."""

from typing import TYPE_CHECKING, Annotated

import typer

from daigou.cli.common import (
    GATEWAY,
    USAGE,
    AppKey,
    AppSecret,
    Gateway,
    fail,
    need_credentials,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeVar

    from rich.console import Console

    from daigou.domain.commands import Cost, FeeChoice
    from gateway.answers import PreviewAnswer
    from gateway.client import DaigouClient
    from gateway.problems import Problem

    T = TypeVar("T")

cases = typer.Typer(
    help="Cancellations: what a settlement comes to, and settling.", no_args_is_help=True
)
GIVE_UP_SECONDS = 20.0
_COST = "KIND:FEN:PAYEE:EVIDENCE"

Order = Annotated[str, typer.Argument(metavar="ORDER", help="The order's id.")]
Fee = Annotated[str, typer.Option("--fee", help="Whether the provider keeps it: kept or waived.")]
Costs = Annotated[
    list[str],
    typer.Option(
        "--cost",
        metavar=_COST,
        help="A cost (PSR-12-4): custody, transport, payment, packaging or other; its sum in fen; "
        "who is paid; the ids of evidence, with commas. May be given again.",
    ),
]


@cases.command()
def preview(
    order: Order,
    fee: Fee = "kept",
    cost: Costs = [],  # noqa: B006 - typer copies it
    as_json: Annotated[bool, typer.Option("--json", help="All of it, for programs.")] = False,
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Show what a settlement would come to: every line, and who gets what. Nothing is settled.

    Ends with 0 if it can be settled so, with 1 if it is refused.
    """
    need_credentials(app_key, app_secret, does="asks")
    _check_order(order)
    choice, costs = _fee(fee), _costs(cost)

    async def ask(client: "DaigouClient") -> "PreviewAnswer":
        return await client.preview_settlement(order, fee=choice, costs=costs)

    shown = _answered(gateway, app_key, app_secret, ask, order=order)
    if as_json:
        typer.echo(shown.model_dump_json(indent=1))
        return
    from rich.console import Console

    _print(Console(highlight=False), shown)
    # A line of its own, that can be copied whole.
    typer.echo(f"\nSettle it so:\n{_command('settle', order, fee, cost)} --digest {shown.digest}")


@cases.command()
def settle(
    order: Order,
    digest: Annotated[str, typer.Option("--digest", help="Of the preview that was shown.")],
    fee: Fee = "kept",
    cost: Costs = [],  # noqa: B006 - typer copies it
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Settle a cancellation exactly as it was shown. Safe to run again: it is done once.

    Ends with 0 if it is settled, with 1 if it is refused: what changed since is shown anew by
    `daigou case preview`.
    """
    need_credentials(app_key, app_secret, does="settles")
    _check_order(order)
    choice, costs = _fee(fee), _costs(cost)
    again = _command("preview", order, fee, cost)

    async def ask(client: "DaigouClient") -> str:
        done = await client.settle_cancellation(
            order, key=_key(order, digest, fee, cost), digest=digest, fee=choice, costs=costs
        )
        known = " It was before, and is done once." if done.replayed else ""
        return f"{order} is settled: {done.receipt.state}, step {done.receipt.sequence}.{known}"

    typer.echo(_answered(gateway, app_key, app_secret, ask, order=order, again=again))


# What is said on the command line.


def _check_order(order: str) -> None:
    from daigou.domain.ids import ORDER_ID

    if not ORDER_ID.fullmatch(order):
        fail(f"{order} is no order id such as ord_2026_0001.", code=USAGE)


def _fee(said: str) -> "FeeChoice":
    from daigou.domain.commands import FeeChoice

    if said not in set(FeeChoice):
        fail(f"--fee is {' or '.join(FeeChoice)}, not {said}.", code=USAGE)
    return FeeChoice(said)


def _costs(said: list[str]) -> "tuple[Cost, ...]":
    """The costs; every one that cannot be read is told at once."""
    found = [_cost(each) for each in said]
    if faults := [each for each in found if isinstance(each, str)]:
        fail("\n".join(faults), code=USAGE)
    return tuple(each for each in found if not isinstance(each, str))


def _cost(said: str) -> "Cost | str":
    """A cost, or what is wrong with it."""
    from daigou.domain.commands import Cost, CostKind
    from daigou.domain.ids import PartyId
    from daigou.domain.money import Money

    kind, *rest = said.split(":")
    if len(rest) != 3:
        return f"--cost {said}: say {_COST}, e.g. custody:2500:sto_ningbo:evd_a2b3c4d5"
    fen, payee, evidence = rest
    if kind not in set(CostKind):
        return f"--cost {said}: a kind is {', '.join(CostKind)}"
    if not (fen.isascii() and fen.isdigit() and len(fen) < 15 and int(fen)):
        return f"--cost {said}: {fen or 'nothing'} is no sum in fen"
    if not payee or not all(evidence.split(",")):
        return f"--cost {said}: name who is paid, and evidence that it was incurred (PSR-12-4)"
    return Cost(
        cost=CostKind(kind),
        amount=Money(int(fen)),
        payee=PartyId(payee),
        evidence=tuple(evidence.split(",")),
    )


def _command(name: str, order: str, fee: str, costs: list[str]) -> str:
    """A command of this group as it is typed."""
    import shlex

    options = [word for each in costs for word in ("--cost", each)]
    return shlex.join(["daigou", "case", name, order, "--fee", fee, *options])


def _key(order: str, digest: str, fee: str, costs: list[str]) -> str:
    """The same settlement has the same key, however often it is sent."""
    import hashlib

    said = "\0".join((order, digest, fee, *costs))
    return "case-settle-" + hashlib.sha256(said.encode()).hexdigest()


# What the gateway answers.


def _answered(
    gateway: str,
    key: str,
    secret: str,
    ask: "Callable[[DaigouClient], Awaitable[T]]",
    *,
    order: str,
    again: str = "",
) -> "T":
    """What the gateway answers; ends where it refuses, or does not answer."""
    import asyncio

    from gateway.client import DaigouClient, RefusalError, UnansweredError

    _check_url(gateway)

    async def asked() -> "T":
        async with DaigouClient(gateway, key, secret, give_up_seconds=GIVE_UP_SECONDS) as client:
            return await ask(client)

    try:
        return asyncio.run(asked())
    except RefusalError as refusal:
        fail(_told(refusal.problem, order=order, again=again))
    except UnansweredError as error:
        fail(
            f"The gateway at {gateway} does not answer ({error}).\nIs it running (`daigou up`)? "
            "Then run this again: it is carried out once."
        )


def _check_url(gateway: str) -> None:
    import httpx

    try:
        url = httpx.URL(gateway)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        fail(f"--gateway {gateway} is no URL such as {GATEWAY}.", code=USAGE)


def _told(problem: "Problem", *, order: str, again: str) -> str:
    """A refusal in words, with what to do next."""
    clause = f", {problem.clause}" if problem.clause else ""
    lines = [f"Refused ({problem.code}{clause}): {problem.detail}."]
    lines += [f"  {fault.pointer} {fault.detail}" for fault in problem.errors]
    if hint := _next_step(problem, order=order, again=again):
        lines.append(hint)
    return "\n".join(lines)


def _next_step(problem: "Problem", *, order: str, again: str) -> str:
    from daigou.domain.refusals import RefusalCode
    from gateway.problems import EdgeCode

    match problem.code:
        case RefusalCode.STALE_PREVIEW:
            return f"See what it comes to now:\n{again}"
        case EdgeCode.UNAUTHENTICATED:
            return "Check DAIGOU_APP_KEY and DAIGOU_APP_SECRET."
        case EdgeCode.NOT_FOUND:
            return f"Check the id {order}, and that your application's party takes part in it."
        case RefusalCode.NOT_YOUR_ROLE:
            return "The provider or the platform settles; a client previews what the terms do."
        case RefusalCode.NOT_IN_THIS_STATE:
            return f"GET /v1/orders/{order}/allowed-actions tells what can be done now."
        case _:
            return ""


def _print(console: "Console", shown: "PreviewAnswer") -> None:
    console.print(
        f"{shown.order_id}, step {shown.sequence}: {shown.trigger} leads to {shown.leads_to}\n"
        f"{shown.clause}: {shown.clause_says}\n",
        markup=False,
    )
    _print_table(
        console,
        title="Who gets what",
        heads=("who", "sum", "of", "clause"),
        rows=[
            (
                f"{row.party or row.purse} {row.way}",
                str(row.amount.money),
                row.original or row.purse,
                row.clause,
            )
            for row in shown.gets
        ],
    )
    if shown.lines:
        _print_table(
            console,
            title="Added to the order amount",
            heads=("line", "sum", "for", "clause"),
            rows=[
                (line.label, str(line.amount.money), line.collector, line.clause)
                for line in shown.lines
            ],
        )


def _print_table(
    console: "Console", *, title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for head in heads:
        table.add_column(head, justify="right" if head == "sum" else "left", overflow="fold")
    for row in rows:
        # What others wrote is no markup of ours.
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
