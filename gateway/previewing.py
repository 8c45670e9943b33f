"""Owns the way of a preview: from a command's body to what it would do, kept as it was shown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

from fastapi import Request
from pydantic_core import to_json
from starlette.responses import Response

from daigou.domain.commands import CaseRefund, Command, SettleCancellation
from daigou.domain.ids import SubjectId
from daigou.domain.items import choose_item
from daigou.domain.lifecycle import FULFILMENT, TABLES
from daigou.domain.lifecycle.table import Table
from daigou.domain.order import Actor, Parties, Role, Trigger, holds
from daigou.domain.preview import PREVIEWED, bare
from daigou.domain.refusals import RefusalCode
from daigou.ledger.previews import Asked, Shown
from daigou.ledger.views import ApplicationView, OrderView
from gateway.addresses import address_of
from gateway.answers import PreviewAnswer
from gateway.auth import acts_as
from gateway.backend import Backend
from gateway.finding import visible_order
from gateway.keeping import keep
from gateway.parsing import body_of
from gateway.problems import ProblemError, not_found
from gateway.referring import check_references, parsed
from gateway.schemas import BODIES, CommandBody, SettlementBody
from gateway.sending import not_your_role, roles_of
from gateway.trace import note

OVERSEERS = frozenset({Role.PLATFORM, Role.SUPPORT})
READERS = OVERSEERS | {Role.CLIENT, Role.PROVIDER}
"""Who sees what was shown of an order: those whose money it is, and who looks after them."""
_DEFAULT = SettleCancellation(digest="")
"""What the terms do where the provider says nothing; a client may see what that comes to."""
_FOR_CLIENTS = (SettleCancellation, CaseRefund)
"""What brings money back to the client, who may see what it comes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A trigger whose command can be previewed, and the body that it is asked for by."""

    table: Table
    trigger: Trigger

    @property
    def body(self) -> type[CommandBody]:
        """The command's own body, but that none has to say a digest."""
        command = self.table.triggers[self.trigger].command
        return SettlementBody if command is SettleCancellation else BODIES[command]

    @property
    def clause(self) -> str:
        """The clause that rules the trigger."""
        return self.table.triggers[self.trigger].clause

    @property
    def roles(self) -> frozenset[Role]:
        """Who may ask for it: who may give the command, and those who look after them."""
        return roles_of(self.table, self.trigger) | OVERSEERS | self._client

    @property
    def _client(self) -> frozenset[Role]:
        brings_back = self.table.triggers[self.trigger].command in _FOR_CLIENTS
        return frozenset({Role.CLIENT}) if brings_back else frozenset()


PREVIEWS: Mapping[Trigger, Previewed] = MappingProxyType(
    {
        trigger: Previewed(table=table, trigger=trigger)
        for table in TABLES.values()
        for trigger in table.commands
        if table.triggers[trigger].command in PREVIEWED
    }
)


def preview_path(subject: str, trigger: Trigger) -> str | None:
    """Where a command to an order is previewed, if it can be; to other subjects none can."""
    return f"POST {address_of(subject)}/previews/{trigger}" if trigger in PREVIEWS else None


async def preview(
    request: Request, *, caller: ApplicationView, key: str, previewed: Previewed, order_id: str
) -> Response:
    """Shows what a command would do, once a key, and keeps it as it was shown.

    Raises:
        ProblemError: it cannot be read, nobody may know of the order, the caller may not ask, the
            rules forbid the command, or nobody answered in time.
    """
    backend: Backend = request.app.state.backend
    raw = await body_of(request)
    order = await visible_order(request, caller, order_id)
    body = await parsed(
        backend, previewed.body, raw, subject=SubjectId(order.id), clause=previewed.clause
    )
    asker = _asker(caller, previewed, order.parties)
    command = _command(body)
    _check_that_it_is_for(asker, command)
    note(request, role=asker.role, trigger=previewed.trigger)

    async def make() -> PreviewAnswer:
        await check_references(backend, body, subject=SubjectId(order.id), clause=previewed.clause)
        return await _show(backend, order, previewed, command, asker)

    return await keep(
        request,
        caller,
        key,
        content=body.model_dump_json().encode(),
        clause=previewed.clause,
        make=make,
    )


async def order_with_previews(
    request: Request, caller: ApplicationView, order_id: str
) -> OrderView:
    """The order of that id, whose previews the caller may see.

    Raises:
        ProblemError: 404 where there is none, or none for this caller.
    """
    order = await visible_order(request, caller, order_id)
    if not _held(caller, order.parties) & READERS:
        raise not_found("previews of this order")
    return order


def as_shown(shown: Shown) -> PreviewAnswer:
    """A preview exactly as it was answered first."""
    return PreviewAnswer.model_validate_json(to_json(shown.answer))


async def _show(
    backend: Backend, order: OrderView, previewed: Previewed, command: Command, asker: Actor
) -> PreviewAnswer:
    table, parties = previewed.table.name, order.parties
    found = await backend.showing.of(
        Asked(
            order=order.id,
            table=table,
            item=_item(order, previewed),
            trigger=previewed.trigger,
            command=command,
            actor=_giver(asker, previewed, parties),
            at=datetime.now(UTC),
        )
    )
    answer = PreviewAnswer.of(found, table=table, parties=parties, asker=asker)
    kept = await backend.showing.keep(
        Shown(
            order=found.order,
            digest=found.digest,
            sequence=found.sequence,
            item=found.item,
            trigger=found.trigger,
            asker=asker,
            at=found.at,
            answer=answer.model_dump(mode="json"),
        )
    )
    return as_shown(kept)


def _asker(caller: ApplicationView, previewed: Previewed, parties: Parties) -> Actor:
    """The caller in a role in which it may ask; one that may give the command comes first.

    Raises:
        ProblemError: it has none on this order.
    """
    held = _held(caller, parties)
    for roles in (roles_of(previewed.table, previewed.trigger), previewed.roles):
        if asker := acts_as(caller, roles & held, parties):
            return asker
    raise not_your_role(caller, previewed.trigger, previewed.roles, previewed.clause)


def _held(caller: ApplicationView, parties: Parties) -> frozenset[Role]:
    return frozenset(
        role for role in caller.roles if holds(role=role, party=caller.party, parties=parties)
    )


def _giver(asker: Actor, previewed: Previewed, parties: Parties) -> Actor:
    """Who would give the command: the asker, or for those who only look whoever may."""
    roles = roles_of(previewed.table, previewed.trigger)
    if asker.role in roles:
        return asker
    for role in sorted(roles):
        if party := parties.holder(role):
            return Actor(role=role, party=party)
    return replace(asker, role=min(roles))


def _check_that_it_is_for(asker: Actor, command: Command) -> None:
    settles = isinstance(command, SettleCancellation)
    if asker.role == Role.CLIENT and settles and command != _DEFAULT:
        raise ProblemError(
            code=RefusalCode.NOT_YOUR_ROLE,
            detail="a client previews what the terms do: the fee is kept, and there are no costs; "
            "what the provider was shown stands under its own previews",
            clause="PSR-12-3",
        )


def _command(body: CommandBody) -> Command:
    # Words and the digest of another preview change nothing of what is shown.
    return bare(body.to_command(note_ref="", item=""))


def _item(order: OrderView, previewed: Previewed) -> str:
    """The item of the order that the command would be for; empty for the order itself.

    Raises:
        Refused: there is none, or there are several.
    """
    table = previewed.table
    if table == FULFILMENT:
        return ""
    return choose_item(
        table=table,
        trigger=previewed.trigger,
        named="",
        states={item.item: item.state for item in order.items_of(table.name)},
        subject=order.id,
    )
