"""Many orders from a file: every line has its fate, nothing is placed twice, memory is bounded."""

import asyncio
import io
import json
from typing import Any

import pytest

from daigou.submit import (
    LINE_BYTES_MAX,
    Fate,
    Result,
    StoppedError,
    key_of,
    lines_of,
    place_all,
)


class Books:
    """Places bodies as the gateway does: once a key."""

    def __init__(self) -> None:
        self.placed: dict[str, dict[str, Any]] = {}
        self.under_way = self.under_way_max = 0

    async def place(self, body: dict[str, Any], key: str, line: int) -> Result:
        self.under_way += 1
        self.under_way_max = max(self.under_way_max, self.under_way)
        await asyncio.sleep(0.002 * (line % 3))
        self.under_way -= 1
        if body.get("stop"):
            raise StoppedError("nobody answers")
        if "refuse" in body:
            return Result(
                line=line, fate=Fate.REFUSED, code="invalid_request", reasons=body["refuse"]
            )
        known = key in self.placed
        self.placed[key] = body
        fate = Fate.ALREADY_PLACED if known else Fate.PLACED
        return Result(line=line, fate=fate, order=f"ord_{line}")


async def submit(books: Books, text: str | bytes, *, at_once: int = 4) -> list[Result]:
    data = text.encode() if isinstance(text, str) else text
    return [
        result
        async for _, result in place_all(lines_of(io.BytesIO(data)), books.place, at_once=at_once)
    ]


async def test_places_every_line_in_the_order_of_the_file() -> None:
    books = Books()

    results = await submit(books, "\n".join(json.dumps({"n": n}) for n in range(50)))

    assert [result.line for result in results] == list(range(1, 51))
    assert {result.fate for result in results} == {Fate.PLACED}
    assert len(books.placed) == 50


async def test_holds_no_more_under_way_than_it_may() -> None:
    books = Books()

    await submit(books, "{}\n" * 30, at_once=3)

    assert books.under_way_max == 3


async def test_run_again_places_nothing_twice() -> None:
    books = Books()
    text = '{"n": 1}\n{"order_id": "ord_mine", "n": 2}\n'
    await submit(books, text)

    again = await submit(books, text + '{"n": 3}\n')

    assert [result.fate for result in again] == [
        Fate.ALREADY_PLACED,
        Fate.ALREADY_PLACED,
        Fate.PLACED,
    ]


async def test_equal_lines_are_orders_of_their_own() -> None:
    books = Books()

    await submit(books, '{"n": 1}\n{"n": 1}\n')

    assert len(books.placed) == 2


def test_a_line_with_an_order_id_may_move() -> None:
    body = {"order_id": "ord_mine", "n": 1}

    assert key_of(body, line=1) == key_of({"n": 1, "order_id": "ord_mine"}, line=9)
    assert key_of(body, line=1) != key_of({**body, "n": 2}, line=1)
    assert len(key_of(body, line=1)) <= 255


async def test_blank_lines_are_passed_over_and_counted() -> None:
    results = await submit(Books(), '\n  \n{"n": 1}\r\n\n{"n": 2}')

    assert [result.line for result in results] == [3, 5]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "is no JSON: Expecting property name"),
        (b"[1]", "is no JSON object"),
        (b"\xff\xfe", "is no JSON"),
        (b'"' + b"x" * LINE_BYTES_MAX + b'"', "is longer than 262,144 bytes"),
        (b"[" * 100_000, "is no JSON"),
        (b'{"n": ' + b"9" * 5_000 + b"}", "is no JSON"),
    ],
)
async def test_a_line_that_cannot_be_read_is_refused_and_the_next_one_placed(
    line: bytes, reason: str
) -> None:
    results = await submit(Books(), line + b'\n{"n": 1}\n')

    assert (results[0].fate, results[0].line) == (Fate.REFUSED, 1)
    assert results[0].reasons[0].startswith(reason)
    assert (results[1].fate, results[1].line) == (Fate.PLACED, 2)


async def test_every_reason_of_a_refused_line_is_kept() -> None:
    results = await submit(Books(), '{"refuse": ["/quantity is missing", "/title is missing"]}')

    assert results[0].reasons == ["/quantity is missing", "/title is missing"]


async def test_stops_when_nobody_answers() -> None:
    books = Books()

    with pytest.raises(StoppedError):
        await submit(books, '{"stop": true}\n' + '{"n": 1}\n' * 100, at_once=2)

    assert len(books.placed) <= 2
