"""Owns `daigou submit`: many orders from a file of JSON lines, placed once however often it runs.

Each line gets an idempotency key made of what it says, and of its `order_id` or, without one, of
its place in the file: run again, a line that was placed is found, not placed twice. So lines may
be appended between two runs; one without an `order_id` must keep its place.
"""

import asyncio
import hashlib
import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from daigou.domain.refusals import RefusalCode
from gateway.client import DaigouClient, RefusalError, UnansweredError
from gateway.problems import EdgeCode, Problem

LINE_BYTES_MAX = 256 * 1024
"""No purchasing request is longer; a file without line ends is not read into memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What to submit, where to, and as whom. `report` takes a JSON line for each line."""

    file: Path
    gateway: str
    key: str
    secret: str
    report: Path | None
    at_once: int


class Fate(StrEnum):
    """What became of a line."""

    PLACED = "placed"
    ALREADY_PLACED = "already_placed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A line's fate; `order` where there is one, and every reason where it was refused."""

    line: int
    fate: Fate
    order: str = ""
    code: str = ""
    clause: str = ""
    reasons: tuple[str, ...] = ()


class StoppedError(Exception):
    """Nothing more can be placed now; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the file, counted from 1; `ends_at` is how far the file is read with it."""

    number: int
    text: bytes
    ends_at: int


Place = Callable[[dict[str, Any], str, int], Awaitable[Result]]
"""Places a body under a key, for the line of a number.

Raises:
    StoppedError: nothing can be placed at all.
"""


def run_submit(submission: Submission) -> int:
    """Places every line; returns 0 if all are placed, 1 if any was refused or it was stopped."""
    console = Console()
    try:
        counts = asyncio.run(_submit(submission, console))
    except StoppedError as stopped:
        console.print(f"[bold red]Stopped:[/] {stopped}", highlight=False)
        console.print("Run it again: what is placed is not placed twice.")
        return 1
    except KeyboardInterrupt:
        console.print("Cut off. Run it again: what is placed is not placed twice.")
        return 130
    told = ", ".join(f"{counts[fate]} {fate.replace('_', ' ')}" for fate in Fate)
    console.print(f"{counts.total()} orders: {told}", highlight=False)
    return 1 if counts[Fate.REFUSED] else 0


async def place_all(
    lines: Iterator[Line], place: Place, *, at_once: int
) -> AsyncIterator[tuple[Line, Result]]:
    """Each line with its fate, in the order of the file; so many at once are under way."""
    under_way: deque[tuple[Line, asyncio.Task[Result]]] = deque()
    try:
        for line in lines:
            under_way.append((line, asyncio.create_task(_place_line(line, place))))
            if len(under_way) >= at_once:
                yield await _next(under_way)
        while under_way:
            yield await _next(under_way)
    finally:
        for _, task in under_way:
            task.cancel()
        await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)


def lines_of(file: BinaryIO) -> Iterator[Line]:
    """The lines that are not blank; of one that is too long, no more than shows that it is."""
    number = ends_at = 0
    while text := file.readline(LINE_BYTES_MAX + 1):
        number, ends_at = number + 1, ends_at + len(text)
        kept = text
        while len(text) > LINE_BYTES_MAX and not text.endswith(b"\n"):
            text = file.readline(LINE_BYTES_MAX)
            ends_at += len(text)
            if not text:
                break
        if kept.strip():
            yield Line(number=number, text=kept, ends_at=ends_at)


def key_of(body: dict[str, Any], *, line: int) -> str:
    """The idempotency key of a body: of what it says, and its `order_id` or else its place."""
    said = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    place = body.get("order_id") or f"line {line}"
    return "submit-" + hashlib.sha256(f"{place}\0{said}".encode()).hexdigest()


