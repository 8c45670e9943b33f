"""The commands on clients' accounts: what is frozen, why and what releases it; money in and out."""

from typing import TYPE_CHECKING, Annotated

import typer

from daigou.cli.asking import AsJson, answered, check_id, plain_console, print_table
from daigou.cli.common import GATEWAY, USAGE, AppKey, AppSecret, Gateway, fail, need_credentials
from daigou.cli.telling import author, echo_json, moment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from rich.console import Console

    from daigou.domain.commands import Block, FreezeReason
    from gateway.answers import AccountAnswer, FreezingAnswer
    from gateway.client import DaigouClient, Done

accounts = typer.Typer(
    help="Clients' accounts: what is in them, what is frozen, why and what releases it.",
    no_args_is_help=True,
)

Client = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's id, cli_….")]
Key = Annotated[
    str,
    typer.Option(
        "--key",
        help="Your own name for this, once: run again with the same, and it is done once.",
    ),
]
Fen = Annotated[int, typer.Argument(metavar="FEN", help="How much, in fen.", min=1)]
Method = Annotated[
    str, typer.Option("--to", help="The payment institution's token of where it is paid.")
]
Words = Annotated[str, typer.Option("--note", help="Why, in words; the client reads it.")]


@accounts.command()
def show(
    client: Client,
    as_json: AsJson = False,
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Show an account: what is frozen, why, what releases it; what is owed, what goes on."""
    need_credentials(app_key, app_secret, does="asks")
    _check_client(client)

    async def ask(to: "DaigouClient") -> "AccountAnswer":
        return await to.account(client)

    seen = answered(gateway, app_key, app_secret, ask, of=client)
    if as_json:
        echo_json(seen.model_dump(mode="json"))
        return
    _print(plain_console(), seen)


@accounts.command()
def recharge(
    amount: Fen,
    key: Key,
    method: Annotated[
        str, typer.Option("--from", help="The payment institution's token of what pays it.")
    ],
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Put money into the deposit of the client that the application acts for (UA-1-8)."""
    from daigou.domain.money import Money

    async def ask(to: "DaigouClient") -> "Done":
        return await to.request_recharge(key=key, amount=Money(amount), payment_method=method)

    _do(ask, gateway, app_key, app_secret, of="the recharge")


@accounts.command()
def withdraw(
    amount: Fen,
    key: Key,
    to: Method,
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Take money out of the deposit of the client that the application acts for (UA-1-8)."""
    from daigou.domain.money import Money

    async def ask(at: "DaigouClient") -> "Done":
        return await at.request_withdrawal(key=key, amount=Money(amount), payment_method=to)

    _do(ask, gateway, app_key, app_secret, of="the withdrawal")


@accounts.command()
def freeze(
    client: Client,
    reason: Annotated[str, typer.Option("--reason", help="suspicion, lost_credential or breach.")],
    key: Key,
    note: Words = "",
    blocks: Annotated[
        list[str],
        typer.Option(
            "--block",
            help="What it forbids: withdrawal, use, recharge or service; all that the reason can "
            "if left out. May be given again.",
        ),
    ] = [],  # noqa: B006 - typer copies it
    order: Annotated[
        str, typer.Option("--order", help="Of a breach: whose contract was broken.")
    ] = "",
    amount: Annotated[
        int | None, typer.Option("--amount", help="Of a breach: what is owed, in fen.", min=1)
    ] = None,
    report: Annotated[
        str, typer.Option("--report", help="The number of a report to the authorities.")
    ] = "",
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Freeze an account: for a suspicion, a lost credential, or a contract that was broken."""
    from daigou.domain.money import Money

    _check_client(client)
    why, what = _reason(reason), _blocks(blocks)

    async def ask(to: "DaigouClient") -> "Done":
        return await to.place_freeze(
            client,
            key=key,
            reason=why,
            blocks=what,
            order_id=order or None,
            amount=None if amount is None else Money(amount),
            report=report or None,
            note=note or None,
        )

    _do(ask, gateway, app_key, app_secret, of=client)


@accounts.command()
def lift(
    freeze: Annotated[str, typer.Argument(metavar="FREEZE", help="The freeze's id, frz_….")],
    key: Key,
    note: Words,
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Lift a freeze that somebody placed. Others may still be in force: see `show`."""
    check_id(freeze, of="freeze", such_as="frz_2026_0001")

    async def ask(to: "DaigouClient") -> "Done":
        return await to.lift_freeze(freeze, key=key, note=note)

    _do(ask, gateway, app_key, app_secret, of=freeze)


@accounts.command()
def recover(
    freeze: Annotated[str, typer.Argument(metavar="FREEZE", help="The freeze's id, frz_….")],
    key: Key,
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Ask for an account again that is frozen for inactivity, or warned of it (UA-1-15)."""
    check_id(freeze, of="freeze", such_as="frz_2026_0001")

    async def ask(to: "DaigouClient") -> "Done":
        return await to.recover_account(freeze, key=key)

    _do(ask, gateway, app_key, app_secret, of=freeze)


@accounts.command()
def close(
    client: Client,
    key: Key,
    to: Method,
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Close an account: nothing new is taken, what goes on ends, the rest is paid out (UA-1-20)."""
    _check_client(client)

    async def ask(at: "DaigouClient") -> "Done":
        return await at.close_account(client, key=key, payment_method=to)

    _do(ask, gateway, app_key, app_secret, of=client)


@accounts.command()
def keep(
    closure: Annotated[str, typer.Argument(metavar="CLOSING", help="The closing's id, acl_….")],
    key: Key,
    gateway: Gateway = GATEWAY,
    app_key: AppKey = "",
    app_secret: AppSecret = "",
) -> None:
    """Keep an account after all that is being closed (UA-1-20)."""
    check_id(closure, of="closure", such_as="acl_2026_0001")

    async def ask(to: "DaigouClient") -> "Done":
        return await to.keep_account(closure, key=key)

    _do(ask, gateway, app_key, app_secret, of=closure)


# What is said on the command line.


def _check_client(said: str) -> None:
    from daigou.domain.ids import PARTY_ID

    if not (PARTY_ID.fullmatch(said) and said.startswith("cli_")):
        fail(f"{said} is no client id such as cli_anna.", code=USAGE)


def _reason(said: str) -> "FreezeReason":
    from daigou.domain.commands import FreezeReason
    from daigou.domain.freezes import FREEZES
    from daigou.domain.order import Role

    by_hand = [each for each, rule in FREEZES.items() if rule.placed_by - {Role.CLOCK}]
    if said not in by_hand:
        fail(f"--reason is {', '.join(by_hand)}, not {said}.", code=USAGE)
    return FreezeReason(said)


def _blocks(said: list[str]) -> "tuple[Block, ...]":
    from daigou.domain.commands import Block

    if unknown := sorted(set(said) - set(Block)):
        fail(f"--block is {', '.join(Block)}, not {', '.join(unknown)}.", code=USAGE)
    return tuple(Block(each) for each in said)


def _do(
    ask: "Callable[[DaigouClient], Awaitable[Done]]",
    gateway: str,
    app_key: str,
    app_secret: str,
    *,
    of: str,
) -> None:
    """Has something done, and tells what came of it."""
    need_credentials(app_key, app_secret, does="does it")
    done = answered(gateway, app_key, app_secret, ask, of=of, hints=_HINTS)
    receipt = done.receipt
    known = " It was before, and is done once." if done.replayed else ""
    turn = f"; it is the turn of the {receipt.next_actor}" if receipt.next_actor else ""
    until = f" until {moment(receipt.due_at)}" if receipt.due_at else ""
    typer.echo(f"{receipt.id} is {receipt.state}{turn}{until}.{known}")


# What the gateway answers.


def _print(console: "Console", account: "AccountAnswer") -> None:
    typer.echo(f"{account.client_id}: the account is {account.says}")
    owes = f"; owes {account.owed.money}" if account.owed.amount else ""
    typer.echo(f"in the deposit: {account.balance.money}{owes}")
    if not account.freezes:
        typer.echo("Nothing is frozen.")
    else:
        typer.echo(f"FROZEN: {', '.join(_FORBIDS[block] for block in account.blocked)}")
    for number, freeze in enumerate(account.freezes, start=1):
        typer.echo("")
        for line in _freeze_lines(number, freeze):
            typer.echo(line)
    if account.debts:
        typer.echo("")
        print_table(
            console,
            title="What is owed",
            heads=("what for", "sum", "of", "since"),
            rows=[
                (
                    debt.says,
                    str(debt.amount.money),
                    debt.chargeback_id or debt.account,
                    moment(debt.since),
                )
                for debt in account.debts
            ],
        )
    if account.unfinished:
        typer.echo("")
        more = account.unfinished_in_all - len(account.unfinished)
        print_table(
            console,
            title="What goes on" + (f", the first of {account.unfinished_in_all}" if more else ""),
            heads=("what", "is", "whose turn", "until"),
            rows=[
                (
                    each.id,
                    each.state,
                    each.next_actor or "",
                    moment(each.due_at) if each.due_at else "",
                )
                for each in account.unfinished
            ],
        )


def _freeze_lines(number: int, freeze: "FreezingAnswer") -> "Iterator[str]":
    yield f"{number}. for {freeze.says} ({freeze.clause}: {freeze.clause_says})"
    yield f"   forbids: {', '.join(_FORBIDS[block] for block in freeze.blocks)}"
    yield f"   released when: {freeze.until}"
    placed_by = author(freeze.placed_by_role, freeze.placed_by)
    yield f"   placed by {placed_by} at {moment(freeze.placed_at)}"
    if freeze.note:
        yield f"   in words: {freeze.note}"
    if freeze.order_id:
        about = f", {freeze.amount.money}" if freeze.amount else ""
        yield f"   about: {freeze.order_id}{about}"
    if freeze.subject:
        turn = f"; it is the turn of the {freeze.next_actor}" if freeze.next_actor else ""
        until = f" until {moment(freeze.due_at)}" if freeze.due_at else ""
        yield f"   {freeze.subject} is {freeze.state}: {freeze.state_says}{turn}{until}"
        yield f"   its history in the Temporal UI: {freeze.workflow_id}"


_FORBIDS = {
    "withdrawal": "taking money out",
    "use": "paying from the deposit",
    "recharge": "putting money in",
    "service": "new orders",
}
_HINTS = {
    "account_frozen": "`daigou account show` tells what freezes it, and what releases that.",
    "not_your_role": "`daigou account show` tells who may lift what.",
}
