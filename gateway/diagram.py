"""Owns the diagrams: a table as a picture, and on it where an order stands and how it came."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from daigou.domain.lifecycle import FULFILMENT, TABLES
from daigou.domain.lifecycle.table import Table
from daigou.domain.order import TableName
from daigou.domain.terms import Terms, current, terms_of
from daigou.ledger.views import ItemView, OrderView, TransitionView
from gateway import drawing
from gateway.diagram_layout import MARGIN
from gateway.diagram_plan import Plan
from gateway.diagram_sheet import Sheet
from gateway.diagram_words import Trail, words

HEAD = 92.0
DRAWN = frozenset(
    {TableName.PARCEL, TableName.CANCELLATION, TableName.DISSOLUTION, TableName.REFUND}
)
"""The items whose way is worth a picture on an order's own diagram."""


def order_svg(order: OrderView, steps: Sequence[TransitionView]) -> str:
    """An order's own diagram: its state filled, its way numbered, its parcels and refunds below."""
    terms = terms_of(order.terms_version)
    country = order.request.client_country
    main = Sheet(
        plan=Plan(FULFILMENT),
        terms=terms,
        country=country,
        trail=Trail(
            present=order.state,
            steps=[step for step in steps if step.table == TableName.FULFILMENT],
            due={clock.term: clock.due for clock in order.clocks},
        ),
    )
    items = [
        (
            _title(item),
            Sheet(
                plan=Plan(TABLES[item.table]),
                terms=terms,
                country=country,
                trail=Trail(
                    present=item.state,
                    steps=[step for step in steps if step.item == item.item],
                    due={clock.term: clock.due for clock in item.clocks},
                ),
            ),
        )
        for item in order.items
        if item.table in DRAWN
    ]
    state, says = words(order.state), FULFILMENT.says(order.state)
    says = says if says.startswith(state) else f"{state}: {says}"
    return _document(f"Order {order.id}", says, main, items)


def lifecycle_svg(table: Table, *, terms: Terms | None = None) -> str:
    """A table's diagram, of no order in particular."""
    sheet = Sheet(plan=Plan(table), terms=terms or current(), country="", trail=Trail())
    head, says = words(table.name).capitalize(), "every state, and what leads where"
    return _document(head, says, sheet, [])


def _title(item: ItemView) -> str:
    amount = f" · {item.amount}" if item.amount else ""
    return f"{words(item.table).capitalize()} {item.item}{amount}"


def _document(head: str, says: str, main: Sheet, below: Sequence[tuple[str, Sheet]]) -> str:
    width = max(sheet.width for sheet in (main, *(sheet for _, sheet in below)))
    width = max(width, _legend_width(head, says, told=bool(main.trail.steps)))
    parts = [
        drawing.text(MARGIN, 44, head, "head"),
        drawing.text(MARGIN, 68, says, "sub"),
        _legend(width, told=bool(main.trail.steps)),
        *main.draw(HEAD),
    ]
    top = HEAD + main.height
    for title, sheet in below:
        parts.append(drawing.text(MARGIN, top + 26, title, "below"))
        parts += sheet.draw(top + 44)
        top += 44 + sheet.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {top:g}" '
        f'width="{width:g}" height="{top:g}" role="img" aria-labelledby="title desc">'
        f'<title id="title">{escape(head)}</title>'
        f'<desc id="desc">{escape(main.described(says))}</desc>'
        f"<style>{drawing.STYLE}</style>"
        f'<rect width="{width:g}" height="{top:g}" class="paper"/>{"".join(parts)}</svg>'
    )


_ICONS = ((drawing.clock, "a deadline"), (drawing.loop, "the state stays"))
_COLOURS = (("passed", "the way it came"), ("now", "now"))


def _legend_width(head: str, says: str, *, told: bool) -> float:
    """How wide the paper must be at least for its heading and the legend beside it."""
    legend = sum(drawing.width_of(each, size=11) + 38 for _, each in _ICONS)
    legend += sum(drawing.width_of(each, size=11) + 44 for _, each in _COLOURS if told)
    return max(
        2 * MARGIN + drawing.width_of(head, size=20) + 24 + legend,
        2 * MARGIN + drawing.width_of(says, size=13),
    )


def _legend(width: float, *, told: bool) -> str:
    x = width - MARGIN
    parts = []
    for icon, says in _ICONS:
        x -= drawing.width_of(says, size=11)
        parts.append(drawing.text(x, 44, says, "soft"))
        parts.append(icon(x - 12, 40))
        x -= 38
    if told:
        for css, says in _COLOURS:
            x -= drawing.width_of(says, size=11)
            parts.append(drawing.text(x, 44, says, "soft"))
            parts.append(drawing.group([drawing.box(x - 26, 33, 20, 14, round_by=4)], css))
            x -= 44
    return drawing.group(parts)