async def _submit(submission: Submission, console: Console) -> Counter[Fate]:
    counts: Counter[Fate] = Counter()
    progress = Progress(
        TextColumn("Placing"), BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console
    )
    with submission.file.open("rb") as file, _opened(submission.report) as report, progress:
        task = progress.add_task("", total=submission.file.stat().st_size)
        async with _placing(submission) as place:
            async for line, result in place_all(lines_of(file), place, at_once=submission.at_once):
                counts[result.fate] += 1
                progress.update(task, completed=line.ends_at)
                if result.fate != Fate.PLACED:
                    _tell(progress.console, result)
                if report:
                    report.write(json.dumps(_as_json(result), ensure_ascii=False) + "\n")
    return counts


@asynccontextmanager
async def _placing(submission: Submission) -> AsyncIterator[Place]:
    """Places through the gateway."""
    async with DaigouClient(submission.gateway, submission.key, submission.secret) as client:
        if not await client.is_ready():
            raise StoppedError(
                f"no gateway is ready at {submission.gateway}: start it (`daigou up`), or say "
                "where it is with --gateway."
            )

        async def place(body: dict[str, Any], key: str, line: int) -> Result:
            try:
                done = await client.place(body, key=key)
            except RefusalError as refusal:
                return _refused(line, refusal.problem)
            except UnansweredError as error:
                raise StoppedError(f"the gateway does not answer ({error}).") from error
            fate = Fate.ALREADY_PLACED if done.replayed else Fate.PLACED
            return Result(line=line, fate=fate, order=done.receipt.id)

        yield place


def _refused(line: int, problem: Problem) -> Result:
    if problem.code in (EdgeCode.UNAUTHENTICATED, RefusalCode.NOT_YOUR_ROLE):
        raise StoppedError(f"{problem.detail}. Check the application's key and secret.")
    each = tuple(f"{fault.pointer} {fault.detail}" for fault in problem.errors)
    return Result(
        line=line,
        fate=Fate.REFUSED,
        code=problem.code,
        clause=problem.clause or "",
        reasons=each or (problem.detail,),
    )


async def _next(
    under_way: deque[tuple[Line, asyncio.Task[Result]]],
) -> tuple[Line, Result]:
    line, task = under_way[0]
    result = await task
    under_way.popleft()
    return line, result


async def _place_line(line: Line, place: Place) -> Result:
    body = _parsed(line)
    if isinstance(body, Result):
        return body
    return await place(body, key_of(body, line=line.number), line.number)


def _parsed(line: Line) -> dict[str, Any] | Result:
    if len(line.text) > LINE_BYTES_MAX:
        return _unreadable(line, f"is longer than {LINE_BYTES_MAX:,} bytes")
    try:
        body = json.loads(line.text)
    except json.JSONDecodeError as error:
        return _unreadable(line, f"is no JSON: {error.msg} at column {error.colno}")
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        return _unreadable(line, f"is no JSON: {error}")
    if not isinstance(body, dict):
        return _unreadable(line, "is no JSON object")
    return body


def _unreadable(line: Line, why: str) -> Result:
    return Result(line=line.number, fate=Fate.REFUSED, code="malformed_json", reasons=(why,))


def _tell(console: Console, result: Result) -> None:
    if result.fate == Fate.ALREADY_PLACED:
        console.print(f"line {result.line}: already placed, {result.order}", highlight=False)
        return
    clause = f", {result.clause}" if result.clause else ""
    console.print(
        f"line {result.line}: refused ({result.code}{clause})",
        style="red",
        highlight=False,
        markup=False,
    )
    for reason in result.reasons:
        console.print(f"  {reason}", highlight=False, markup=False, soft_wrap=True)


def _as_json(result: Result) -> dict[str, Any]:
    said: dict[str, Any] = {"line": result.line, "outcome": result.fate}
    if result.fate == Fate.REFUSED:
        return said | {
            "code": result.code,
            "clause": result.clause or None,
            "reasons": result.reasons,
        }
    return said | {"order_id": result.order}


@contextmanager
def _opened(report: Path | None) -> Iterator[TextIO | None]:
    if report is None:
        yield None
        return
    with report.open("w", encoding="utf-8") as file:
        yield file
