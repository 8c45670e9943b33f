"""The endpoints that every kind of subject has: its opening, its list on an order, its reads."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from daigou.domain.ids import SubjectId
from daigou.domain.refusals import RefusalCode
from daigou.ledger.views import JournalView, MovementView, OrderView
from gateway.accepting import gives
from gateway.answers import AllowedActionsAnswer, ReceiptAnswer, TimelineAnswer
from gateway.auth import Caller
from gateway.axes import allowed_actions
from gateway.backend import Backend
from gateway.finding import visible_client, visible_order, visible_subject
from gateway.kinds import EdgeKind, V
from gateway.notes import timeline_of
from gateway.openapi import (
    CALLER,
    COMMAND,
    LOCATION_HEADER,
    REPLAYED_HEADER,
    command,
    problems,
)
from gateway.openapi import caller as needs_caller
from gateway.problems import EdgeCode, ProblemCode
from gateway.schemas.body import ReferringBody
from gateway.sending import roles_of

V_contra = TypeVar("V_contra", contravariant=True)
Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[Any]])
A = TypeVar("A", bound=BaseModel)


class Shows(Protocol[V_contra]):
    """The answer of a kind: it is made of its view."""

    @classmethod
    def of(cls, view: V_contra, /) -> BaseModel:
        """The subject as it travels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads(Generic[V]):
    """How a kind is read: `shows` says what stands in its answer beyond the state, `readers` who
    may read it."""

    kind: EdgeKind[V]
    answer: type[Shows[V]]
    readers: str
    shows: str = ""

    @property
    def of_it(self) -> str:
        """What the names of operations on one end with."""
        return f"Of{self.kind.name.capitalize()}"


def router_of(kind: EdgeKind[V]) -> APIRouter:
    """A router for the endpoints of a kind; what is said of it is added to it in the order of the
    document."""
    return APIRouter(prefix="/v1", tags=[kind.tag], dependencies=[gives("application/json")])


def opens(
    router: APIRouter,
    kind: EdgeKind[V],
    *,
    body: type[ReferringBody],
    operation_id: str,
    summary: str,
    description: str,
    says: str,
    clauses: Iterable[str],
    refusals: Iterable[ProblemCode] = (),
) -> Callable[[Endpoint], Endpoint]:
    """Makes an endpoint the one that opens a subject of a kind: on an order, if it is on one.

    `says` is what its receipt means; `refusals` are what it may be told beyond every command's.
    """
    return router.post(
        kind.opening_path,
        status_code=201,
        operation_id=operation_id,
        summary=summary,
        description=description,
        response_model=ReceiptAnswer,
        response_description=says,
        responses={
            201: {"headers": LOCATION_HEADER | REPLAYED_HEADER},
            **problems(
                *COMMAND,
                *([EdgeCode.NOT_FOUND] if "{" in kind.opening_path else []),
                EdgeCode.ID_TAKEN,
                *refusals,
            ),
        },
        openapi_extra=command(
            body,
            required=True,
            clauses=clauses,
            roles=sorted(roles_of(kind.table, kind.opened_by)),
        ),
    )


def add_list_on_orders(
    router: APIRouter,
    reads: Reads[V],
    *,
    listed: type[BaseModel],
    of: Callable[[OrderView], Iterable[V]],
) -> None:
    """Lists the subjects of a kind on an order; `listed` has them as its `data`."""
    kind = reads.kind

    async def endpoint(request: Request, caller: Caller, order_id: str) -> BaseModel:
        seen = kind.seen_of(caller, of(await visible_order(request, caller, order_id)))
        return listed(data=tuple(reads.answer.of(each) for each in seen))

    _add(
        router,
        kind.opening_path,
        endpoint,
        operation_id=f"list{kind.collection.capitalize()}",
        summary=f"The {kind.collection} on an order",
        description="Those that you may see, the oldest first. Roles: everyone who sees the order.",
        response_model=listed,
    )


