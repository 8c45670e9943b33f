"""Owns the asking for a withdrawal: checked, and its workflow begun once (UA-1-8)."""

from functools import partial

from fastapi import Request
from starlette.responses import Response

from daigou.domain.commands import Block, RequestWithdrawal
from daigou.domain.ids import PartyId
from daigou.domain.order import Parties
from daigou.domain.terms import current
from daigou.ledger.account_views import WithdrawalView
from daigou.ledger.views import ApplicationView
from gateway.blocking import check_client, refuse_if_blocked
from gateway.kinds import WITHDRAWALS
from gateway.opening import Asking, Beginning, asking_for, open_once
from gateway.parsing import body_of
from gateway.schemas import WithdrawalBody
from workflows.messages import OpenSubject


async def withdraw(request: Request, *, caller: ApplicationView, key: str) -> Response:
    """Asks for a withdrawal, once a key, and answers with its receipt.

    Raises:
        ProblemError: the body is not valid, the id is another withdrawal's, the caller is no
            registered client, the account is frozen, or nobody answered in time.
    """
    raw = await body_of(request)
    asking = await asking_for(request, WITHDRAWALS, WithdrawalBody, raw, caller=caller, key=key)

    async def beginning() -> Beginning[WithdrawalView]:
        client = asking.body.client_id or caller.party
        await check_client(asking.backend, caller, client)
        return _beginning(asking, client)

    return await open_once(asking, beginning)


def _beginning(
    asking: Asking[WithdrawalView, WithdrawalBody], client: PartyId
) -> Beginning[WithdrawalView]:
    amount = asking.body.amount.money
    return Beginning(
        opening=OpenSubject(
            subject=asking.subject,
            request=RequestWithdrawal(
                client=client, amount=amount, payment_method=asking.body.payment_method
            ),
            parties=Parties.alone(client),
            actor=asking.actor,
            command_id=asking.command_id,
            terms_version=current().version,
            time_scale=asking.time_scale,
        ),
        parties=Parties.alone(client),
        is_same=lambda found: (found.client, found.amount) == (client, amount),
        summary=f"withdrawal {amount}",
        amount=amount,
        checks=(partial(refuse_if_blocked, asking.backend, client, Block.WITHDRAWAL),),
    )
