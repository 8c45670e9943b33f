"""The command on notices: what is not out yet, and once more."""

from typing import TYPE_CHECKING, Annotated

import typer

from daigou.cli.common import STATE_DIR, Database, StateDir, fail, find_database, reached

if TYPE_CHECKING:
    from daigou.ledger.notice_views import NoticeView


def notices(
    replay: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Send this one again at once, msg_…", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many to list.")] = 50,
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """List the notices that wait or have no channel, and count the others."""
    from datetime import UTC, datetime

    from rich.console import Console
    from rich.table import Table

    from daigou.domain.notices import NOT_OUT
    from daigou.ledger.notices import Notices

    with reached(find_database(database, state_dir)) as engine:
        log = Notices(engine)
        if replay is not None:
            try:
                log.notice(replay, party=None)
            except LookupError:
                fail(f"There is no notice {replay}: `daigou notices` lists those that wait.")
            if not log.replay(replay, now=datetime.now(UTC)):
                fail(f"{replay} cannot be sent: its endpoint is disabled, or there is no channel.")
            typer.echo(f"{replay} is sent again.")
            return
        waiting = log.log(party=None, limit=limit, states=NOT_OUT)
        counts = log.counts()
    table = Table(
        "id", "of", "event", "to", "channel", "tries", "stands", box=None, padding=(0, 2, 0, 0)
    )
    for each in waiting:
        table.add_row(
            each.message_id,
            each.subject,
            each.event,
            each.party or each.recipient_role,
            each.channel,
            str(each.attempts),
            _stands(each),
        )
    console = Console(soft_wrap=True)
    if waiting:
        console.print(table)
    console.print(
        " · ".join(
            f"{count:,} {channel} {state}" for (channel, state), count in counts.items() if count
        )
        or "No notices yet.",
        highlight=False,
    )


def _stands(notice: "NoticeView") -> str:
    if notice.next_try_at is None:
        return notice.state.replace("_", " ")
    why = f"{notice.last_error}, " if notice.last_error else ""
    return f"{why}next at {notice.next_try_at:%H:%M:%S}"
