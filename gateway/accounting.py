"""Owns the way to clients' accounts: what they go through, and what the institution is told.

Beside `gateway.backend`, `gateway.records` and `gateway.promoting`, this is the one file of the
gateway that knows the signatures of `daigou.ledger`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Engine

from daigou.domain.commands import Block
from daigou.domain.ids import (
    ChargebackId,
    ClosureId,
    FreezeId,
    MovementRef,
    PartyId,
    WithdrawalId,
)
from daigou.domain.sweeps import Finding, SweepName
from daigou.ledger.account_queries import AccountQueries
from daigou.ledger.account_views import (
    AccountView,
    BundleView,
    ChargebackView,
    ClosureView,
    FreezeView,
    PaymentView,
    WithdrawalView,
)
from daigou.ledger.findings import PostgresFindings
from daigou.ledger.institution import Dealt, Heard, InstitutionStore
from gateway.records import Ask

T = TypeVar("T")


class Accounting:
    """Clients' accounts, as the gateway needs them.

    Every method raises `ProblemError` (503) where the database does not answer in time.
    """

    def __init__(self, *, engine: Engine, ask: Ask) -> None:
        self._ask = ask
        self._queries = AccountQueries(engine)
        self._store = InstitutionStore(engine)
        self._findings = PostgresFindings(engine)

    async def account(self, client: PartyId) -> AccountView | None:
        """A client's account as a whole, if there is such a client."""
        return await self._find(self._queries.account, client)

    async def blocking(self, client: PartyId, what: Block) -> tuple[tuple[str, str], ...]:
        """The freezes that forbid something to an account: each by its reason and its clause."""
        return await self._ask(self._queries.blocking, client, what)

    async def withdrawal(self, withdrawal: WithdrawalId) -> WithdrawalView | None:
        """A withdrawal, if there is one of that id."""
        return await self._find(self._queries.withdrawal, withdrawal)

    async def withdrawals(
        self, client: PartyId, *, limit: int, starting_after: str | None
    ) -> tuple[WithdrawalView, ...]:
        """A client's withdrawals, those that go on first."""
        return await self._ask(
            self._queries.withdrawals, client, limit=limit, starting_after=starting_after
        )

    async def freeze(self, freeze: FreezeId) -> FreezeView | None:
        """A freeze, if there is one of that id."""
        return await self._find(self._queries.freeze, freeze)

    async def freezes(
        self, client: PartyId, *, limit: int, starting_after: str | None
    ) -> tuple[FreezeView, ...]:
        """The freezes that somebody placed on an account, those that go on first."""
        return await self._ask(
            self._queries.freezes, client, limit=limit, starting_after=starting_after
        )

    async def closure(self, closure: ClosureId) -> ClosureView | None:
        """The closing of an account, if there is one of that id."""
        return await self._find(self._queries.closure, closure)

    async def closure_of(self, client: PartyId) -> ClosureView | None:
        """The last closing of a client's account, if there was one."""
        return await self._find(self._queries.closure_of, client)

    async def chargeback(self, chargeback: ChargebackId) -> ChargebackView | None:
        """A chargeback, if there is one of that id."""
        return await self._find(self._queries.chargeback, chargeback)

    async def chargeback_of(self, dispute: str) -> ChargebackView | None:
        """The chargeback of a dispute of the institution, if there is one."""
        return await self._find(self._queries.chargeback_of, dispute)

    async def chargebacks(
        self, client: PartyId, *, limit: int, starting_after: str | None
    ) -> tuple[ChargebackView, ...]:
        """The chargebacks of a client's payments, those that go on first."""
        return await self._ask(
            self._queries.chargebacks, client, limit=limit, starting_after=starting_after
        )

    async def payment(self, reference: MovementRef) -> PaymentView | None:
        """A payment of an order that was captured, if there is one of that reference."""
        return await self._find(self._queries.payment, reference)

    # What passes between us and the institution.

    async def hear(
        self,
        *,
        message: str,
        digest: str,
        event: str,
        dispute: str | None,
        content: Mapping[str, Any],
    ) -> Heard:
        """Keeps a message of the institution, or finds it."""
        return await self._ask(
            self._store.hear,
            id=message,
            digest=digest,
            type=event,
            dispute=dispute,
            content=content,
            at=datetime.now(UTC),
        )

    async def deal(self, message: str, dealt: Dealt) -> Dealt:
        """Notes what became of a message."""
        return await self._ask(self._store.deal, id=message, dealt=dealt, at=datetime.now(UTC))

    async def was_left_to_a_person(self, dispute: str) -> bool:
        """Whether a dispute was told of that fits no payment."""
        return await self._ask(self._store.was_left_to_a_person, dispute)

    async def note_dispute(self, *, dispute: str, detail: str) -> None:
        """Has a person look at a dispute, at once: the sweep clears it when it is done with."""
        found = (Finding(dispute, detail),)
        await self._ask(
            self._findings.keep,
            sweep=SweepName.DISPUTES,
            found=found,
            seen_at=datetime.now(UTC),
        )

    async def keep_bundle(
        self, *, chargeback: ChargebackId, digest: str, content: str, words: str, by: PartyId
    ) -> None:
        """Keeps a bundle of evidence as it is."""
        await self._ask(
            self._store.keep_bundle,
            chargeback=chargeback,
            digest=digest,
            content=content,
            words=words,
            by=by,
        )

    async def bundle(self, chargeback: ChargebackId, digest: str) -> BundleView | None:
        """A bundle as it was staged, if the chargeback has one of that digest."""
        return await self._find(self._store.bundle, chargeback, digest)

    async def bundles(self, chargeback: ChargebackId) -> tuple[BundleView, ...]:
        """The bundles of a chargeback, the newest first."""
        return await self._ask(self._store.bundles, chargeback)

    async def _find(self, call: Callable[..., T], *args: Any) -> T | None:
        try:
            return await self._ask(call, *args)
        except LookupError:
            return None
