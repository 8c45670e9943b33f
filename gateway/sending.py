"""Owns a command's way in: from its body to the workflow's receipt, or the rules' no."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from fastapi import Request
from starlette.responses import Response

from daigou.domain.commands import Accept, Command
from daigou.domain.commands import Request as PurchaseRequest
from daigou.domain.facts import Facts
from daigou.domain.ids import SubjectId
from daigou.domain.items import too_late_for_items
from daigou.domain.lifecycle.table import Situation, Table
from daigou.domain.order import Actor, Parties, Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.steps import Receipt
from daigou.domain.terms import terms_of
from daigou.ledger.idempotency import New
from daigou.ledger.views import ApplicationView
from gateway.answers import ReceiptAnswer
from gateway.auth import acts_as
from gateway.backend import Backend
from gateway.bundling import assembled
from gateway.engine import EndedError, WorkflowEngine
from gateway.once import command_id, once
from gateway.parsing import body_of
from gateway.problems import ProblemError, unavailable
from gateway.records import findings_in
from gateway.referring import check_references, parsed
from gateway.schemas import CommandBody, NotedBody
from gateway.trace import note
from workflows.messages import Pull


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a command is for, as the read model knows it. `item` names an item of an order.

    `sequence` is how many transitions of the subject the read model holds.
    """

    subject: SubjectId
    table: Table
    state: State
    sequence: int
    parties: Parties
    terms_version: str
    item: str = ""
    order: State = State.NEW
    facts: Facts = field(default_factory=Facts)
    request: PurchaseRequest | None = None


FindTarget = Callable[[], Awaitable[Target]]
"""Finds the target anew; raises a 404 where there is none for this caller."""


async def send(
    request: Request,
    *,
    caller: ApplicationView,
    key: str,
    trigger: Trigger,
    body_model: type[CommandBody],
    find: FindTarget,
) -> Response:
    """Sends a command, once a key, and answers with its receipt.

    Raises:
        ProblemError: it cannot be read, nobody may know of its target, the rules forbid it, or
            nobody answered in time.
    """
    backend: Backend = request.app.state.backend
    raw = await body_of(request)
    target = await find()
    clause = target.table.triggers[trigger].clause
    body = await parsed(backend, body_model, raw, subject=target.subject, clause=clause)
    actor = _actor(caller, target, trigger)
    note(request, role=actor.role, trigger=trigger)

    async def make(taken: New) -> ReceiptAnswer:
        await check_references(backend, body, subject=target.subject, clause=clause)
        command = await _screened(
            backend, await _command(backend, body, target, actor, key), target
        )
        pull = Pull(
            actor=actor,
            command=await assembled(
                backend, command, of=target.subject, actor=actor, again=taken.again
            ),
            command_id=command_id(caller, key),
            item=target.item,
            seen=target.sequence,
        )
        return ReceiptAnswer.of(await _pull(request, target, trigger, pull, find))

    return await once(request, caller, key, content=body.model_dump_json().encode(), make=make)


def roles_of(table: Table, trigger: Trigger) -> frozenset[Role]:
    """The roles that may pull a trigger, in one state or another; no application is the clock."""
    pulled = (row for row in table.rows if row.trigger == trigger)
    return frozenset(role for row in pulled for role in row.roles) - {Role.CLOCK}


def actor_for(
    caller: ApplicationView, table: Table, trigger: Trigger, parties: Parties | None = None
) -> Actor:
    """The caller in a role that may pull the trigger; one that it holds on the order comes first.

    Raises:
        ProblemError: none of its roles may.
    """
    roles = roles_of(table, trigger)
    actor = acts_as(caller, roles, parties)
    if actor is None:
        raise not_your_role(caller, trigger, roles, table.triggers[trigger].clause)
    return actor


def not_your_role(
    caller: ApplicationView, trigger: Trigger, roles: frozenset[Role], clause: str
) -> ProblemError:
    """None of the caller's roles may pull the trigger."""
    return ProblemError(
        code=RefusalCode.NOT_YOUR_ROLE,
        detail=f"{trigger} is for {' or '.join(sorted(roles))}, "
        f"not for {' or '.join(sorted(caller.roles))}",
        clause=clause,
    )


def _actor(caller: ApplicationView, target: Target, trigger: Trigger) -> Actor:
    try:
        return actor_for(caller, target.table, trigger, target.parties)
    except ProblemError as problem:
        problem.allowed_actions = _allowed(caller, target)
        raise


def _allowed(caller: ApplicationView, target: Target) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            action
            for role in sorted(caller.roles)
            for action in target.table.allowed_to(
                state=target.state,
                actor=Actor(role=role, party=caller.party),
                parties=target.parties,
            )
        )
    )


async def _command(
    backend: Backend, body: CommandBody, target: Target, actor: Actor, key: str
) -> Command:
    words = body.note if isinstance(body, NotedBody) else None
    ref = await keep_note(backend, words, subject=target.subject, author=actor, key=key)
    return body.to_command(note_ref=ref, item=target.item)


async def keep_note(
    backend: Backend, words: str | None, *, subject: SubjectId, author: Actor, key: str
) -> str:
    """Stores free words apart, so that they stay out of histories: only their reference travels.
    It is the same for every try under the key, and empty where there are none."""
    if words is None:
        return ""
    named = f"{author.app}\0{key}\0{words}".encode()
    ref = f"txt_{hashlib.sha256(named).hexdigest()[:40]}"
    await backend.add_note(note=ref, subject=subject, author=author.party, body=words)
    return ref


async def _screened(backend: Backend, command: Command, target: Target) -> Command:
    """An acceptance says what the screening list finds now: it may have changed (LM-22)."""
    if not isinstance(command, Accept) or target.request is None:
        return command
    return replace(command, findings=await findings_in(backend.records, target.request))


async def _pull(
    request: Request, target: Target, trigger: Trigger, pull: Pull, find: FindTarget
) -> Receipt:
    engine: WorkflowEngine = request.app.state.engine
    try:
        return await engine.pull(target.subject, trigger, pull)
    except EndedError:
        raise _after_the_end(await find(), trigger, pull) from None


def _after_the_end(target: Target, trigger: Trigger, pull: Pull) -> Exception:
    """Why a command cannot be carried out any more: the table says it of the state it ended in."""
    if target.table.items and not target.table.outlives:
        return too_late_for_items(target.table, trigger, target.order)
    situation = Situation(
        actor=pull.actor,
        command=pull.command,
        parties=target.parties,
        terms=terms_of(target.terms_version),
        at=datetime.now(UTC),
        facts=target.facts,
        order=target.order,
        item=target.item,
    )
    try:
        target.table.fire(state=target.state, trigger=trigger, situation=situation)
    except Refused as refused:
        return refused
    return unavailable("the books and the engine do not agree yet")
