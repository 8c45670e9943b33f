"""Owns how a subject is begun: asked for by a body, once a key, and its workflow is started once,
however often it is asked for."""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, TypeVar

from fastapi import Request
from starlette.responses import Response
from temporalio.common import SearchAttributePair

from daigou.domain.ids import SubjectId, kind_of
from daigou.domain.lifecycle.table import Situation
from daigou.domain.money import Money
from daigou.domain.order import Actor, Parties
from daigou.domain.refusals import Refused
from daigou.domain.steps import Receipt
from daigou.domain.terms import terms_of
from daigou.ledger.idempotency import New
from daigou.ledger.subject_views import SubjectView
from daigou.ledger.views import ApplicationView
from gateway import once
from gateway.addresses import address_of
from gateway.answers import ReceiptAnswer
from gateway.backend import Backend
from gateway.engine import EndedError, TakenError, WorkflowEngine
from gateway.kinds import EdgeKind, V
from gateway.once import derived_id
from gateway.problems import EdgeCode, ProblemError
from gateway.referring import parsed
from gateway.schemas.body import ReferringBody
from gateway.sending import actor_for, keep_note
from gateway.trace import note
from workflows import messages
from workflows.messages import Opening

B = TypeVar("B", bound=ReferringBody)
Check = Callable[[], Awaitable[None]]
"""Raises `Refused` where what is asked for is forbidden by what is known now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(Generic[V, B]):
    """Somebody's asking for a subject of a kind: by a body that is valid, as `actor`, under the id
    that the subject is to have."""

    request: Request
    caller: ApplicationView
    key: str
    kind: EdgeKind[V]
    body: B
    actor: Actor
    subject: SubjectId

    @property
    def backend(self) -> Backend:
        """The books."""
        backend: Backend = self.request.app.state.backend
        return backend

    @property
    def command_id(self) -> str:
        """What the opening is known by further in: the same for every try."""
        return once.command_id(self.caller, self.key)

    @property
    def time_scale(self) -> int:
        """What divides every duration of the subject, for as long as it lives."""
        scale: int = self.request.app.state.settings.time_scale
        return scale

    async def keep_note(self, words: str | None) -> str:
        """Stores the words that came with it apart; their reference, empty where there are none."""
        return await keep_note(
            self.backend, words, subject=self.subject, author=self.actor, key=self.key
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning(Generic[V]):
    """What begins a subject, and how it is told of in the Temporal UI.

    `is_same` says of the subject that has this id already whether it is the very one that is asked
    for. `checks` are made, besides asking the table, before a workflow is begun, so that a refusal
    leaves no trace: they forbid nothing that the workflow would allow. `attributes` are search
    attributes beyond those that every kind shows.
    """

    opening: Opening
    parties: Parties
    is_same: Callable[[V], bool]
    summary: str
    details: str = ""
    amount: Money | None = None
    checks: tuple[Check, ...] = ()
    attributes: tuple[SearchAttributePair[Any], ...] = ()


async def asking_for(
    request: Request,
    kind: EdgeKind[V],
    body: type[B],
    raw: bytes,
    *,
    caller: ApplicationView,
    key: str,
    about: SubjectView | None = None,
    context: Mapping[str, Any] | None = None,
    named: Callable[[B], str] | None = None,
) -> Asking[V, B]:
    """Reads what is asked for. `about` is the order that it is on, if any: the body may name
    its evidence. Where the body names no id, the subject has one that is made from the key, or by
    `named` from what the body says.

    Raises:
        ProblemError: the body is not valid, or none of the caller's roles may ask.
    """
    backend: Backend = request.app.state.backend
    said = await parsed(
        backend,
        body,
        raw,
        subject=SubjectId(about.id) if about else None,
        clause=kind.clause,
        context=context,
    )
    actor = actor_for(caller, kind.table, kind.opened_by, about.parties if about else None)
    chosen = named(said) if named else getattr(said, kind.id_name)
    subject = SubjectId(chosen or derived_id(kind.prefix, caller, key))
    note(request, subject=subject, role=actor.role, trigger=kind.opened_by)
    return Asking(
        request=request,
        caller=caller,
        key=key,
        kind=kind,
        body=said,
        actor=actor,
        subject=subject,
    )


async def open_once(
    asking: Asking[V, B], beginning: Callable[[], Awaitable[Beginning[V]]]
) -> Response:
    """Opens what is asked for, once a key, and answers with its receipt once that is written.

    `beginning` makes what begins it, where it was not begun under this key.

    Raises:
        ProblemError: the id is another's, or nobody answered in time; or what `beginning` raises.
            `Refused`, the rules' own no, is answered as such.
    """

    async def make(taken: New) -> ReceiptAnswer:
        begins = await beginning()
        # What becomes of an earlier try its workflow knows alone, which may be still on its way.
        if not taken.again:
            await check(asking, partial(_ask_the_table, asking, begins), *begins.checks)
        return ReceiptAnswer.of(await begin(asking, begins))

    return await once.once(
        asking.request,
        asking.caller,
        asking.key,
        content=asking.body.model_dump_json().encode(),
        make=make,
        status=201,
        location=address_of(asking.subject),
    )


async def check(asking: Asking[V, B], *checks: Check) -> None:
    """Holds what is asked for against what is known, one check after the other. What was begun
    before is not refused: what it is by now may stand in its own way.

    Raises:
        Refused: by the first of them that forbids it.
    """
    try:
        for each in checks:
            await each()
    except Refused:
        if not await _is_begun(asking):
            raise


async def _is_begun(asking: Asking[V, B]) -> bool:
    """Whether there is the subject already, or a workflow that is about to write it."""
    if await asking.kind.read(asking.backend, asking.subject) is not None:
        return True
    engine: WorkflowEngine = asking.request.app.state.engine
    return await engine.is_under_way(asking.subject)


async def _ask_the_table(asking: Asking[V, B], beginning: Beginning[V]) -> None:
    """Refuses everything that is wrong with it by what is known now."""
    kind, opening = asking.kind, beginning.opening
    situation = Situation(
        actor=opening.actor,
        command=opening.request,
        parties=beginning.parties,
        terms=terms_of(opening.terms_version),
        at=datetime.now(UTC),
    )
    kind.table.fire(state=kind.table.initial, trigger=kind.opened_by, situation=situation)


async def begin(asking: Asking[V, B], beginning: Beginning[V]) -> Receipt:
    """Begins a subject, or finds it begun before.

    Raises:
        Refused: the rules forbid it.
        ProblemError: the id is another's, or nobody answered in time.
    """
    engine: WorkflowEngine = asking.request.app.state.engine
    try:
        return await engine.open(
            beginning.opening,
            summary=beginning.summary,
            details=beginning.details,
            attributes=(*_attributes(asking, beginning), *beginning.attributes),
        )
    except TakenError:
        return await _begun_before(engine, asking, beginning)


def _attributes(
    asking: Asking[V, B], beginning: Beginning[V]
) -> tuple[SearchAttributePair[Any], ...]:
    """How the subject is found in the Temporal UI until its workflow has shown where it stands."""
    if not kind_of(asking.subject).shows_its_state:
        return ()
    said = [
        SearchAttributePair(messages.ORDER_STATE, asking.kind.table.initial.value),
        SearchAttributePair(messages.NEXT_ACTOR, asking.actor.role.value),
    ]
    for key, party in (
        (messages.CLIENT_ID, beginning.parties.client),
        (messages.PROVIDER_ID, beginning.parties.provider),
    ):
        if party:
            said.append(SearchAttributePair(key, party))
    if beginning.amount is not None:
        return (*said, SearchAttributePair(messages.AMOUNT_FEN, beginning.amount.amount))
    return tuple(said)


async def _begun_before(
    engine: WorkflowEngine, asking: Asking[V, B], beginning: Beginning[V]
) -> Receipt:
    """The receipt of a subject that was begun before, if it is this very one."""
    receipt: Receipt | None = None
    with contextlib.suppress(EndedError):
        receipt = await engine.opened(asking.subject, update_id=asking.command_id)
    found = await asking.kind.read(asking.backend, asking.subject)
    if found is None or not beginning.is_same(found):
        raise ProblemError(
            code=EdgeCode.ID_TAKEN,
            detail=f"{asking.subject} is another {asking.kind.name}; choose another id",
            clause=asking.kind.clause,
        )
    return receipt or _as_it_stands(found)


def _as_it_stands(found: SubjectView) -> Receipt:
    return Receipt(
        subject=SubjectId(found.id),
        sequence=found.sequence,
        state=found.state,
        item="",
        order_state=found.state,
        at=found.opened_at,
        next_actor=found.next_actor,
        due=found.next_due_at,
    )
