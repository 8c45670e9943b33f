"""A mail server that delivers nothing: it keeps what it is handed, and can be told to say no.

As a program it keeps each letter as a file: `python -m daigou.simulator.mailbox PORT FOLDER`.
"""

import asyncio
import signal
import sys
from collections import deque
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope

HOST = "127.0.0.1"
LETTERS_MAX = 10_000


class MailServer:
    """A mail server on the loopback address, as an async context manager.

    `answer` replaces its answer to a letter, e.g. `451 later` or `550 no such person`; a letter
    that is answered so is not kept. `port` 0: any that is free.
    """

    def __init__(self, *, port: int = 0, folder: Path | None = None) -> None:
        self.port = port
        self.letters: deque[EmailMessage] = deque(maxlen=LETTERS_MAX)
        self.answer = ""
        self._folder = folder
        self._count = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Listens, on the same port as before."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mailbox.invalid", loop=loop), HOST, self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listens no more."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def handle_DATA(  # noqa: N802 - the library calls it so
        self, _server: SMTP, _session: Any, envelope: Envelope
    ) -> str:
        """Takes a letter, or says what it was told to say."""
        if self.answer:
            return self.answer
        content = bytes(envelope.original_content or b"")
        self._count += 1
        if self._folder is None:
            self.letters.append(message_from_bytes(content, policy=policy.default))
        else:
            path = self._folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{self._count:06d}.eml"
            await asyncio.to_thread(path.write_bytes, content)
        return "250 kept"


async def _serve(port: int, folder: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with MailServer(port=port, folder=folder):
        await stop.wait()


if __name__ == "__main__":
    letters = Path(sys.argv[2])
    letters.mkdir(parents=True, exist_ok=True)
    asyncio.run(_serve(int(sys.argv[1]), letters))
