"""Owns the way to the books: each call of the ledger on a thread, bounded, its failures named.

This is the one file of the gateway that knows the signatures of `daigou.ledger`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import anyio
import structlog
from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError

from daigou.domain.ids import (
    AppKey,
    ClaimId,
    ConsultationId,
    OrderId,
    PartyId,
    RechargeId,
    SubjectId,
    TipId,
)
from daigou.domain.notices import DeliveryState
from daigou.domain.order import Role, State
from daigou.domain.sweeps import SweepName
from daigou.ledger.engine import make_engine
from daigou.ledger.findings import PostgresFindings
from daigou.ledger.idempotency import Begun, Idempotency
from daigou.ledger.invitations import Invitation
from daigou.ledger.notice_views import EndpointView, NoticeView, Replayed
from daigou.ledger.notices import Notices
from daigou.ledger.queries import Queries
from daigou.ledger.registry import Registry, RegistryConflictError
from daigou.ledger.side_views import ConsultationView, TipView
from daigou.ledger.views import (
    ApplicationView,
    ClaimView,
    DepositView,
    EntryView,
    FindingView,
    JournalView,
    MovementView,
    OrderView,
    PartyView,
    RechargeView,
    TransitionView,
)
from daigou.ports.books import BooksUnavailableError, StepConflictError
from gateway.accounting import Accounting
from gateway.engaging import Engaging
from gateway.problems import ProblemError, unavailable
from gateway.promoting import Promoting
from gateway.records import Records
from gateway.showing import Showing

log = structlog.get_logger("gateway")

ANSWER_SECONDS_MAX = 6.0
THREADS_MAX = 20
"""As many as the engine has connections: a request waits here, and not in the pool."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A party as it is to be registered; a client's name is in its contact alone (PSR-23)."""

    id: PartyId
    role: Role
    country: str
    name: str = ""
    address: str = ""
    agreement_version: str | None = None
    agreed_at: datetime | None = None
    contact_name: str = ""
    email: str = ""
    phone: str = ""
    invitation: Invitation | None = None
    client_account: PartyId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersWanted:
    """Which orders are asked for, of those that `seen_by` may see."""

    limit: int
    seen_by: ApplicationView
    state: State | None = None
    client: PartyId | None = None
    provider: PartyId | None = None
    due_before: datetime | None = None
    starting_after: OrderId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationsWanted:
    """Which consultations are asked for, of those that `roles` for `party` may see."""

    limit: int
    roles: frozenset[Role]
    party: PartyId
    state: State | None = None
    due_before: datetime | None = None
    starting_after: ConsultationId | None = None


class ConflictError(Exception):
    """The id is taken by other content."""


