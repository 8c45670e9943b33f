"""The commands on the screening list: what is prohibited, suspended, doubtful or sensitive."""

from typing import TYPE_CHECKING, Annotated

import typer

from daigou.cli.common import STATE_DIR, USAGE, Database, StateDir, fail, find_database, reached

if TYPE_CHECKING:
    from daigou.ledger.reference_views import RuleView

screening = typer.Typer(help="Goods that are not bought, or not at once.", no_args_is_help=True)

By = Annotated[str, typer.Option("--by", help="On whose word.")]
PAGE = 500


@screening.command("list")
def list_rules(
    lifted: Annotated[bool, typer.Option("--lifted", help="Those that were lifted, too.")] = False,
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Every rule that new requests are held against."""
    from rich.console import Console
    from rich.table import Table

    from daigou.ledger.screening import ScreeningList

    table = Table(
        "", "kind", "pattern", "verdict", "reason", "clause", "by", box=None, padding=(0, 2, 0, 0)
    )
    with reached(find_database(database, state_dir)) as engine:
        known, last = ScreeningList(engine), 0
        while page := known.rules(limit=PAGE, lifted=lifted, starting_after=last):
            for view in page:
                table.add_row(*_cells(view))
            last = page[-1].rule.id
    Console().print(table)


@screening.command("add")
def add_rule(
    pattern: Annotated[str, typer.Argument(help="A category, or words.")],
    verdict: Annotated[str, typer.Option(help="prohibited, suspended, doubtful or sensitive.")],
    reason: Annotated[str, typer.Option(help="Told to the client.")],
    kind: Annotated[str, typer.Option(help="word or category.")] = "word",
    by: By = "plt_platform",
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Put a rule on the list; it holds for every request from now on."""
    from daigou.domain.screening import RuleKind, Verdict
    from daigou.ledger.screening import RuleConflictError, ScreeningList
    from daigou.ports.books import StepConflictError

    if kind not in set(RuleKind) or verdict not in set(Verdict):
        fail(
            f"A kind is {' or '.join(RuleKind)}, a verdict {', '.join(Verdict)}.",
            code=USAGE,
        )
    with reached(find_database(database, state_dir)) as engine:
        try:
            added = ScreeningList(engine).add(
                kind=RuleKind(kind),
                pattern=pattern,
                verdict=Verdict(verdict),
                reason=reason,
                author=by,
            )
        except RuleConflictError as error:
            fail(f"{error} (`daigou screening lift`).")
        except StepConflictError as error:
            fail(f"The books refuse it: {error}.")
    typer.echo("  ".join(_cells(added)).rstrip())


@screening.command("lift")
def lift_rule(
    rule: Annotated[int, typer.Argument(help="Its number: see `daigou screening list`.")],
    by: By = "plt_platform",
    database: Database = None,
    state_dir: StateDir = STATE_DIR,
) -> None:
    """Take a rule off the list; it is kept with who lifted it."""
    from daigou.ledger.screening import ScreeningList

    with reached(find_database(database, state_dir)) as engine:
        try:
            lifted = ScreeningList(engine).lift(rule=rule, by=by)
        except LookupError:
            fail(f"There is no rule {rule}: `daigou screening list` shows those there are.")
    typer.echo("  ".join(_cells(lifted)).rstrip())


def _cells(view: "RuleView") -> tuple[str, ...]:
    rule = view.rule
    lifted = f", lifted {view.lifted_at:%Y-%m-%d} by {view.lifted_by}" if view.lifted_at else ""
    return (
        str(rule.id),
        rule.kind,
        rule.pattern,
        rule.verdict,
        rule.reason,
        rule.clause,
        f"{view.author}, {view.placed_at:%Y-%m-%d}{lifted}",
    )
