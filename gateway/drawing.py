"""Owns the strokes of the diagrams: colours, boxes, arrows, labels, as pieces of SVG."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

Point = tuple[float, float]

STYLE = """
:root { color-scheme: light dark; }
svg { --paper:#ffffff; --ink:#0f172a; --soft:#5b6b80; --line:#8b9bb0; --box:#f8fafc;
  --edge:#b6c2d1; --way:#0d6b63; --way-soft:#d9f2ee; --now:#0d6b63; --now-ink:#ffffff;
  --clock:#a3470a; --lane:#f1f5fa;
  font-family:Arial,Helvetica,"Liberation Sans",Arimo,sans-serif; }
@media (prefers-color-scheme: dark) { svg { --paper:#0f1720; --ink:#e8eef5; --soft:#9fb0c3;
  --line:#71829a; --box:#18222e; --edge:#3c4c60; --way:#4fd1c1; --way-soft:#15383a;
  --now:#4fd1c1; --now-ink:#06201e; --clock:#f2a65e; --lane:#131c27; } }
.paper { fill:var(--paper); }
.box { fill:var(--box); stroke:var(--edge); stroke-width:1.5; }
.passed .box { fill:var(--way-soft); stroke:var(--way); stroke-width:2; }
.now .box { fill:var(--now); stroke:var(--now); stroke-width:2; }
.end .box { stroke-dasharray:none; }
.lane { fill:var(--lane); stroke:var(--edge); stroke-width:1; stroke-dasharray:4 4; }
.halo { fill:none; stroke:var(--edge); stroke-width:1.2; }
.passed .halo, .now .halo { stroke:var(--way); }
.start { fill:var(--line); } .start.passed { fill:var(--way); }
text { fill:var(--ink); font-size:12px; }
.state { font-size:14px; font-weight:650; text-anchor:middle; }
.soft { fill:var(--soft); font-size:11px; }
.mid { text-anchor:middle; }
.clock { fill:var(--clock); font-size:11px; }
.hand { fill:none; stroke:var(--clock); stroke-width:1.3; stroke-linecap:round; }
.now text { fill:var(--now-ink); } .now .hand { stroke:var(--now-ink); }
.trigger { font-weight:600; }
.line { fill:none; stroke:var(--line); stroke-width:1.5; }
.taken > .line { stroke:var(--way); stroke-width:3; }
.tip { fill:var(--line); } .taken > .tip { fill:var(--way); }
.badge rect { fill:var(--way); } .badge text { fill:var(--paper); font-size:10.5px;
  font-weight:700; text-anchor:middle; }
.now .badge rect { fill:var(--now-ink); } .now .badge text { fill:var(--now); }
.below { font-size:15px; font-weight:700; }
.head { font-size:20px; font-weight:700; } .sub { font-size:13px; fill:var(--soft); }
"""

_NARROW, _WIDE = frozenset("iljtfr.,:;'|-· "), frozenset("mwMW@%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What an arrow says: what is done, by whom or when, and the numbers of the times it was."""

    name: str
    who: str
    by_clock: bool = False
    numbers: str = ""
    tooltip: str = ""


def width_of(text: str, *, size: float = 12.0) -> float:
    """About how wide a text is drawn, by the measures of Arial Bold."""
    return sum(
        size
        * (
            0.34
            if char in _NARROW
            else 0.89
            if char in _WIDE
            else 1.0
            if ord(char) > 0x2E80
            else 0.72
            if char.isupper()
            else 0.6
        )
        for char in text
    )


def text(x: float, y: float, content: str, css: str = "") -> str:
    """A line of text."""
    return f'<text x="{x:g}" y="{y:g}" class={quoteattr(css)}>{escape(content)}</text>'


def group(parts: Iterable[str], css: str = "", tooltip: str = "") -> str:
    """Pieces that belong together, with what is shown when they are pointed at."""
    title = f"<title>{escape(tooltip)}</title>" if tooltip else ""
    return f"<g class={quoteattr(css)}>{title}{''.join(parts)}</g>"


def box(
    x: float, y: float, width: float, height: float, *, round_by: float = 10, css: str = "box"
) -> str:
    """A rectangle with round corners."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_by:g}" '
        f'class="{css}"/>'
    )


def dot(x: float, y: float, radius: float, css: str) -> str:
    """A filled circle."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" class="{css}"/>'


def clock(x: float, y: float) -> str:
    """A small clock, its middle at the point."""
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="4.6" class="hand"/>'
        f'<path d="M{x:g} {y - 2.6:g}V{y:g}H{x + 2.2:g}" class="hand"/>'
    )


def loop(x: float, y: float) -> str:
    """A small circular arrow, its middle at the point: the state stays."""
    return (
        f'<path d="M{x + 4.6:g} {y - 1.5:g}A4.8 4.8 0 1 0 {x + 3.6:g} {y + 3.2:g}" class="line"/>'
        f'<path d="M{x + 1.2:g} {y - 1.8:g}L{x + 7.8:g} {y - 0.6:g}L{x + 6:g} {y - 6:g}Z" '
        'class="tip"/>'
    )


def arrow(points: Sequence[Point], *, taken: bool, tooltip: str = "") -> str:
    """An arrow along right angles with round corners; it ends in its tip."""
    (x0, y0), (x1, y1) = points[-2], points[-1]
    dx, dy = _sign(x1 - x0), _sign(y1 - y0)
    short = (x1 - 7 * dx, y1 - 7 * dy)
    tip = (
        f"M{x1:g} {y1:g}L{x1 - 9 * dx - 4.5 * dy:g} {y1 - 9 * dy - 4.5 * dx:g}"
        f"L{x1 - 9 * dx + 4.5 * dy:g} {y1 - 9 * dy + 4.5 * dx:g}Z"
    )
    return group(
        [
            f'<path d="{_rounded([*points[:-1], short])}" class="line"/>',
            f'<path d="{tip}" class="tip"/>',
        ],
        "taken" if taken else "",
        tooltip,
    )


def label(x: float, y: float, said: Label, *, above: bool = True) -> str:
    """A label centred over a line at height `y`, or under it."""
    name_y, who_y = (y - 20, y - 7) if above else (y + 16, y + 29)
    return _label(x - width_of(said.name) / 2, name_y, x, who_y, said)


def astride(x: float, y: float, said: Label) -> str:
    """A label that begins at `x`: what is done over the line, who does it under it."""
    return _label(x, y - 6, x + width_of(said.who, size=11) / 2, y + 13, said, flush=True)


def centred(x: float, y: float, said: Label) -> str:
    """A label with the line through its middle: what is done over it, who does it under it."""
    return _label(x - width_of(said.name) / 2, y - 6, x, y + 13, said)


def badge_width(numbers: str) -> float:
    """How much room a label's numbers take beside its name."""
    return max(17.0, width_of(numbers, size=10.5) + 9) + 5 if numbers else 0.0


def badge(x: float, y: float, numbers: str) -> str:
    """The numbers of the steps, their right edge at `x`, on the height of a text line at `y`."""
    width = badge_width(numbers) - 5
    return group(
        [box(x - width, y - 13, width, 17, round_by=8.5, css=""), text(x - width / 2, y, numbers)],
        "badge",
    )


def _label(
    left: float, name_y: float, middle: float, who_y: float, said: Label, *, flush: bool = False
) -> str:
    css = "clock" if said.by_clock else "soft"
    shift = 14 if said.by_clock else 0
    if flush:
        parts = [text(left, name_y, said.name, "trigger")]
        parts.append(text(left + shift, who_y, said.who, css))
        icon = left + 5
    else:
        centre = left + width_of(said.name) / 2
        parts = [text(centre, name_y, said.name, "trigger mid")]
        parts.append(text(middle + shift / 2, who_y, said.who, f"{css} mid"))
        icon = middle - width_of(said.who, size=10.2) / 2 - 2
    if said.by_clock:
        parts.append(clock(icon, who_y - 4))
    if said.numbers:
        parts.append(badge(left - 5, name_y, said.numbers))
    return group(parts, "", said.tooltip)


def _rounded(points: Sequence[Point], radius: float = 9) -> str:
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, _distance(before, corner) / 2, _distance(corner, after) / 2)
        (ax, ay), (bx, by) = _towards(corner, before, reach), _towards(corner, after, reach)
        path += f"L{ax:g} {ay:g}Q{corner[0]:g} {corner[1]:g} {bx:g} {by:g}"
    return path + f"L{points[-1][0]:g} {points[-1][1]:g}"


def _towards(start: Point, goal: Point, reach: float) -> Point:
    return (
        start[0] + reach * _sign(goal[0] - start[0]),
        start[1] + reach * _sign(goal[1] - start[1]),
    )


def _distance(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def arrow_stem(x: float, top: float, bottom: float, *, taken: bool) -> str:
    """A plain line down, without a tip."""
    return group([f'<path d="M{x:g} {top:g}V{bottom:g}" class="line"/>'], "taken" if taken else "")
