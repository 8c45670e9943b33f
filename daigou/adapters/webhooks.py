"""Webhooks as Standard Webhooks has them: signed, to public addresses alone, bounded in time."""

import asyncio
import ipaddress
import json
import socket
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx
from standardwebhooks import Webhook

from daigou.domain.ids import kind_of
from daigou.domain.notices import RETRY_MOST
from daigou.ports.notices import Endpoint, Later, Message, Outcome, Rejected, Taken

ANSWER_SECONDS_MAX = 10.0
"""For all of it: name, connection, request and the head of the answer."""
AGENT = "daigou-webhooks/1"
_BUSY = frozenset({408, 425, 429})
_PORTS = {"https": 443, "http": 80}


class _NotPublicError(Exception):
    """The name leads into somebody's private network."""


class Webhooks:
    """The webhook channel. `allow_insecure`, for development: http, and private addresses.

    Its connections are not kept: each leads to the very address that was checked for its name, and
    a connection to the same address for another name is no use.
    """

    def __init__(
        self, *, allow_insecure: bool = False, answer_seconds_max: float = ANSWER_SECONDS_MAX
    ) -> None:
        self._allow_insecure = allow_insecure
        self._answer_seconds_max = answer_seconds_max
        self._http = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            timeout=answer_seconds_max,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def send(self, message: Message, to: Endpoint, *, now: datetime) -> Outcome:
        """Posts a message: any 2xx has taken it. The answer's body is not read.

        A redirect is a no: what was signed for one address is not carried to another.
        """
        url = httpx.URL(to.url)
        if url.scheme != "https" and not self._allow_insecure:
            return Rejected(code="not_https")
        try:
            async with asyncio.timeout(self._answer_seconds_max):
                return await self._post(message, to, url, now)
        except _NotPublicError:
            return Rejected(code="address_not_public")
        except (TimeoutError, httpx.TimeoutException):
            return Later(code="timeout")
        except socket.gaierror:
            return Later(code="name_unknown")
        except httpx.TransportError:
            return Later(code="unreachable")

    async def _post(self, message: Message, to: Endpoint, url: httpx.URL, now: datetime) -> Outcome:
        body = body_of(message)
        request = self._http.build_request(
            "POST",
            # By its number: a name that is asked for twice may have two answers.
            url.copy_with(host=await self._address_of(url)),
            content=body,
            headers={
                "Host": url.netloc.decode("ascii"),
                "Content-Type": "application/json",
                "User-Agent": AGENT,
                **signed_headers(message, to, body=body, now=now),
            },
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        response = await self._http.send(request, stream=True)
        await response.aclose()
        return _outcome(response)

    async def _address_of(self, url: httpx.URL) -> str:
        port = url.port or _PORTS.get(url.scheme, 443)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        # Most receivers have an IPv4 address, and not every sender an IPv6 one: that comes last.
        found.sort(key=lambda each: each[0] != socket.AF_INET)
        addresses = [str(each[4][0]) for each in found]
        if not self._allow_insecure and not all(map(is_public, addresses)):
            raise _NotPublicError
        return addresses[0]


def body_of(message: Message) -> bytes:
    """The payload: which step was told, in which order, and no personal data (PSR-23)."""
    data: dict[str, Any] = {
        f"{kind_of(message.subject).name}_id": message.subject,
        "sequence": message.sequence,
        "number": message.number,
        "order_sequence": message.order_sequence,
        "axis": message.table,
        "state": message.state,
        "trigger": message.trigger,
        "clause": message.clause,
        "at": message.at.isoformat(),
        "recipient_role": message.recipient_role,
    }
    payload = {"type": message.event, "timestamp": message.at.isoformat(), "data": data}
    return json.dumps(payload, separators=(",", ":")).encode()


def signed_headers(message: Message, to: Endpoint, *, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks, with a signature by each secret."""
    said = body.decode()
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(message.id, now.astimezone(UTC), said) for secret in to.secrets
        ),
    }


def is_public(address: str) -> bool:
    """Whether an address is anyone's to reach: no loopback, link-local, private or mapped one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not found.is_multicast


def _outcome(response: httpx.Response) -> Outcome:
    code = f"http_{response.status_code}"
    if response.is_success:
        return Taken(external_ref=code)
    if response.is_server_error or response.status_code in _BUSY:
        return Later(code=code, wait=_retry_after(response))
    return Rejected(code=code)


def _retry_after(response: httpx.Response) -> timedelta | None:
    said = response.headers.get("retry-after", "")
    if not (said.isascii() and said.isdigit()):
        return None
    return timedelta(seconds=min(int(said[:9]), int(RETRY_MOST.total_seconds())))
