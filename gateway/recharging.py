"""Owns the asking for a recharge: checked, and its workflow begun once (UA-1-8)."""

from functools import partial

from fastapi import Request
from starlette.responses import Response

from daigou.domain.commands import Block, RequestRecharge
from daigou.domain.ids import PartyId, RechargeId
from daigou.domain.order import Parties
from daigou.domain.terms import current
from daigou.ledger.views import ApplicationView, RechargeView
from gateway.blocking import check_client, refuse_if_blocked
from gateway.kinds import RECHARGES
from gateway.opening import Asking, Beginning, asking_for, open_once
from gateway.parsing import body_of
from gateway.schemas import RechargeBody
from workflows.messages import OpenRecharge


async def recharge(request: Request, *, caller: ApplicationView, key: str) -> Response:
    """Asks for a recharge, once a key, and answers with its receipt.

    Raises:
        ProblemError: the body is not valid, the id is another recharge's, the caller is no
            registered client, the account is frozen, or nobody answered in time.
    """
    raw = await body_of(request)
    asking = await asking_for(request, RECHARGES, RechargeBody, raw, caller=caller, key=key)

    async def beginning() -> Beginning[RechargeView]:
        client = asking.body.client_id or caller.party
        await check_client(asking.backend, asking.caller, client)
        return _beginning(asking, client)

    return await open_once(asking, beginning)


def _beginning(
    asking: Asking[RechargeView, RechargeBody], client: PartyId
) -> Beginning[RechargeView]:
    amount = asking.body.amount.money
    return Beginning(
        opening=OpenRecharge(
            recharge=RechargeId(asking.subject),
            request=RequestRecharge(
                client=client, amount=amount, payment_method=asking.body.payment_method
            ),
            actor=asking.actor,
            command_id=asking.command_id,
            terms_version=current().version,
            time_scale=asking.time_scale,
        ),
        parties=Parties.alone(client),
        is_same=lambda found: (found.client, found.amount) == (client, amount),
        summary=f"recharge {amount}",
        checks=(partial(refuse_if_blocked, asking.backend, client, Block.RECHARGE),),
    )
