"""Owns the stage of a run: who is registered, whose application is at which desk, full deposits."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from daigou.demo.bodies import register_party
from daigou.demo.cast import INSTITUTION, PLATFORM, SUPPORT, Application, Cast
from daigou.demo.desk import Desk, opened_desk
from daigou.demo.notebook import Credentials, Notebook
from daigou.domain.ids import MovementRef, PartyId
from daigou.domain.money import Money
from daigou.domain.order import Role, State
from daigou.ledger.registry import Registry
from daigou.simulator.counterparties import SimulatedCounterparties
from daigou.simulator.plans import Act, Plan

SPARE = 2
"""Deposits hold so many times what the plans need: for orders in the place of others."""
ROUND_FEN = 1_000_00


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a run is played: a desk each application, and the people at the counterparties."""

    desks: Mapping[tuple[Role, PartyId], Desk]
    outside: SimulatedCounterparties

    def desk(self, role: Role, party: PartyId | None) -> Desk:
        """The desk of a party's application; the institution's where no party of an order acts."""
        return self.desks[role, party or INSTITUTION.id]

    @property
    def support(self) -> Desk:
        """Where the support staff look."""
        return self.desks[SUPPORT.role, SUPPORT.party]

    async def decide(self, act: Act, reference: MovementRef) -> None:
        """A person at a silent counterparty enters in its books what the act then says."""
        if act.decides is None:
            return
        at_sellers = act.at == State.PURCHASING
        books = self.outside.seller_platform if at_sellers else self.outside.payment_institution
        # Decided before a run was cut off: then it stands.
        with contextlib.suppress(LookupError):
            await books.decide(reference=reference, standing=act.decides)


@asynccontextmanager
async def opened_stage(
    *, gateway: str, cast: Cast, notebook: Notebook, outside: SimulatedCounterparties
) -> AsyncIterator[Stage]:
    """The stage with a desk for every application of the cast; they must be known by now."""
    known = notebook.applications
    async with contextlib.AsyncExitStack() as stack:
        desks = {
            (each.role, each.party): await stack.enter_async_context(
                opened_desk(gateway, known[each.name])
            )
            for each in cast.applications
        }
        yield Stage(desks=desks, outside=outside)


def make_applications(engine: Engine, cast: Cast, notebook: Notebook) -> None:
    """Registers what the API cannot: the platform and the institution, and every application.

    An application needs its party, so this is called again once the API registered the others.
    """
    registry = Registry(engine)
    for party in (PLATFORM, INSTITUTION):
        registry.register_party(id=party.id, role=party.role, country="CN", name=party.name)
    registered = registry.parties(each.party for each in cast.applications)
    for application in cast.applications:
        if application.name in notebook.applications or application.party not in registered:
            continue
        made, secret = registry.create_application(
            name=application.name, roles=[application.role], party=application.party
        )
        notebook.keep_application(application.name, Credentials(key=made.key, secret=secret))


async def register_parties(
    gateway: str, cast: Cast, notebook: Notebook, *, agreed_at: datetime
) -> None:
    """Registers everyone who takes part in orders, as the platform, through the API."""
    platform = Application(party=PLATFORM.id, role=PLATFORM.role)
    async with opened_desk(gateway, notebook.applications[platform.name]) as desk:
        await asyncio.gather(
            *(
                desk.register(
                    register_party(party, agreed_at=agreed_at), key=f"register/{party.id}"
                )
                for party in cast.on_orders
            )
        )


def recharges(plans: Iterable[Plan]) -> dict[PartyId, int]:
    """What each client puts into its deposit, in fen: what its plans take from it, and more."""
    needs: dict[PartyId, int] = defaultdict(int)
    for plan in plans:
        # A payment that is declined sets its part aside for a while.
        share = plan.path.deposit_share
        taken = plan.deal.amount_fen if share is None else share.of(plan.deal.amount_fen)
        needs[plan.deal.client.id] += taken
    return {client: -(-fen * SPARE // ROUND_FEN) * ROUND_FEN for client, fen in needs.items()}


async def fill_deposits(stage: Stage, amounts: Mapping[PartyId, int], *, run: int) -> None:
    """Recharges each client's deposit."""

    async def fill(client: PartyId, fen: int) -> None:
        recharge_id = f"rch_demo{run}_{client}"
        await stage.desk(Role.CLIENT, client).recharge(Money(fen), recharge_id=recharge_id)

    await asyncio.gather(*(fill(client, fen) for client, fen in amounts.items() if fen))
