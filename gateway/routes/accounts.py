"""The endpoints of accounts as a whole, of deposits, recharges and withdrawals."""

from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from daigou.domain.refusals import RefusalCode
from daigou.ledger.account_views import AccountView
from gateway.answers import (
    AccountAnswer,
    DepositAnswer,
    EntryAnswer,
    EntryPage,
    RechargeAnswer,
    SubjectStatementAnswer,
    WithdrawalAnswer,
    WithdrawalPage,
)
from gateway.auth import Caller
from gateway.backend import Backend
from gateway.finding import visible_account, visible_client, visible_deposit
from gateway.kinds import RECHARGES, WITHDRAWALS
from gateway.notes import reads_words_of
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
from gateway.routes.subjects import (
    Reads,
    add_list_on_accounts,
    add_reading,
    add_statement,
    add_story,
    opens,
    router_of,
)
from gateway.schemas import RechargeBody, WithdrawalBody
from gateway.withdrawing import withdraw

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
    "/accounts/{client_id}",
    operation_id="getAccount",
    summary="Read a client's account",
    description="What is in the deposit, what is owed, every freeze in force with its clause, what "
    "it forbids, who placed it when and why, and what releases it; and what goes on. Roles: the "
    "client itself; platform, support, payment institution. Clauses: UA-1-2, UA-1-9, UA-1-15, "
    "UA-1-20, UA-4-5, PSR-22-1.",
    responses=_ONE,
    openapi_extra=needs_caller(),
)
async def get_account(request: Request, caller: Caller, client_id: str) -> AccountAnswer:
    account = await visible_account(request, caller, client_id)
    return AccountAnswer.of(account, await _notes(request, caller, account))


async def _notes(request: Request, caller: Caller, account: AccountView) -> dict[str, str | None]:
    """The words with the freezes, if they are for the caller, by their references."""
    if not reads_words_of(caller, account.client):
        return {}
    backend: Backend = request.app.state.backend
    refs = dict.fromkeys(freeze.note_ref for freeze in account.freezes if freeze.note_ref)
    return {ref: await backend.note(ref) for ref in refs}


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
    refusals=(RefusalCode.NOT_REGISTERED, RefusalCode.ACCOUNT_FROZEN),
)
async def request_recharge(request: Request, caller: Caller, key: Key) -> Response:
    return await recharge(request, caller=caller, key=key)


add_reading(router, Reads(kind=RECHARGES, answer=RechargeAnswer, readers=_READERS))
_WITHDRAWALS = Reads(kind=WITHDRAWALS, answer=WithdrawalAnswer, readers=_READERS)


@opens(
    router,
    WITHDRAWALS,
    body=WithdrawalBody,
    operation_id="requestWithdrawal",
    summary="Withdraw from a deposit",
    description="Takes the sum out of the deposit and has the payment institution pay it. It is "
    "`paid_out` once that has answered; what cannot be paid is in the deposit again: `returned`."
    "\n\n"
    "Roles: client. Clauses: UA-1-1, UA-1-8.",
    says="The withdrawal was asked for; `state` says what became of it so far.",
    clauses=("UA-1-1", "UA-1-8"),
    refusals=(RefusalCode.NOT_REGISTERED, *WithdrawalBody.refusals),
)
async def request_withdrawal(request: Request, caller: Caller, key: Key) -> Response:
    return await withdraw(request, caller=caller, key=key)


add_list_on_accounts(
    router,
    _WITHDRAWALS,
    page=WithdrawalPage,
    of=lambda backend, client, **page: backend.accounting.withdrawals(client, **page),
)
add_reading(router, _WITHDRAWALS)
add_story(router, _WITHDRAWALS)
add_statement(
    router,
    _WITHDRAWALS,
    says="Every journal entry behind it, and the payout. Clause: UA-1-8.",
    answer=SubjectStatementAnswer,
    of=SubjectStatementAnswer.of,
)
