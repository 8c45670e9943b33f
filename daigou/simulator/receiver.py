"""A receiver of webhooks as an integrator's is to be: it verifies, takes each id once, and orders.

It can be switched off and on, and be in a mood: for tests and the demo.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook, WebhookVerificationError

HOST = "127.0.0.1"
BODY_BYTES_MAX = 64 * 1024
HEAD_LINES_MAX = 100

Payload = dict[str, Any]


class Mood(StrEnum):
    """What it answers."""

    WELL = "well"
    BROKEN = "broken"
    """500."""
    BUSY = "busy"
    """503, with a Retry-After."""
    ELSEWHERE = "elsewhere"
    """A redirect to itself."""
    DISAGREES = "disagrees"
    """400."""
    SILENT = "silent"
    """No answer."""
    CHATTY = "chatty"
    """200, with a body that does not end."""


@dataclass(kw_only=True)
class Inbox:
    """What arrived at one path: each message once, in the order of its arrival."""

    secret: str
    taken: dict[str, Payload] = field(default_factory=dict)
    copies: Counter[str] = field(default_factory=Counter)

    def of(self, subject: str) -> list[Payload]:
        """The messages on a subject, as they arrived."""
        return [each for each in self.taken.values() if _subject(each) == subject]

    @property
    def subjects_out_of_order(self) -> list[str]:
        """Subjects whose messages came in another order than they have."""
        places: dict[str, list[int]] = defaultdict(list)
        for each in self.taken.values():
            places[_subject(each)].append(each["data"]["order_sequence"])
        return [subject for subject, found in places.items() if found != sorted(found)]

    @property
    def gaps(self) -> list[str]:
        """Subjects of which messages are missing, as their receiver can see."""
        places: dict[str, set[int]] = defaultdict(set)
        for each in self.taken.values():
            places[_subject(each)].add(each["data"]["order_sequence"])
        return [subject for subject, found in places.items() if max(found) != len(found)]


class Receiver:
    """An HTTP server on the loopback address, as an async context manager; a path an inbox."""

    def __init__(self, *, port: int = 0) -> None:
        self.port = port
        self.mood = Mood.WELL
        self.inboxes: dict[str, Inbox] = {}
        self.unverified = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.switch_on()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.switch_off()

    def url(self, path: str) -> str:
        """Where an inbox is."""
        return f"http://{HOST}:{self.port}/{path}"

    def expect(self, path: str, secret: str) -> Inbox:
        """The inbox of a path, whose messages are signed with a secret."""
        inbox = self.inboxes.setdefault(path, Inbox(secret=secret))
        inbox.secret = secret
        return inbox

    async def switch_on(self) -> None:
        """Listens, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def switch_off(self) -> None:
        """Refuses connections."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whoever calls may hang up at any time.
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path, headers, body = await _request(reader)
        match self.mood:
            case Mood.WELL:
                _say(writer, self._take(path, headers, body))
            case Mood.BROKEN:
                _say(writer, HTTPStatus.INTERNAL_SERVER_ERROR)
            case Mood.BUSY:
                _say(writer, HTTPStatus.SERVICE_UNAVAILABLE, **{"Retry-After": "7"})
            case Mood.ELSEWHERE:
                _say(writer, HTTPStatus.TEMPORARY_REDIRECT, Location=self.url(path))
            case Mood.DISAGREES:
                _say(writer, HTTPStatus.BAD_REQUEST)
            case Mood.SILENT:
                await reader.read(1)  # Until the caller hangs up.
            case Mood.CHATTY:
                self._take(path, headers, body)
                _say(writer, HTTPStatus.OK, **{"Content-Length": str(10**9)})
                while True:
                    writer.write(b".")
                    await writer.drain()
                    await asyncio.sleep(0.02)
        await writer.drain()

    def _take(self, path: str, headers: Mapping[str, str], body: bytes) -> HTTPStatus:
        inbox = self.inboxes.get(path)
        if inbox is None:
            return HTTPStatus.NOT_FOUND
        try:
            Webhook(inbox.secret).verify(body, dict(headers))
        except WebhookVerificationError:
            self.unverified += 1
            return HTTPStatus.UNAUTHORIZED
        id_ = headers["webhook-id"]
        inbox.copies[id_] += 1
        inbox.taken.setdefault(id_, json.loads(body))
        return HTTPStatus.NO_CONTENT


async def _request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    first = (await reader.readline()).decode("ascii").split(" ")
    if len(first) != 3:
        raise ConnectionError("that is no HTTP")
    headers: dict[str, str] = {}
    for _ in range(HEAD_LINES_MAX):
        line = (await reader.readline()).decode("latin-1").strip()
        if not line:
            break
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    length = min(int(headers.get("content-length", "0")), BODY_BYTES_MAX)
    return first[1].removeprefix("/"), headers, await reader.readexactly(length)


def _say(writer: asyncio.StreamWriter, status: HTTPStatus, **headers: str) -> None:
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", "Connection: close"]
    if status != HTTPStatus.NO_CONTENT and "Content-Length" not in headers:
        lines.append("Content-Length: 0")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


def _subject(payload: Payload) -> str:
    ids = (value for name, value in payload["data"].items() if name.endswith("_id"))
    return str(next(ids))
