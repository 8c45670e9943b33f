"""Makes the page of orders out of the tables: per state, who may do what until when, by which
clause; who is told; and every path that the demo walks."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from daigou.domain.clauses import CATALOGUE, clause
from daigou.domain.lifecycle import TABLES
from daigou.domain.lifecycle.case_guards import case_begins_to_hold
from daigou.domain.lifecycle.table import Deadline, Row, Table
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.terms import AGREED_DATE, BALANCE_DATE, LEAST_NOTICE, STATUTORY, Terms, current
from daigou.simulator.paths import GROUPS

_WORDS = {
    TableName.FULFILMENT: "An order goes this road. It begins with a request and stands, from the "
    "purchase to the delivery, where its slowest parcel stands.",
    TableName.PARCEL: "Each parcel goes its own way; the order follows the slowest.",
    TableName.REQUIREMENT: "What a client specially asks for. Only what is agreed binds.",
    TableName.QUESTION: "What a client asks the purchasing person.",
    TableName.OPINION: "What the platform thinks of a dispute. None is final.",
    TableName.CANCELLATION: "A client leaves the agreement. One is open at a time; while it is, "
    "nothing is bought, paid or agreed on the order. What befalls the goods goes on.",
    TableName.DISSOLUTION: "A client gives back what was delivered. An order has one case at a "
    "time, be it this or a cancellation.",
    TableName.REFUND: "Money on its way back through the payment institution. It outlives the "
    "order.",
    TableName.RECHARGE: "Money on its way into a client's deposit.",
    TableName.CLAIM: "What a client asks for a loss: of its provider, of logistics, of the seller. "
    "It is no part of its order, and may begin when that has long ended.",
    TableName.TIP: "What a client gives its provider of its own will, from its deposit, also when "
    "the order has long ended. It is held for the client before it is the provider's.",
    TableName.CONSULTATION: "A question to the platform about its services or the agreement. By "
    "when it is answered is counted in business days of mainland China when it is asked.",
    TableName.WITHDRAWAL: "Money on its way out of a client's deposit.",
    TableName.FREEZE: "A reason for which an account is closed to some uses. An account may have "
    "several; it is free when none is left. What a chargeback or a closing freezes is lifted with "
    "it, and is none of these.",
    TableName.CLOSURE: "A client closes its account: nothing new is taken, what runs goes on to "
    "its end, then the rest is paid out.",
    TableName.CHARGEBACK: "A client had the payment institution take a payment back, or a part of "
    "it. Its order waits until that is paid, or found just. It may begin when the order has long "
    "ended; a payment may have several.",
}


def page() -> str:
    """The page, in Markdown."""
    terms = current()
    parts = [
        "# Orders",
        "Made from the lifecycle tables by `make docs`; a test holds it against them. Durations "
        f"are those of the terms {terms.version}. A deadline strikes at its instant: an act counts "
        "if it arrives before.",
    ]
    for table in TABLES.values():
        parts += _table(table, terms)
    parts += _paths()
    parts += _clauses()
    return "\n\n".join(parts) + "\n"


def _table(table: Table, terms: Terms) -> Iterator[str]:
    yield f"## {_name(table.name).capitalize()}"
    yield _WORDS[table.name]
    yield f"![{_name(table.name)}, every state and what leads where]({table.name}.svg)"
    for wait in table.waits:
        yield from _state(table, wait.state, terms)
    yield "### Ends"
    yield "\n".join(f"- **{_name(end)}**: {says}" for end, says in table.ends.items())


def _state(table: Table, state: State, terms: Terms) -> Iterator[str]:
    wait = table.wait(state)
    yield f"### {_name(table.name).capitalize()}: {_name(state)}"
    said = [f"{wait.says[0].upper()}{wait.says[1:]}."]
    if state != State.NEW:
        said.append(f"Next to act: {_role(wait.next_actor)}.")
    if wait.follows_items:
        said.append("Its parcels' clocks run.")
    if wait.pauses:
        said.append(f"Meanwhile these clocks stand still: {', '.join(map(_name, wait.pauses))}.")
    yield " ".join(said)
    rows = [row for row in table.rows_from(state) if row.roles]
    if rows:
        head = ("who", "may", "which leads to", "by", "and is told")
        yield _markdown(head, dict.fromkeys(_act(row) for row in rows))
    if wait.deadlines:
        head = ("after", "if nobody acts", "which leads to", "by", "and is told")
        struck = (_strike(table, state, each, terms) for each in wait.deadlines)
        yield _markdown(head, (cells for rows_ in struck for cells in rows_))
    yield from _followed(table, state)


def _followed(table: Table, state: State) -> Iterator[str]:
    """What happens in a state since another axis moved."""
    for trigger, says in (
        (Trigger.FOLLOW_PARCELS, "When its slowest parcel moves, the order follows"),
        (Trigger.FOLLOW_CASE, "When a case of it comes through, the order ends"),
        (Trigger.FOLLOW_ORDER, "When its order or a parcel moves, it may follow"),
        (Trigger.HEED_CHARGEBACK, "When a payment was taken back with just cause, the order ends"),
    ):
        rows = [row for row in table.rows_from(state, trigger) if not row.stays]
        if rows:
            goals = dict.fromkeys(f"{_name(row.target)} ({_clause(row.clause)})" for row in rows)
            yield f"{says}: {', '.join(goals)}."
    if table.rows_from(state, Trigger.COLLECT_DEBT):
        yield "When something else pays what is owed, it follows (`collect-debt`)."
    wait = table.wait(state)
    holding = []
    if any(map(_holds_up, table.rows_from(state, Trigger.FOLLOW_CASE))):
        holding.append("a case is open")
    if table.rows_from(state, Trigger.HEED_CHARGEBACK):
        holding.append("a payment of it is charged back and not paid again")
    if wait.deadlines and not wait.errand and holding:
        yield f"Its own clocks stand still while {' or '.join(holding)}."


def _holds_up(row: Row) -> bool:
    return row.when is case_begins_to_hold


def _act(row: Row) -> tuple[str, ...]:
    return (
        ", ".join(_role(role) for role in sorted(row.roles)),
        f"`{row.trigger}`",
        _goal(row),
        _clause(row.clause),
        _told(row),
    )


def _strike(
    table: Table, state: State, deadline: Deadline, terms: Terms
) -> Iterator[tuple[str, ...]]:
    again = f", then every {_duration(deadline.again, terms)}" if deadline.again else ""
    for row in table.rows_from(state, deadline.trigger):
        yield (
            f"{_duration(deadline.term, terms)}{again} ({_name(deadline.term)})",
            f"`{row.trigger}`: {table.triggers[row.trigger].says}",
            _goal(row),
            _clause(row.clause),
            _told(row),
        )


def _paths() -> Iterator[str]:
    yield "## Paths"
    count = sum(len(paths) for paths in GROUPS.values())
    yield (
        f"The demo walks {count} paths; each is a journey test through the API and a recorded "
        "history that is replayed."
    )
    for group, paths in GROUPS.items():
        yield f"### {group[0].upper()}{group[1:]}"
        yield _markdown(("path", "ends"), ((path.name, _name(path.end)) for path in paths))


def _clauses() -> Iterator[str]:
    yield "## Clauses"
    cited = {row.clause for table in TABLES.values() for row in table.rows}
    for id_ in CATALOGUE:
        if id_ in cited:
            yield f"### {id_}"
            yield clause(id_).say


def _duration(term: str, terms: Terms) -> str:
    if term == AGREED_DATE:
        return "the agreed date"
    if term == BALANCE_DATE:
        least = _span(terms.durations[LEAST_NOTICE])
        return f"the agreed date, {least} from the start at least"
    if term == STATUTORY:
        return "the shorter statutory period of the two countries"
    return _span(terms.durations[term])


def _span(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    if hours and hours % 24 == 0 and hours >= 72:
        return f"{hours // 24} days"
    return f"{hours} hours" if hours else f"{int(span.total_seconds() // 60)} minutes"


def _goal(row: Row) -> str:
    goal = "stays" if row.stays else _name(row.target)
    return f"{goal}, next to act: {_role(row.next_actor)}" if row.next_actor else goal


def _told(row: Row) -> str:
    return "<br>".join(f"{_role(each.to)}: `{each.event}`" for each in row.notices)


def _clause(id_: str) -> str:
    return f"[{id_}](#{id_.lower()})"


def _role(role: Role) -> str:
    return "the clock" if role == Role.CLOCK else _name(role)


def _name(word: str) -> str:
    return word.replace("_", " ")


def _markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(
        f"| {' | '.join(cells)} |" for cells in (head, tuple("---" for _ in head), *rows)
    )
