"""The endpoints of the closing of an account: asked for by its client, and followed to its end."""

from fastapi import Request
from starlette.responses import Response

from daigou.domain.refusals import RefusalCode
from gateway.answers import ClosureAnswer, SubjectStatementAnswer
from gateway.auth import Caller
from gateway.backend import Backend
from gateway.closing import close_account
from gateway.finding import visible_client
from gateway.kinds import CLOSURES
from gateway.once import Key
from gateway.openapi import CALLER, problems
from gateway.openapi import caller as needs_caller
from gateway.problems import EdgeCode, not_found
from gateway.routes.subjects import (
    Reads,
    add_reading,
    add_statement,
    add_story,
    opens,
    router_of,
)
from gateway.schemas import CloseAccountBody

router = router_of(CLOSURES)
_READERS = "Roles: the client itself; platform, support, payment institution. Clause: UA-1-20."
_READS = Reads(kind=CLOSURES, answer=ClosureAnswer, readers=_READERS)


@opens(
    router,
    CLOSURES,
    body=CloseAccountBody,
    operation_id="closeAccount",
    summary="Close an account",
    description="From now on nothing new is taken: no order, no recharge. What goes on comes to "
    "its end; then the rest of the deposit is paid out, and the account is closed.\n\n"
    "Roles: client. Clauses: UA-1-1, UA-1-20.",
    says="The account is being closed.",
    clauses=("UA-1-1", "UA-1-20"),
    refusals=(RefusalCode.ALREADY_RECORDED, RefusalCode.NOT_REGISTERED),
)
async def post_closure(request: Request, caller: Caller, key: Key, client_id: str) -> Response:
    return await close_account(request, caller=caller, key=key, client_id=client_id)


@router.get(
    CLOSURES.opening_path,
    operation_id="getClosureOfAccount",
    summary="Read the closing of a client's account",
    description=f"The last one, taken back or not. {_READERS}",
    responses=problems(*CALLER, EdgeCode.NOT_FOUND),
    openapi_extra=needs_caller(),
)
async def get_closure_of_account(request: Request, caller: Caller, client_id: str) -> ClosureAnswer:
    backend: Backend = request.app.state.backend
    client = await visible_client(request, caller, client_id)
    found = await backend.accounting.closure_of(client)
    if found is None:
        raise not_found("closing of this account")
    return ClosureAnswer.of(found)


add_reading(router, _READS)
add_story(router, _READS)
add_statement(
    router,
    _READS,
    says="Every journal entry behind the paying out of the rest, and the payout.",
    answer=SubjectStatementAnswer,
    of=SubjectStatementAnswer.of,
)
