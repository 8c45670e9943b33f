"""Owns the way to what orders refer to: the screening list and what stands beside the books.

Beside `gateway.backend`, this is the one file of the gateway that knows the signatures of
`daigou.ledger`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine

from daigou.domain.commands import Request
from daigou.domain.evidence import Piece
from daigou.domain.ids import OrderId, PartyId, SubjectId
from daigou.domain.principal import Principal
from daigou.domain.screening import Finding, Rule, RuleKind, Verdict, screen
from daigou.ledger.erasing import Erasing, StillRunningError
from daigou.ledger.evidence import EvidenceStore
from daigou.ledger.principals import Principals
from daigou.ledger.rates import Rates
from daigou.ledger.reference_views import (
    ErasureView,
    EvidenceView,
    PrincipalView,
    RateView,
    RuleView,
)
from daigou.ledger.screening import ScreeningList

T = TypeVar("T")


class Ask(Protocol):
    """Calls the ledger on a thread, bounded, its failures named."""

    def __call__(self, call: Callable[..., T], /, *args: Any, **named: Any) -> Awaitable[T]: ...


class Records:
    """What orders refer to, as the gateway needs it.

    Every method raises `ProblemError` (503) where the database does not answer in time.
    """

    def __init__(self, *, engine: Engine, ask: Ask) -> None:
        self._ask = ask
        self._screening = ScreeningList(engine)
        self._principals = Principals(engine)
        self._rates = Rates(engine)
        self._evidence = EvidenceStore(engine)
        self._erasing = Erasing(engine)

    # The screening list.

    async def rules_in_force(self) -> tuple[Rule, ...]:
        """The rules that a new request is held against."""
        return await self._ask(self._screening.in_force)

    async def rules(self, *, limit: int, lifted: bool, starting_after: int) -> tuple[RuleView, ...]:
        """Some rules, the oldest first."""
        return await self._ask(
            self._screening.rules, limit=limit, lifted=lifted, starting_after=starting_after
        )

    async def add_rule(
        self, *, kind: RuleKind, pattern: str, verdict: Verdict, reason: str, author: str
    ) -> RuleView:
        """Puts a rule on the list; the same again answers the same.

        Raises:
            ConflictError: another rule on the pattern is in force, or the list is full.
        """
        return await self._ask(
            self._screening.add,
            kind=kind,
            pattern=pattern,
            verdict=verdict,
            reason=reason,
            author=author,
        )

    async def lift_rule(self, rule: int, *, by: str) -> RuleView | None:
        """Takes a rule off the list; None where there is no such rule."""
        try:
            return await self._ask(self._screening.lift, rule=rule, by=by)
        except LookupError:
            return None

    # Principal information.

    async def declare_principal(
        self,
        *,
        provider: PartyId,
        principal: Principal,
        purchasing_person: str,
        author: str,
        only_first: bool = False,
    ) -> PrincipalView:
        """Makes a new version of a provider's principal; the same again answers the same.

        Raises:
            ConflictError: it is to be the first, and there is another.
        """
        return await self._ask(
            self._principals.declare,
            provider=provider,
            principal=principal,
            purchasing_person=purchasing_person,
            author=author,
            only_first=only_first,
        )

    async def principal_shown(self, *, order: OrderId, provider: PartyId) -> PrincipalView | None:
        """The version that an order shows; None where the provider has declared none."""
        try:
            return await self._ask(self._principals.shown, order=order, provider=provider)
        except LookupError:
            return None

    # Exchange rates.

    async def rates(self) -> tuple[RateView, ...]:
        """The newest rate of every currency."""
        return await self._ask(self._rates.newest)

    # Evidence.

    async def add_evidence(
        self,
        *,
        id: str,  # noqa: A002 - the id of the piece, as commands name it
        order: OrderId,
        author: PartyId,
        piece: Piece,
    ) -> EvidenceView:
        """Stores a piece of evidence; the same id and bytes do it once.

        Raises:
            ConflictError: the id holds something else, or the order has enough pieces.
        """
        return await self._ask(self._evidence.add, id=id, order=order, author=author, piece=piece)

    async def evidence_of(self, order: OrderId) -> tuple[EvidenceView, ...]:
        """Every piece of an order, without its bytes."""
        return await self._ask(self._evidence.of_order, order)

    async def read_evidence(
        self,
        *,
        order: OrderId,
        id: str,  # noqa: A002 - as above
    ) -> tuple[EvidenceView, bytes | None] | None:
        """A piece with its bytes, unless they were erased; None where there is no such piece."""
        try:
            return await self._ask(self._evidence.read, order=order, id=id)
        except LookupError:
            return None

    # Personal data.

    async def erase(
        self, party: PartyId, *, author: str, forced: bool
    ) -> ErasureView | tuple[SubjectId, ...]:
        """Erases a party's personal data, or tells what has not ended and still needs it."""
        try:
            return await self._ask(self._erasing.erase, party=party, author=author, forced=forced)
        except StillRunningError as error:
            return error.subjects


async def findings_in(records: Records, asked: Request) -> tuple[Finding, ...]:
    """What the screening list finds in a request as it stands now (PSR-14, LM-22)."""
    return screen(
        rules=await records.rules_in_force(),
        category=asked.category,
        texts=(asked.title, asked.specification),
    )
