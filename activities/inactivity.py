"""Owns how inactive accounts are warned: a freeze is begun for each, once a spell (UA-1-15)."""

import asyncio
import base64
import hashlib
from collections.abc import Collection

from temporalio import activity
from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from daigou.domain.commands import FreezeReason, PlaceFreeze
from daigou.domain.ids import FreezeId, PartyId, SubjectId, kind_of, workflow_id
from daigou.domain.openings import OpenSubject
from daigou.domain.order import CLOCK, Parties
from daigou.domain.terms import current
from daigou.ports.watch import Inactive

BEGUN_AT_ONCE = 20
_CLIENT_ID = SearchAttributeKey.for_keyword("ClientId")
_ID_CHARS = 26


async def warn(
    client: Client, inactive: Collection[Inactive], *, time_scale: int
) -> tuple[PartyId, ...]:
    """Begins the freeze of each account, which warns it first; those that could not be begun.

    It may be run any number of times: a spell of inactivity has one freeze, named by it.
    """
    at_once = asyncio.Semaphore(BEGUN_AT_ONCE)
    task_queue = activity.info().task_queue

    async def begin(each: Inactive) -> PartyId | None:
        async with at_once:
            try:
                await _begin(client, each, task_queue=task_queue, time_scale=time_scale)
            except WorkflowAlreadyStartedError:
                pass  # Another run was quicker; the books do not show it yet.
            except RPCError as error:
                activity.logger.warning("inactivity.not_begun", extra={"error": str(error.status)})
                return each.client
        return None

    begun = await asyncio.gather(*(begin(each) for each in inactive))
    return tuple(each for each in begun if each is not None)


async def _begin(client: Client, each: Inactive, *, task_queue: str, time_scale: int) -> None:
    freeze = SubjectId(_freeze_of(each))
    opening = OpenSubject(
        subject=freeze,
        request=PlaceFreeze(
            client=each.client, reason=FreezeReason.INACTIVITY, inactive_since=each.since
        ),
        parties=Parties.alone(each.client),
        actor=CLOCK,
        command_id=f"{freeze}/inactive",
        terms_version=current().version,
        time_scale=time_scale,
    )
    await client.start_workflow(
        kind_of(freeze).workflow,
        opening,
        id=workflow_id(freeze),
        task_queue=task_queue,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        search_attributes=TypedSearchAttributes([SearchAttributePair(_CLIENT_ID, each.client)]),
        static_summary=f"inactivity of {each.client} · UA-1-15",
    )


def _freeze_of(each: Inactive) -> FreezeId:
    """The freeze of a spell of inactivity: the same for every run that finds it."""
    said = f"{each.client}\0{each.since.isoformat()}".encode()
    name = base64.b32encode(hashlib.sha256(said).digest()).decode()[:_ID_CHARS].lower()
    return FreezeId(f"frz_{name}")