class PageQuery(BaseModel):
    """Which of them to list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        str | None, Field(max_length=130, description="The last id of the page before.")
    ] = None


def add_list_on_accounts(
    router: APIRouter,
    reads: Reads[V],
    *,
    page: type[BaseModel],
    of: Callable[..., Awaitable[Sequence[V]]],
) -> None:
    """Lists the subjects of a kind of a client's account; `page` has them as its `data`. `of` is
    asked with the books, the client, a limit and what to start after."""
    kind = reads.kind

    async def endpoint(
        request: Request, caller: Caller, client_id: str, query: Annotated[PageQuery, Query()]
    ) -> BaseModel:
        client = await visible_client(request, caller, client_id)
        backend: Backend = request.app.state.backend
        found = await of(
            backend, client, limit=query.limit + 1, starting_after=query.starting_after
        )
        return page(
            data=tuple(reads.answer.of(each) for each in found[: query.limit]),
            has_more=len(found) > query.limit,
        )

    _add(
        router,
        f"/accounts/{{client_id}}/{kind.collection}",
        endpoint,
        RefusalCode.INVALID_REQUEST,
        operation_id=f"list{kind.collection.capitalize()}OfAccount",
        summary=f"The {kind.collection} of a client's account",
        description="Those that go on first, the newest first. Roles: the client itself; platform, "
        "support, payment institution.",
        response_model=page,
    )


def add_reading(router: APIRouter, reads: Reads[V]) -> None:
    """Reads a subject of a kind as it stands."""
    kind = reads.kind
    shows = f": {reads.shows}" if reads.shows else ""

    async def endpoint(
        request: Request, caller: Caller, id_: Annotated[str, Path(alias=kind.id_name)]
    ) -> BaseModel:
        return reads.answer.of(await visible_subject(request, caller, kind, id_))

    _add(
        router,
        kind.path,
        endpoint,
        operation_id=f"get{kind.name.capitalize()}",
        summary=f"Read a {kind.name}",
        description=f"The {kind.name} as it stands{shows}. {reads.readers}",
        response_model=reads.answer,
    )


def add_story(router: APIRouter, reads: Reads[V]) -> None:
    """Tells what may be done with a subject of a kind, and what happened to it."""
    kind = reads.kind

    async def actions(
        request: Request, caller: Caller, id_: Annotated[str, Path(alias=kind.id_name)]
    ) -> AllowedActionsAnswer:
        found = await visible_subject(request, caller, kind, id_)
        return allowed_actions(found, caller=caller, now=datetime.now(UTC))

    async def timeline(
        request: Request, caller: Caller, id_: Annotated[str, Path(alias=kind.id_name)]
    ) -> TimelineAnswer:
        found = await visible_subject(request, caller, kind, id_)
        backend: Backend = request.app.state.backend
        steps = await timeline_of(backend, SubjectId(found.id), found.parties, caller)
        return TimelineAnswer(id=found.id, data=steps)

    _add(
        router,
        f"{kind.path}/allowed-actions",
        actions,
        operation_id=f"getAllowedActions{reads.of_it}",
        summary=f"What may be done with a {kind.name} now, by when, and what forbids the rest",
        description=f"For each of your roles, every command to the {kind.name}: whether it is "
        f"allowed now, and if it is not, the clause that forbids it. {reads.readers}",
        response_model=AllowedActionsAnswer,
    )
    _add(
        router,
        f"{kind.path}/timeline",
        timeline,
        operation_id=f"getTimeline{reads.of_it}",
        summary=f"Everything that happened to a {kind.name}",
        description=f"Every transition with actor, clause, notices and words. {reads.readers}",
        response_model=TimelineAnswer,
    )


def add_statement(
    router: APIRouter,
    reads: Reads[V],
    *,
    says: str,
    answer: type[A],
    of: Callable[[V, tuple[JournalView, ...], tuple[MovementView, ...]], A],
) -> None:
    """Tells the money of a subject of a kind: `answer` is made `of` it, its journals and what of it
    moved outside; `says` is what stands in it."""
    kind = reads.kind

    async def endpoint(
        request: Request, caller: Caller, id_: Annotated[str, Path(alias=kind.id_name)]
    ) -> A:
        found = await visible_subject(request, caller, kind, id_)
        backend: Backend = request.app.state.backend
        subject = SubjectId(found.id)
        return of(found, await backend.journals(subject), await backend.movements(subject))

    _add(
        router,
        f"{kind.path}/statement",
        endpoint,
        operation_id=f"getStatement{reads.of_it}",
        summary=f"A {kind.name}'s money",
        description=f"{says} {reads.readers}",
        response_model=answer,
    )


def _add(
    router: APIRouter,
    path: str,
    endpoint: Callable[..., Awaitable[BaseModel]],
    *more: ProblemCode,
    **said: Any,
) -> None:
    router.add_api_route(
        path,
        endpoint,
        methods=["GET"],
        name=said["operation_id"],
        responses=problems(*CALLER, EdgeCode.NOT_FOUND, *more),
        openapi_extra=needs_caller(),
        **said,
    )
