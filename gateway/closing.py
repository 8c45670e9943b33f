"""Owns the asking for the closing of an account: checked, and its workflow begun once (UA-1-20)."""

from functools import partial

from fastapi import Request
from starlette.responses import Response

from daigou.domain.commands import CloseAccount
from daigou.domain.ids import PartyId
from daigou.domain.order import Parties
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.terms import current
from daigou.ledger.account_views import AccountState, ClosureView
from daigou.ledger.views import ApplicationView
from gateway.backend import Backend
from gateway.blocking import check_client
from gateway.finding import visible_account
from gateway.kinds import CLOSURES
from gateway.opening import Asking, Beginning, asking_for, open_once
from gateway.parsing import body_of
from gateway.schemas import CloseAccountBody
from workflows.messages import OpenSubject


async def close_account(
    request: Request, *, caller: ApplicationView, key: str, client_id: str
) -> Response:
    """Asks for the closing of an account, once a key, and answers with its receipt.

    Raises:
        ProblemError: the body is not valid, there is no such account for the caller, it is closed
            or being closed already, or nobody answered in time.
    """
    raw = await body_of(request)
    client = (await visible_account(request, caller, client_id)).client
    asking = await asking_for(request, CLOSURES, CloseAccountBody, raw, caller=caller, key=key)

    async def beginning() -> Beginning[ClosureView]:
        await check_client(asking.backend, caller, client)
        return await _beginning(asking, client)

    return await open_once(asking, beginning)


async def _check_that_it_is_open(backend: Backend, client: PartyId) -> None:
    account = await backend.accounting.account(client)
    if account is not None and account.state in (AccountState.WINDING_UP, AccountState.CLOSED):
        raise Refused(
            RefusalCode.ALREADY_RECORDED,
            CLOSURES.clause,
            f"the account is closed or being closed already: {account.closure}",
        )


async def _beginning(
    asking: Asking[ClosureView, CloseAccountBody], client: PartyId
) -> Beginning[ClosureView]:
    return Beginning(
        opening=OpenSubject(
            subject=asking.subject,
            request=CloseAccount(
                client=client,
                payment_method=asking.body.payment_method,
                note_ref=await asking.keep_note(asking.body.note),
            ),
            parties=Parties.alone(client),
            actor=asking.actor,
            command_id=asking.command_id,
            terms_version=current().version,
            time_scale=asking.time_scale,
        ),
        parties=Parties.alone(client),
        # Where the rest is to be paid may have been said anew since.
        is_same=lambda found: found.client == client,
        summary=f"closing of the account of {client}",
        checks=(partial(_check_that_it_is_open, asking.backend, client),),
    )
