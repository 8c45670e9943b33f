"""Owns the way to previews: what a command would do, and what was shown of it.

Beside `gateway.backend`, `gateway.records` and `gateway.promoting`, this is the one file of the
gateway that knows the signatures of `daigou.ledger`.
"""

from sqlalchemy import Engine

from daigou.domain.ids import OrderId
from daigou.ledger.previews import Asked, Previews, Shown
from daigou.ledger.views import PreviewView
from gateway.records import Ask


class Showing:
    """Previews, as the gateway needs them.

    Every method raises `ProblemError` (503) where the database does not answer in time.
    """

    def __init__(self, *, engine: Engine, ask: Ask) -> None:
        self._ask = ask
        self._previews = Previews(engine)

    async def of(self, asked: Asked) -> PreviewView:
        """What a command would do now.

        Raises:
            Refused: the rules or the books forbid it.
            ConflictError: a guard of the database forbids it.
        """
        return await self._ask(self._previews.of, asked)

    async def keep(self, shown: Shown) -> Shown:
        """Keeps what was shown; the same preview is kept as it was shown first."""
        return await self._ask(self._previews.keep, shown)

    async def shown(self, order: OrderId, digest: str) -> Shown | None:
        """A preview as it was shown; None where no such one was."""
        try:
            return await self._ask(self._previews.shown, order, digest)
        except LookupError:
            return None

    async def of_order(
        self, order: OrderId, *, limit: int, starting_after: str | None
    ) -> tuple[Shown, ...] | None:
        """Some previews of an order, the newest first; None where the one to start after is not
        known."""
        try:
            return await self._ask(
                self._previews.of_order, order, limit=limit, starting_after=starting_after
            )
        except LookupError:
            return None
