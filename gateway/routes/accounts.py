"""The endpoints of deposits and recharges."""

from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from daigou.domain.refusals import RefusalCode
from gateway.answers import DepositAnswer, EntryAnswer, EntryPage, RechargeAnswer
from gateway.auth import Caller
from gateway.backend import Backend
from gateway.finding import visible_client, visible_deposit
from gateway.kinds import RECHARGES
from gateway.once import Key
from gateway.openapi import (
    CALLER,
    problems,
)
from gateway.openapi import (
    caller as needs_caller,
)
from gateway.problems import EdgeCode
from gateway.recharging import recharge
from gateway.routes.subjects import Reads, add_reading, opens, router_of
from gateway.schemas import RechargeBody

router = router_of(RECHARGES)
_ONE = problems(*CALLER, EdgeCode.NOT_FOUND)
_READERS = "Roles: the client itself; platform, support, payment institution. Clause: UA-1-8."


class EntriesQuery(BaseModel):
    """Which entries to list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    starting_after: Annotated[
        int | None, Field(ge=0, le=2**53, description="The last entry of the page before.")
    ] = None


@router.get(
    "/deposits/{client_id}",
    operation_id="getDeposit",
    summary="Read a client's deposit",
    description=f"What the client may spend, and why it may not if the deposit is frozen. "
    f"{_READERS}",
    responses=_ONE,
    openapi_extra=needs_caller(),
)
async def get_deposit(request: Request, caller: Caller, client_id: str) -> DepositAnswer:
    return DepositAnswer.of(await visible_deposit(request, caller, client_id))


@router.get(
    "/deposits/{client_id}/entries",
    operation_id="listDepositEntries",
    summary="List what moved on a deposit",
    description=f"Each entry with its clause and the balance after it. {_READERS}",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND, RefusalCode.INVALID_REQUEST),
    openapi_extra=needs_caller(),
)
async def list_deposit_entries(
    request: Request, caller: Caller, client_id: str, query: Annotated[EntriesQuery, Query()]
) -> EntryPage:
    backend: Backend = request.app.state.backend
    client = await visible_client(request, caller, client_id)
    found = await backend.deposit_entries(
        client, limit=query.limit + 1, starting_after=query.starting_after
    )
    return EntryPage(
        data=tuple(EntryAnswer.of(entry) for entry in found[: query.limit]),
        has_more=len(found) > query.limit,
    )


@opens(
    router,
    RECHARGES,
    body=RechargeBody,
    operation_id="requestRecharge",
    summary="Recharge a deposit",
    description=(
        "Asks the payment institution for the sum. The deposit has it once the recharge is "
        "`credited`; a pending or unknown outcome leaves it `due`.\n\n"
        "Roles: client. Clauses: UA-1-1, UA-1-8."
    ),
    says="The recharge was asked for; `state` says what became of it so far.",
    clauses=("UA-1-1", "UA-1-8"),
    refusals=(RefusalCode.NOT_REGISTERED,),
)
async def request_recharge(request: Request, caller: Caller, key: Key) -> Response:
    return await recharge(request, caller=caller, key=key)


add_reading(router, Reads(kind=RECHARGES, answer=RechargeAnswer, readers=_READERS))