class Backend:
    """The books and the registry, as the gateway needs them.

    Every method raises `ProblemError` (503) where the database does not answer in time.
    """

    def __init__(self, *, database_url: str) -> None:
        self._engine = make_engine(database_url, connections_max=THREADS_MAX)
        self._registry = Registry(self._engine)
        self._queries = Queries(self._engine)
        self._findings = PostgresFindings(self._engine)
        self._idempotency = Idempotency(self._engine)
        self._notices = Notices(self._engine)
        self._limiter = anyio.CapacityLimiter(THREADS_MAX)
        self.records = Records(engine=self._engine, ask=self._ask)
        self.promotion = Promoting(engine=self._engine, ask=self._ask)
        self.engaging = Engaging(engine=self._engine, ask=self._ask)
        self.showing = Showing(engine=self._engine, ask=self._ask)
        self.accounting = Accounting(engine=self._engine, ask=self._ask)

    # Who is calling, and who is known.

    async def authenticate(self, *, key: str, secret: str) -> ApplicationView | None:
        """The application that proved itself, if it did."""
        return await self._ask(self._registry.authenticate, key=AppKey(key), secret=secret)

    async def party(self, party: PartyId) -> PartyView | None:
        """A registered party, if there is one of that id."""
        return await self._find(self._registry.party, party)

    async def parties(self, parties: Iterable[PartyId]) -> dict[PartyId, PartyView]:
        """Those of the parties that are registered, by id."""
        return await self._ask(self._registry.parties, tuple(parties))

    async def register(self, party: Registration) -> PartyView:
        """Registers a party; the same again answers the same.

        Raises:
            ConflictError: the id is registered with other particulars.
            Refused: nobody has the invitation code, or there is no such client.
        """
        return await self._ask(
            self._registry.register_party,
            id=party.id,
            role=party.role,
            country=party.country,
            name=party.name,
            address=party.address,
            agreement_version=party.agreement_version,
            agreed_at=party.agreed_at,
            contact_name=party.contact_name,
            email=party.email,
            phone=party.phone,
            invitation=party.invitation,
            client_account=party.client_account,
        )

    async def add_note(self, *, note: str, subject: SubjectId, author: PartyId, body: str) -> None:
        """Stores free words apart from the commercial data; the same again changes nothing."""
        await self._ask(self._registry.add_note, subject=subject, author=author, body=body, id=note)

    async def note(self, note: str) -> str | None:
        """The words of a note, unless they were erased."""
        return await self._find(self._registry.note, note)

    # The promise of the Idempotency-Key.

    async def begin(self, *, app: AppKey, key: str, digest: str, lease_seconds: float) -> Begun:
        """Takes a key, or tells what became of it."""
        return await self._ask(
            self._idempotency.begin,
            app_key=app,
            key=key,
            request_digest=digest,
            now=datetime.now(UTC),
            lease_seconds=lease_seconds,
        )

    async def finish(
        self, *, app: AppKey, key: str, status: int, body: bytes, headers: Mapping[str, str]
    ) -> None:
        """Keeps the outcome of a key."""
        await self._ask(
            self._idempotency.finish,
            app_key=app,
            key=key,
            status=status,
            body=body,
            headers=headers,
        )

    async def release(self, *, app: AppKey, key: str) -> None:
        """Gives a key back to its request: nothing is known of its outcome yet."""
        await self._ask(self._idempotency.release, app_key=app, key=key)

    # What happened, and where things stand.

    async def order(self, order: OrderId) -> OrderView | None:
        """An order, if there is one of that id."""
        return await self._find(self._queries.order, order)

    async def orders(self, wanted: OrdersWanted) -> tuple[OrderView, ...] | None:
        """Some orders, the newest first; None where the one to start after is not known."""
        return await self._find(
            self._queries.orders,
            roles=wanted.seen_by.roles,
            party=wanted.seen_by.party,
            limit=wanted.limit,
            state=wanted.state,
            client=wanted.client,
            provider=wanted.provider,
            due_before=wanted.due_before,
            starting_after=wanted.starting_after,
        )

    async def timeline(self, subject: SubjectId) -> tuple[TransitionView, ...]:
        """Every transition of a subject, in order."""
        return await self._ask(self._queries.timeline, subject)

    async def journals(self, subject: SubjectId) -> tuple[JournalView, ...]:
        """Every journal of a subject, in order."""
        return await self._ask(self._queries.journals, subject)

    async def movements(self, subject: SubjectId) -> tuple[MovementView, ...]:
        """Every movement of money outside of a subject, in order."""
        return await self._ask(self._queries.movements, subject)

    async def recharge(self, recharge: RechargeId) -> RechargeView | None:
        """A recharge, if there is one of that id."""
        return await self._find(self._queries.recharge, recharge)

    async def claim(self, claim: ClaimId) -> ClaimView | None:
        """A claim, if there is one of that id."""
        return await self._find(self._queries.claim, claim)

    async def tip(self, tip: TipId) -> TipView | None:
        """A tip, if there is one of that id."""
        return await self._find(self._queries.tip, tip)

    async def consultation(self, consultation: ConsultationId) -> ConsultationView | None:
        """A consultation, if there is one of that id."""
        return await self._find(self._queries.consultation, consultation)

    async def consultations(
        self, wanted: ConsultationsWanted
    ) -> tuple[ConsultationView, ...] | None:
        """Some consultations, the newest first; None where the one to start after is not known."""
        return await self._find(
            self._queries.consultations,
            roles=wanted.roles,
            party=wanted.party,
            limit=wanted.limit,
            state=wanted.state,
            due_before=wanted.due_before,
            starting_after=wanted.starting_after,
        )

    async def deposit(self, client: PartyId) -> DepositView | None:
        """A client's deposit, if there is such a client."""
        return await self._find(self._queries.deposit, client)

    async def deposit_entries(
        self, client: PartyId, *, limit: int, starting_after: int | None
    ) -> tuple[EntryView, ...]:
        """Some lines of a deposit's statement, the newest first."""
        return await self._ask(
            self._queries.deposit_entries, client, limit=limit, starting_after=starting_after
        )

    async def findings(
        self,
        *,
        limit: int,
        sweep: SweepName | None,
        open: bool | None,  # noqa: A002 - it is the query's own word
        starting_after: int | None,
    ) -> tuple[FindingView, ...]:
        """Some of what the sweeps found, the newest first."""
        return await self._ask(
            self._findings.findings,
            limit=limit,
            sweep=sweep,
            open=open,
            starting_after=starting_after,
        )

    # Who is told, and what became of it; `party` None is for those who may see everything.

    async def add_endpoint(
        self,
        *,
        endpoint: str,
        application: ApplicationView,
        url: str,
        events: tuple[str, ...],
        secret: str,
    ) -> tuple[EndpointView, str]:
        """A new endpoint and its secret; the same again answers the same."""
        return await self._ask(
            self._notices.add_endpoint,
            id=endpoint,
            application=application.key,
            party=application.party,
            url=url,
            events=events,
            secret=secret,
            now=datetime.now(UTC),
        )

    async def endpoint(self, endpoint: str, *, party: PartyId | None) -> EndpointView | None:
        """An endpoint, if there is one of that id."""
        return await self._find(self._notices.endpoint, endpoint, party=party)

    async def endpoints(
        self, *, party: PartyId | None, limit: int, starting_after: str | None
    ) -> tuple[EndpointView, ...]:
        """Some endpoints, by their ids."""
        return await self._ask(
            self._notices.endpoints, party=party, limit=limit, starting_after=starting_after
        )

    async def rotate_secret(
        self, endpoint: str, *, party: PartyId | None, secret: str
    ) -> EndpointView | None:
        """Gives an endpoint a new secret, if it is in use."""
        return await self._find(
            self._notices.rotate_secret,
            endpoint,
            party=party,
            secret=secret,
            now=datetime.now(UTC),
        )

    async def disable_endpoint(
        self, endpoint: str, *, party: PartyId | None
    ) -> EndpointView | None:
        """Sends nothing more to an endpoint, if it is in use."""
        return await self._find(
            self._notices.disable_endpoint, endpoint, party=party, now=datetime.now(UTC)
        )

    async def notices(
        self,
        *,
        party: PartyId | None,
        limit: int,
        subject: SubjectId | None = None,
        state: DeliveryState | None = None,
        starting_after: str | None = None,
    ) -> tuple[NoticeView, ...]:
        """Some lines of the delivery log, the newest first."""
        return await self._ask(
            self._notices.log,
            party=party,
            limit=limit,
            subject=subject,
            states=() if state is None else (state,),
            starting_after=starting_after,
        )

    async def notice(self, message: str, *, party: PartyId | None) -> NoticeView | None:
        """A line of the delivery log, if there is one of that id."""
        return await self._find(self._notices.notice, message, party=party)

    async def replay(self, message: str) -> bool:
        """Sends a notice again; whether it can be."""
        return await self._ask(self._notices.replay, message, now=datetime.now(UTC))

    async def replay_to(
        self,
        endpoint: str,
        *,
        since: datetime | None,
        subject: SubjectId | None,
        from_order_sequence: int,
    ) -> Replayed:
        """Sends again to an endpoint what its party was told."""
        return await self._ask(
            self._notices.replay_to,
            endpoint,
            now=datetime.now(UTC),
            since=since,
            subject=subject,
            from_order_sequence=from_order_sequence,
        )

    async def is_well(self) -> bool:
        """Whether the database answers."""
        try:
            await self._ask(self._queries.health)
        except ProblemError:
            return False
        return True

    async def close(self) -> None:
        """Gives the connections back."""
        await to_thread.run_sync(self._engine.dispose)

    async def _find(self, call: Callable[..., T], *args: Any, **named: Any) -> T | None:
        try:
            return await self._ask(call, *args, **named)
        except LookupError:
            return None

    async def _ask(self, call: Callable[..., T], *args: Any, **named: Any) -> T:
        try:
            with anyio.fail_after(ANSWER_SECONDS_MAX):
                return await to_thread.run_sync(
                    partial(call, *args, **named), abandon_on_cancel=True, limiter=self._limiter
                )
        except (BooksUnavailableError, SQLAlchemyError, TimeoutError) as error:
            log.warning("books.unavailable", error=type(error).__name__)
            raise unavailable("the books do not answer") from None
        except StepConflictError as error:
            log.error("books.forbade", error=str(error))
            raise ConflictError("the books forbid it") from None
        except RegistryConflictError as error:
            raise ConflictError(str(error)) from None
