"""The commands on who may act: parties, and the applications that act for them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from daigou.cli.common import STATE_DIR, USAGE, Database, StateDir, fail, find_database, reached

if TYPE_CHECKING:
    from daigou.domain.order import Role

applications = typer.Typer(help="Applications: who may call the API.", no_args_is_help=True)
parties = typer.Typer(help="Parties: on whose behalf.", no_args_is_help=True)

Key = Annotated[str, typer.Argument(help="The application's key, app_…")]


@parties.command("add")
def add_party(
    party: Annotated[
        str,
        typer.Argument(metavar="ID", help="cli_…, prv_…, sto_…, log_…, pro_…, psp_…, plt_…, pin_…"),
    ],
    name: Annotated[str, typer.Option(help="A business's name; a client has none here.")] = "",
    email: Annotated[str, typer.Option(help="Where it is told by e-mail.")] = "",
    country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-2.")] = "CN",
    address: Annotated[str, typer.Option(help="Where a storage receives goods.")] = "",
    agreement: Annotated[
        str, typer.Option(help="The version of the user agreement that a client accepted.")
    ] = "",
    agreed_at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="When, e.g. 2026-11-22T09:30:00+08:00."),
    ] = None,
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Register a party; its role is that of its id's prefix. The same again changes nothing."""
    from daigou.domain.ids import PARTY_ID, PartyId
    from daigou.ledger.registry import Registry, RegistryConflictError
    from daigou.ports.books import StepConflictError

    if not PARTY_ID.fullmatch(party):
        fail(
            f"{party} is no party id: a prefix such as prv_, then 2 to 60 letters, digits, _ or -.",
            code=USAGE,
        )
    if bool(agreement) != (agreed_at is not None):
        fail("--agreement and --agreed-at go together.", code=USAGE)
    with reached(find_database(database, state_dir)) as engine:
        try:
            known = Registry(engine).register_party(
                id=PartyId(party),
                role=_role_of(party),
                country=country,
                name=name,
                address=address,
                agreement_version=agreement or None,
                agreed_at=agreed_at,
                email=email,
            )
        except RegistryConflictError as error:
            fail(f"{error}. Choose another id.")
        except StepConflictError as error:
            fail(
                f"The books refuse it: {error}.\nA client has no --name, every other party has "
                "one; a storage has an --address, no other party has."
            )
    typer.echo(f"{known.id}  {known.role}  {known.name or '(a client: not named here)'}")


@applications.command("create")
def create_application(
    name: Annotated[str, typer.Option(help="What people call it.")],
    role: Annotated[list[str], typer.Option(help="A role it may act in; may be given again.")],
    party: Annotated[str, typer.Option(help="The party it acts for; see `daigou party add`.")],
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Make an application. Its secret is shown now, and never again."""
    from daigou.domain.ids import PartyId
    from daigou.domain.order import Role
    from daigou.ledger.registry import Registry
    from daigou.ports.books import StepConflictError

    holdable = [each.value for each in Role if each != Role.CLOCK]
    if unknown := sorted(set(role) - set(holdable)):
        fail(
            f"No such role: {', '.join(unknown)}. There are {', '.join(holdable)}.",
            code=USAGE,
        )
    with reached(find_database(database, state_dir)) as engine:
        registry = Registry(engine)
        try:
            registry.party(PartyId(party))
            made, secret = registry.create_application(
                name=name, roles=[Role(each) for each in role], party=PartyId(party)
            )
        except LookupError:
            fail(f"There is no party {party}: register it first (`daigou party add {party} …`).")
        except StepConflictError as error:
            fail(f"The books refuse it: {error}.")
    _show_secret(made.key, secret)


@applications.command("list")
def list_applications(database: Database = None, state_dir: StateDir = STATE_DIR) -> None:
    """Every application, its roles and its party."""
    from rich.console import Console
    from rich.table import Table
    from sqlalchemy import select

    from daigou.ledger.tables import METADATA

    known = METADATA.tables["application"]
    query = select(known).order_by(known.c.created_at, known.c.key)
    with reached(find_database(database, state_dir)) as engine, engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    table = Table("key", "name", "roles", "party", "", box=None, padding=(0, 2, 0, 0))
    for row in rows:
        revoked = f"revoked {row['revoked_at']:%Y-%m-%d}" if row["revoked_at"] else ""
        table.add_row(row["key"], row["name"], ", ".join(row["roles"]), row["party"], revoked)
    Console().print(table)


@applications.command()
def rotate(key: Key, database: Database = None, state_dir: StateDir = STATE_DIR) -> None:
    """Give an application a new secret; the old one is worth nothing from now on."""
    from daigou.domain.ids import AppKey
    from daigou.ledger.registry import Registry

    with reached(find_database(database, state_dir)) as engine:
        try:
            secret = Registry(engine).rotate(AppKey(key))
        except LookupError:
            _unknown(key)
    _show_secret(key, secret)


@applications.command()
def revoke(key: Key, database: Database = None, state_dir: StateDir = STATE_DIR) -> None:
    """Take an application's access away, for good."""
    from daigou.domain.ids import AppKey
    from daigou.ledger.registry import Registry

    with reached(find_database(database, state_dir)) as engine:
        try:
            Registry(engine).revoke(AppKey(key))
        except LookupError:
            _unknown(key)
    typer.echo(f"{key} has no access any more.")


def _role_of(party: str) -> "Role":
    from daigou.domain.order import Role

    return {
        "cli": Role.CLIENT,
        "prv": Role.PROVIDER,
        "sto": Role.STORAGE,
        "log": Role.LOGISTICS,
        "pro": Role.PROMOTER,
        "psp": Role.PROMOTION_PROVIDER,
        "plt": Role.PLATFORM,
        "pin": Role.PAYMENT_INSTITUTION,
    }[party[:3]]


def _unknown(key: str) -> NoReturn:
    fail(f"No application {key} is in use: `daigou app list` shows those there are.")


def _show_secret(key: str, secret: str) -> None:
    typer.echo(f"DAIGOU_APP_KEY={key}")
    typer.echo(f"DAIGOU_APP_SECRET={secret}")
    typer.secho("The secret is not stored and cannot be shown again.", err=True, dim=True)
