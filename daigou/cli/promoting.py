"""The commands on who wins orders: promoters' engagements, and whom a client invited."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from daigou.cli.common import STATE_DIR, USAGE, Database, StateDir, fail, find_database, reached

if TYPE_CHECKING:
    from daigou.ledger.promotion_views import EngagementView

promoters = typer.Typer(help="Promoters: by whose word they earn.", no_args_is_help=True)

By = Annotated[str, typer.Option("--by", help="On whose word: its promotion provider or plt_….")]
PAGE = 100


@promoters.command("list")
def list_engagements(
    promoter: Annotated[str, typer.Option(help="Of this promoter, pro_….")] = "",
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Every promoter's engagement: by whom, where it stands, since when and why."""
    from rich.console import Console
    from rich.table import Table

    from daigou.domain.ids import PartyId
    from daigou.ledger.engagements import Engagements

    table = Table("", "promoter", "by", "stands", "since", "why", box=None, padding=(0, 2, 0, 0))
    with reached(find_database(database, state_dir)) as engine:
        known, last = Engagements(engine), None
        of = PartyId(promoter) if promoter else None
        while page := known.engagements(promoter=of, limit=PAGE, starting_after=last):
            for view in page:
                table.add_row(*_cells(view))
            last = page[-1].id
    Console().print(table)


@promoters.command("engage")
def engage(
    promoter: Annotated[str, typer.Argument(help="pro_…")],
    promotion_provider: Annotated[str, typer.Argument(help="psp_…")],
    engagement: Annotated[str, typer.Option("--id", help="The engagement's id, eng_….")],
    by: By = "plt_platform",
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Propose a promoter that has a contract with a promotion provider; it earns nothing yet."""
    from daigou.domain.ids import ENGAGEMENT_ID, EngagementId, PartyId
    from daigou.domain.refusals import Refused
    from daigou.ledger.engagements import Engagements
    from daigou.ledger.registry import RegistryConflictError

    if not ENGAGEMENT_ID.fullmatch(engagement):
        fail(f"{engagement} is no engagement's id: eng_ and 4 to 60 letters or digits.", code=USAGE)
    with reached(find_database(database, state_dir)) as engine:
        try:
            view = Engagements(engine).propose(
                id=EngagementId(engagement),
                promoter=PartyId(promoter),
                promotion_provider=PartyId(promotion_provider),
                author=PartyId(by),
                command_id=f"propose {engagement}",
                at=datetime.now(UTC),
            )
        except (Refused, RegistryConflictError) as error:
            fail(f"{error}.")
    typer.echo("  ".join(_cells(view)))


@promoters.command("say")
def say(
    engagement: Annotated[str, typer.Argument(help="eng_…: see `daigou promoter list`.")],
    word: Annotated[str, typer.Argument(help="activate, suspend or end.")],
    reason: Annotated[
        str,
        typer.Option(help="agreed, cleared, under_review, suspicion, breach, declined, …"),
    ],
    by: By = "plt_platform",
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Record a promotion provider's word on a promoter; it counts from now on."""
    from daigou.domain.engagements import EngagementReason, EngagementWord
    from daigou.domain.ids import EngagementId, PartyId
    from daigou.domain.refusals import Refused
    from daigou.ledger.engagements import Engagements

    words = set(EngagementWord) - {EngagementWord.PROPOSE}
    if word not in words or reason not in set(EngagementReason):
        fail(
            f"A word is {', '.join(sorted(words))}, a reason {', '.join(EngagementReason)}.",
            code=USAGE,
        )
    now = datetime.now(UTC)
    with reached(find_database(database, state_dir)) as engine:
        try:
            view = Engagements(engine).say(
                EngagementId(engagement),
                word=EngagementWord(word),
                reason=EngagementReason(reason),
                author=PartyId(by),
                command_id=f"{word} {now.isoformat()}",
                at=now,
            )
        except LookupError:
            fail(f"There is no {engagement}: `daigou promoter list` shows those there are.")
        except Refused as refused:
            fail(f"{refused}.")
    typer.echo("  ".join(_cells(view)))


def invitations(
    client: Annotated[str, typer.Argument(help="cli_…")],
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """A client's invitation code, and whom it invited."""
    from daigou.domain.ids import PartyId
    from daigou.domain.invitations import shown
    from daigou.ledger.invitations import Invitations

    with reached(find_database(database, state_dir)) as engine:
        known, inviter = Invitations(engine), PartyId(client)
        try:
            typer.echo(shown(known.code(inviter)))
        except LookupError:
            fail(f"There is no client {client}.")
        last: PartyId | None = None
        while page := known.invitations(inviter, limit=PAGE, starting_after=last):
            for each in page:
                ended = f", ended {each.ended_at:%Y-%m-%d}" if each.ended_at else ""
                typer.echo(f"{each.invitee}  until {each.benefit_until:%Y-%m-%d}{ended}")
            last = page[-1].invitee


def _cells(view: "EngagementView") -> tuple[str, ...]:
    last = view.changes[-1]
    return (
        view.id,
        view.promoter,
        view.promotion_provider,
        view.state,
        f"{last.at:%Y-%m-%d %H:%M}",
        last.reason,
    )
