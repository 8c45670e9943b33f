"""The commands on cases: where they stand, what a settlement comes to, settling as shown."""

from typing import TYPE_CHECKING, Annotated

import typer

from daigou.cli.asking import AsJson, Order, answered, check_order, plain_console, print_table
from daigou.cli.common import (
    GATEWAY,
    USAGE,
    AppKey,
    AppSecret,
    Gateway,
    fail,
    need_credentials,
)
from daigou.cli.standing import show_cases

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from daigou.domain.commands import Cost, FeeChoice
    from gateway.answers import PreviewAnswer
    from gateway.client import DaigouClient

cases = typer.Typer(
    help="Cancellations and dissolutions: where they stand, what a settlement comes to, settling.",
    no_args_is_help=True,
)
cases.command(name="show")(show_cases)
_COST = "KIND:FEN:PAYEE:EVIDENCE"

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
    as_json: AsJson = False,
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Show what a settlement would come to: every line, and who gets what. Nothing is settled.

    Ends with 0 if it can be settled so, with 1 if it is refused.
    """
    need_credentials(app_key, app_secret, does="asks")
    check_order(order)
    choice, costs = _fee(fee), _costs(cost)

    async def ask(client: "DaigouClient") -> "PreviewAnswer":
        return await client.preview_settlement(order, fee=choice, costs=costs)

    shown = answered(gateway, app_key, app_secret, ask, of=order, hints=_hints(order, ""))
    if as_json:
        typer.echo(shown.model_dump_json(indent=1))
        return
    _print(plain_console(), shown)
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
    check_order(order)
    choice, costs = _fee(fee), _costs(cost)
    again = _command("preview", order, fee, cost)

    async def ask(client: "DaigouClient") -> str:
        done = await client.settle_cancellation(
            order, key=_key(order, digest, fee, cost), digest=digest, fee=choice, costs=costs
        )
        known = " It was before, and is done once." if done.replayed else ""
        return f"{order} is settled: {done.receipt.state}, step {done.receipt.sequence}.{known}"

    hints = _hints(order, again)
    typer.echo(answered(gateway, app_key, app_secret, ask, of=order, hints=hints))


# What is said on the command line.


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


def _hints(order: str, again: str) -> "Mapping[str, str]":
    """What to do next after a refusal."""
    from daigou.domain.refusals import RefusalCode

    return {
        RefusalCode.STALE_PREVIEW: f"See what it comes to now:\n{again}",
        RefusalCode.NOT_YOUR_ROLE: "The provider or the platform settles; a client previews what "
        "the terms do.",
        RefusalCode.NOT_IN_THIS_STATE: f"GET /v1/orders/{order}/allowed-actions tells what can be "
        "done now.",
    }


def _print(console: "Console", shown: "PreviewAnswer") -> None:
    console.print(
        f"{shown.order_id}, step {shown.sequence}: {shown.trigger} leads to {shown.leads_to}\n"
        f"{shown.clause}: {shown.clause_says}\n",
        markup=False,
    )
    print_table(
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
        print_table(
            console,
            title="Added to the order amount",
            heads=("line", "sum", "for", "clause"),
            rows=[
                (line.label, str(line.amount.money), line.collector, line.clause)
                for line in shown.lines
            ],
        )
