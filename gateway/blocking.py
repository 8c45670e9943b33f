"""Owns what is looked up of a client before anything of its account is begun: it is registered, and
no freeze forbids it. The books refuse it, too; but what is refused here leaves no trace."""

from daigou.domain.commands import Block
from daigou.domain.freezes import blocked
from daigou.domain.ids import PartyId
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from daigou.ledger.views import ApplicationView
from gateway.backend import Backend
from gateway.problems import Fault, invalid


async def check_client(backend: Backend, caller: ApplicationView, client: PartyId) -> None:
    """Checks that the caller acts for that registered client.

    Raises:
        ProblemError: it does not, or the client has not accepted the user agreement (UA-1-1).
    """
    known = await backend.party(client) if client == caller.party else None
    if known is None or known.role != Role.CLIENT or known.agreement_version is None:
        raise invalid(
            [
                Fault(
                    pointer="/client_id",
                    code=RefusalCode.NOT_REGISTERED,
                    detail="is not a registered client that you act for",
                    clause="UA-1-1",
                )
            ]
        )


async def refuse_if_blocked(backend: Backend, client: PartyId, what: Block) -> None:
    """Refuses what a freeze of the account forbids.

    Raises:
        Refused: by the clause of the first freeze that forbids it.
    """
    if by := await backend.accounting.blocking(client, what):
        raise blocked(what, by)
