"""The typed client of the API: what a backend in Python places, commands and reads orders with.

    async with DaigouClient("http://127.0.0.1:8080", app_key, app_secret) as daigou:
        done = await daigou.place(body, key="order-4711")
        await daigou.accept(done.receipt.id, key="accept-4711")

Every command takes a `key`, the caller's own name for it: the same key is carried out once, however
often the call is made.
"""

import httpx

from gateway.calling import RefusalError, UnansweredError
from gateway.client.accounts import Accounts
from gateway.client.agreeing import Agreeing
from gateway.client.beside import Beside
from gateway.client.buying import Buying
from gateway.client.calls import Done
from gateway.client.cancelling import Cancelling
from gateway.client.claiming import Claiming
from gateway.client.disputing import Disputing
from gateway.client.dissolving import Dissolving
from gateway.client.engaging import Engaging
from gateway.client.freezing import Freezing
from gateway.client.reading import Reading
from gateway.client.records import Records
from gateway.client.shipping import Shipping
from gateway.client.watching import Watching
from gateway.client.winning import Winning

__all__ = ["DaigouClient", "Done", "RefusalError", "UnansweredError"]


class DaigouClient(
    Agreeing,
    Buying,
    Shipping,
    Cancelling,
    Dissolving,
    Claiming,
    Disputing,
    Beside,
    Reading,
    Accounts,
    Freezing,
    Records,
    Watching,
    Winning,
    Engaging,
):
    """An application's client. Every method may raise `RefusalError` and `UnansweredError`."""

    async def is_ready(self) -> bool:
        """Whether commands can be carried out, asked once."""
        try:
            return (await self._http.get("/readyz")).is_success
        except httpx.TransportError:
            return False
