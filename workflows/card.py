"""Owns the order card: the Markdown that support staff read beside a history."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from daigou.domain.lifecycle.table import Row
    from daigou.domain.steps import Committed
    from workflows.axis import Axis
    from workflows.life import Life

RECENT_STEPS = 8


def order_card(life: Life, committed: Committed) -> str:
    """Where the subject stands, who acts next and by when, its money, and its last steps."""
    return "\n\n".join(
        part
        for part in (
            _standing(life.main),
            *(_item(item) for item in life.living_items),
            _money(committed),
            _recent(life),
        )
        if part
    )


def in_words(row: Row) -> str:
    """A row as one line: what was done, and what it changed."""
    return f"{row.trigger}: {_way(row)}"


def _standing(axis: Axis) -> str:
    heading = f"### {axis.state.replace('_', ' ')}"
    return "\n\n".join([heading, axis.table.says(axis.state), *_awaited(axis)])


def _item(axis: Axis) -> str:
    name = axis.table.name.capitalize()
    heading = f"**{name} {axis.item}:** {axis.table.says(axis.state)}"
    return "\n\n".join([heading, *_awaited(axis)])


def _awaited(axis: Axis) -> list[str]:
    actor = axis.next_actor
    return [
        *([f"**Next to act:** {actor.replace('_', ' ')}"] if actor else []),
        *(
            f"**{clock.trigger}** at {clock.due:%Y-%m-%d %H:%M:%S} UTC ({clock.clause})"
            for clock in axis.clocks
        ),
    ]


def _money(committed: Committed) -> str:
    if not committed.money:
        return ""
    rows = [f"| {line.what} | {line.amount} |" for line in committed.money]
    return "\n".join(["| money | |", "| :--- | ---: |", *rows])


def _recent(life: Life) -> str:
    return "\n".join(
        f"- {at:%Y-%m-%d %H:%M:%S} UTC · {in_words(row)} · {row.clause}"
        for at, row in life.steps[-RECENT_STEPS:]
    )


def _way(row: Row) -> str:
    return f"stays {row.source}" if row.stays else f"{row.source} → {row.target}"
