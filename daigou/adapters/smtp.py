"""E-mail by SMTP: short plain text, one connection a message, every refusal as a code."""

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from types import MappingProxyType

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPTimeoutError,
)

from daigou.domain.ids import kind_of
from daigou.domain.notice_words import words_for
from daigou.ports.notices import Later, Mailbox, Message, Outcome, Rejected, Taken

ANSWER_SECONDS_MAX = 20.0
CONNECTIONS_MAX = 8


class Encryption(StrEnum):
    """How the line to the mail server is kept private; `NONE` is for development."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


USUAL_PORTS = MappingProxyType({Encryption.STARTTLS: 587, Encryption.TLS: 465, Encryption.NONE: 25})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in, and as whom. `sender` is the address that it comes from."""

    host: str
    sender: str
    port: int | None = None
    """None: the usual one of the encryption."""
    encryption: Encryption = Encryption.STARTTLS
    user: str = ""
    password: str = field(repr=False, default="")


class Smtp:
    """The e-mail channel."""

    def __init__(
        self, server: MailServer, *, answer_seconds_max: float = ANSWER_SECONDS_MAX
    ) -> None:
        self._server = server
        self._answer_seconds_max = answer_seconds_max
        self._tls = ssl.create_default_context()
        self._at_once = asyncio.Semaphore(CONNECTIONS_MAX)

    async def send(self, message: Message, to: Mailbox, *, now: datetime) -> Outcome:
        """Hands a letter in: it is out once the server has accepted it."""
        try:
            letter = self._letter(message, to, now)
        except (MessageError, ValueError):
            return Rejected(code="address_invalid")
        try:
            async with self._at_once, asyncio.timeout(self._answer_seconds_max):
                await self._hand_in(letter)
        except (SMTPException, TimeoutError, OSError) as error:
            return _no(error)
        return Taken(external_ref=letter["Message-ID"])

    async def _hand_in(self, letter: EmailMessage) -> None:
        server = self._server
        async with SMTP(
            hostname=server.host,
            port=server.port or USUAL_PORTS[server.encryption],
            username=server.user or None,
            password=server.password or None,
            use_tls=server.encryption == Encryption.TLS,
            start_tls=server.encryption == Encryption.STARTTLS,
            tls_context=None if server.encryption == Encryption.NONE else self._tls,
            timeout=self._answer_seconds_max,
        ) as connection:
            await connection.send_message(letter)

    def _letter(self, message: Message, to: Mailbox, now: datetime) -> EmailMessage:
        words = words_for(message.event, message.recipient_role)
        sender = Address(addr_spec=self._server.sender)
        letter = EmailMessage()
        letter["From"] = sender
        letter["To"] = Address(addr_spec=to.email)
        letter["Subject"] = f"{words.subject}: {message.subject}"
        letter["Date"] = format_datetime(now)
        # The same under every try: a mail server that saw it twice can tell.
        letter["Message-ID"] = f"<{message.id}@{sender.domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text_of(message, name=to.name))
        return letter


def text_of(message: Message, *, name: str) -> str:
    """The letter's text: what happened, what to do by when, the clause; a name in the greeting."""
    words = words_for(message.event, message.recipient_role)
    kind = kind_of(message.subject).name
    parts = [f"Dear {name}," if name else "Good day,", words.what, words.next]
    if words.by and message.due_at is not None:
        parts.append(f"{words.by}: {_moment(message.due_at)}.")
    parts.append(
        f"{kind.capitalize()}: {message.subject}\n"
        f"When: {_moment(message.at)}\n"
        f"Rule: {message.clause}\n"
        f"Notice: {message.order_sequence} of this {kind}, {message.event}"
    )
    return "\n\n".join(parts) + "\n"


def _moment(at: datetime) -> str:
    return f"{at:%d %B %Y, %H:%M} {at.tzname() or 'UTC'}"


def _no(error: Exception) -> Outcome:
    match error:
        case SMTPAuthenticationError():
            # Ours to mend: the recipient's mailbox has nothing to do with it.
            return Later(code="smtp_login")
        case SMTPRecipientsRefused(recipients=[SMTPResponseException() as first, *_]):
            return _by_code(first.code)
        case SMTPResponseException():
            return _by_code(error.code)
        case SMTPNotSupported():
            return Rejected(code="smtp_not_supported")
        case SMTPTimeoutError() | TimeoutError():
            return Later(code="timeout")
        case ssl.SSLError():
            return Later(code="tls")
        case _:
            return Later(code="unreachable")


def _by_code(code: int) -> Outcome:
    said = f"smtp_{code}"
    return Rejected(code=said) if code >= 500 else Later(code=said)
