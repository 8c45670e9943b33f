"""The endpoints of freezes: placed on a client's account, read by those whom they concern."""

from fastapi import Request
from starlette.responses import Response

from gateway.answers import FreezeAnswer, FreezePage, SubjectStatementAnswer
from gateway.auth import Caller
from gateway.freezing import place_freeze
from gateway.kinds import FREEZES
from gateway.once import Key
from gateway.routes.subjects import (
    Reads,
    add_list_on_accounts,
    add_reading,
    add_statement,
    add_story,
    opens,
    router_of,
)
from gateway.schemas import PlaceFreezeBody

router = router_of(FREEZES)
_CLAUSES = ("UA-1-2", "UA-1-9", "UA-4-5")
_READS = Reads(
    kind=FREEZES,
    answer=FreezeAnswer,
    shows="its reason, what it forbids, what releases it",
    readers="Roles: the client itself; the provider or the logistics provider whose contract was "
    "broken; platform, support, payment institution. Everyone else gets 404 (OP-7-5-4).",
)


@opens(
    router,
    FREEZES,
    body=PlaceFreezeBody,
    operation_id="placeFreeze",
    summary="Freeze a client's account, for a reason",
    description="Several freezes stack: the account is free when none is left. A lost or misused "
    "credential is reported by the client itself (`lost_credential`), a broken contract by the "
    "provider or the logistics provider of the order (`breach`, with `order_id` and `amount`), a "
    "suspicion by the platform (`suspicion`). What a chargeback, a closing or inactivity freezes "
    "is placed by what happens, not here.\n\n"
    f"Roles: client, provider, logistics, platform. Clauses: {', '.join(_CLAUSES)}.",
    says="The freeze is in force.",
    clauses=_CLAUSES,
    refusals=PlaceFreezeBody.refusals,
)
async def post_freeze(request: Request, caller: Caller, key: Key, client_id: str) -> Response:
    return await place_freeze(request, caller=caller, key=key, client_id=client_id)


add_list_on_accounts(
    router,
    _READS,
    page=FreezePage,
    of=lambda backend, client, **page: backend.accounting.freezes(client, **page),
)
add_reading(router, _READS)
add_story(router, _READS)
add_statement(
    router,
    _READS,
    says="Every journal entry behind what passed to whom the client owed it. Clause: UA-4-5.",
    answer=SubjectStatementAnswer,
    of=SubjectStatementAnswer.of,
)
