"""Owns the order card: the Markdown that support staff read beside a history."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from daigou.domain.clocks import Clock
    from daigou.domain.lifecycle.table import Row
    from daigou.domain.order import Role
    from daigou.domain.steps import Committed, MoneyLine
    from workflows.axis import Axis
    from workflows.life import Life
    from workflows.messages import CaseNews

RECENT_STEPS = 8
_HELD_UP = "**Held up** by an open case or a chargeback: its own clocks stand still."


def order_card(life: Life, committed: Committed) -> str:
    """Where the subject stands, who acts next and by when, its money, and its last steps."""
    return "\n\n".join(
        part
        for part in (
            _standing(life.main),
            *(_item(item) for item in life.living_items),
            _money(committed.money),
            _recent(life),
        )
        if part
    )


def case_card(news: tuple[CaseNews, ...]) -> str:
    """Where a case stands, who acts next and by when, what is known of its money, its steps."""
    latest = news[-1]
    steps = [
        f"- {each.at:%Y-%m-%d %H:%M:%S} UTC · {each.trigger}: {_words(each.state)} · {each.clause}"
        for each in news[-RECENT_STEPS:]
    ]
    return "\n\n".join(
        [
            f"### {_words(latest.state)}",
            latest.says,
            f"**The order:** {_words(latest.order_state)}",
            *_expected(latest.next_actor, latest.clocks),
            *([_money(latest.money)] if latest.money else []),
            "\n".join(steps),
        ]
    )


def in_words(row: Row) -> str:
    """A row as one line: what was done, and what it changed."""
    return f"{row.trigger}: {_way(row)}"


def _standing(axis: Axis) -> str:
    heading = f"### {_words(axis.state)}"
    held = [_HELD_UP] if axis.held else []
    return "\n\n".join([heading, axis.table.says(axis.state), *held, *_awaited(axis)])


def _item(axis: Axis) -> str:
    name = axis.table.name.capitalize()
    heading = f"**{name} {axis.item}:** {axis.table.says(axis.state)}"
    return "\n\n".join([heading, *_awaited(axis)])


def _awaited(axis: Axis) -> list[str]:
    # Of an axis that is held up, it is the case that somebody has to move.
    return _expected(None if axis.held else axis.next_actor, axis.clocks)


def _expected(actor: Role | None, clocks: tuple[Clock, ...]) -> list[str]:
    return [
        *([f"**Next to act:** {_words(actor)}"] if actor else []),
        *(
            f"**{clock.trigger}** at {clock.due:%Y-%m-%d %H:%M:%S} UTC ({clock.clause})"
            for clock in clocks
        ),
    ]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _money(lines: tuple[MoneyLine, ...]) -> str:
    if not lines:
        return ""
    rows = [f"| {line.what} | {line.amount} |" for line in lines]
    return "\n".join(["| money | |", "| :--- | ---: |", *rows])


def _recent(life: Life) -> str:
    return "\n".join(
        f"- {at:%Y-%m-%d %H:%M:%S} UTC · {in_words(row)} · {row.clause}"
        for at, row in life.steps[-RECENT_STEPS:]
    )


def _way(row: Row) -> str:
    return f"stays {row.source}" if row.stays else f"{row.source} → {row.target}"
