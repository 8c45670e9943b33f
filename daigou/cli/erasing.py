"""The command that erases a party's personal data."""

from typing import Annotated

import typer

from daigou.cli.common import STATE_DIR, USAGE, Database, StateDir, fail, find_database, reached

NAMED_MAX = 5


def erase(
    party: Annotated[str, typer.Argument(help="Whose personal data, e.g. cli_anna.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Although orders run, which then nobody is told of.")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="On whose word.")] = "plt_platform",
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Erase a party's personal data for good; the books stay as they are.

    Contact, purchasing persons, notes and the bytes of evidence go; of a client, those that others
    wrote or gave on its orders as well.
    """
    from daigou.domain.ids import PARTY_ID, PartyId
    from daigou.ledger.erasing import Erasing, StillRunningError

    if not PARTY_ID.fullmatch(party):
        fail(f"{party} is no party id.", code=USAGE)
    if not yes and not typer.confirm(f"Erase the personal data of {party}? It cannot be undone."):
        fail("Nothing was erased.")
    with reached(find_database(database, state_dir)) as engine:
        try:
            done = Erasing(engine).erase(party=PartyId(party), author=by, forced=force)
        except LookupError:
            fail(f"There is no party {party}.")
        except StillRunningError as error:
            named = ", ".join(error.subjects[:NAMED_MAX])
            more = len(error.subjects) - NAMED_MAX
            fail(
                f"{named}{f' and {more} more' if more > 0 else ''}: not ended yet, and notices on "
                "them need the contact. Wait for their end, or --force it."
            )
    typer.echo(
        f"{party}: {done.contacts} contacts, {done.purchasing_persons} purchasing persons, "
        f"{done.notes} notes and {done.evidence} pieces of evidence are erased."
    )
