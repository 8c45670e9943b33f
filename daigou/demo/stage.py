"""Owns the stage of a run: who is registered, whose application is at which desk, full deposits."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import product

import httpx
from sqlalchemy import Engine

from daigou.demo.bodies import register_party
from daigou.demo.cast import INSTITUTION, PLATFORM, SUPPORT, Application, Cast
from daigou.demo.desk import Desk, opened_desk
from daigou.demo.notebook import Credentials, Notebook
from daigou.domain.commands import Command
from daigou.domain.ids import MovementRef, OrderId, PartyId
from daigou.domain.money import Money
from daigou.domain.order import Role
from daigou.ledger.registry import Registry
from daigou.settings import Settings
from daigou.simulator.counterparties import SimulatedCounterparties
from daigou.simulator.outside import decide_outside, dispute_outside, pay_outside
from daigou.simulator.paths import PATHS
from daigou.simulator.plans import Act, Plan
from daigou.simulator.sums import BROKERAGE_PERCENT
from daigou.simulator.world import SCREENED, SCREENED_BECAUSE, Party
from gateway.app import create_app

Door = tuple[str, httpx.AsyncBaseTransport | None]
"""The address of a gateway, and the way to it where that is not the network."""

SPARE = 2
"""Deposits hold so many times what the plans need: for orders in the place of others."""
ROUND_FEN = 1_000_00
COUPON_LASTS = timedelta(days=1)


class Stage:
    """Where a run is played: a desk each application, and the people at the counterparties.

    Clients have desks at gateways whose days pass faster, too, by their pace: an order keeps the
    pace that it was placed at.
    """

    def __init__(
        self,
        *,
        doors: Mapping[int, Door],
        engine: Engine,
        notebook: Notebook,
        outside: SimulatedCounterparties,
        day: timedelta,
        exits: contextlib.AsyncExitStack,
    ) -> None:
        self.outside = outside
        self.day = day
        self._doors = doors
        self._registry = Registry(engine)
        self._notebook = notebook
        self._exits = exits
        self._desks: dict[tuple[int, Role, PartyId], Desk] = {}

    def desk(self, role: Role, party: PartyId | None) -> Desk:
        """The desk of a party's application; that of the institution, or of the platform, where no
        party of an order acts."""
        if party is None:
            party = PLATFORM.id if role == Role.PLATFORM else INSTITUTION.id
        return self._desks[1, role, party]

    def counter(self, plan: Plan) -> Desk:
        """The desk at which a plan's client places its order."""
        return self._desks[plan.path.pace, Role.CLIENT, plan.deal.client.id]

    @property
    def support(self) -> Desk:
        """Where the support staff look."""
        return self.desk(SUPPORT.role, SUPPORT.party)

    async def seat(self, application: Application) -> None:
        """Opens the desk of an application that is known; a client's at every gateway."""
        known = self._notebook.applications[application.name]
        for pace, (address, transport) in self._doors.items():
            if pace == 1 or application.role == Role.CLIENT:
                desk = opened_desk(address, known, transport=transport)
                self._desks[
                    pace, application.role, application.party
                ] = await self._exits.enter_async_context(desk)

    async def welcome(self, client: Party) -> None:
        """Registers a client who is not there yet, and opens its desk: whoever plays alone comes
        with its order. An account that is not used is frozen after some months, which are minutes
        here."""
        if (1, client.role, client.id) in self._desks:
            return
        body = register_party(client, agreed_at=self._notebook.first_moment())
        await self.desk(Role.PLATFORM, None).register(body, f"register/{client.id}")
        application = Application(party=client.id, role=client.role)
        await make_application(self._registry, application, self._notebook)
        await self.seat(application)

    async def give_coupon(self, plan: Plan, *, since: datetime) -> None:
        """The platform gives the client the coupon that it is to have for its order."""
        if not plan.path.coupon_fen:
            return
        await self.desk(Role.PLATFORM, None).give_coupon(
            plan.deal.coupon,
            client=plan.deal.client.id,
            amount=Money(plan.path.coupon_fen),
            since=since,
            until=since + COUPON_LASTS,
        )

    async def decide(self, act: Act, reference: MovementRef) -> None:
        """A person at a silent counterparty enters in its books what the act then says."""
        # Decided before a run was cut off: then it stands.
        with contextlib.suppress(LookupError):
            await decide_outside(self.outside, act, reference)

    async def pay_back(self, act: Act, order: OrderId) -> None:
        """Whoever is to pay before an act pays."""
        await pay_outside(self.outside, act, order)

    async def dispute(self, act: Act, order: OrderId, command: Command) -> None:
        """The institution takes a payment back, or decides about that, before it says so."""
        await dispute_outside(self.outside, act, order, command)

    async def fill_deposit(self, plan: Plan) -> None:
        """A client who plays alone puts in just what its plan needs."""
        if plan.path.plays_alone and plan.deposit_fen:
            desk = self.desk(Role.CLIENT, plan.deal.client.id)
            order = plan.deal.order.removeprefix("ord_")
            await desk.recharge(Money(plan.deposit_fen), recharge_id=f"rch_{order}")


@asynccontextmanager
async def opened_stage(
    *,
    settings: Settings,
    gateway: str,
    engine: Engine,
    cast: Cast,
    notebook: Notebook,
    outside: SimulatedCounterparties,
) -> AsyncIterator[Stage]:
    """The stage with a desk for every application of the cast; they must be known by now."""
    async with contextlib.AsyncExitStack() as exits:
        doors: dict[int, Door] = {1: (gateway, None)}
        for pace in {path.pace for path in PATHS} - {1}:
            hasty = await exits.enter_async_context(_gateway_in_here(settings, pace=pace))
            doors[pace] = ("http://in-here", hasty)
        stage = Stage(
            doors=doors,
            engine=engine,
            notebook=notebook,
            outside=outside,
            day=timedelta(days=1) / settings.time_scale,
            exits=exits,
        )
        for application in cast.applications:
            await stage.seat(application)
        yield stage


async def make_applications(engine: Engine, cast: Cast, notebook: Notebook) -> None:
    """Registers what the API cannot: the platform and the institution, and every application.

    An application needs its party, so this is called again once the API registered the others.
    """
    registry = Registry(engine)
    for party in (PLATFORM, INSTITUTION):
        await asyncio.to_thread(
            registry.register_party,
            id=party.id,
            role=party.role,
            country="CN",
            name=party.name,
        )
    parties = [each.party for each in cast.applications]
    registered = await asyncio.to_thread(registry.parties, parties)
    for application in cast.applications:
        if application.party in registered:
            await make_application(registry, application, notebook)


async def make_application(
    registry: Registry, application: Application, notebook: Notebook
) -> None:
    """Makes an application of a party that is registered, if it is not known yet."""
    if application.name not in notebook.applications:
        made, secret = await asyncio.to_thread(
            registry.create_application,
            name=application.name,
            roles=[application.role],
            party=application.party,
        )
        notebook.keep_application(application.name, Credentials(key=made.key, secret=secret))


async def register_parties(
    gateway: str, cast: Cast, notebook: Notebook, *, agreed_at: datetime
) -> None:
    """Registers everyone who takes part in orders, what is screened, who is a promoter and what
    each provider pays it, as the platform."""
    platform = Application(party=PLATFORM.id, role=PLATFORM.role)
    async with opened_desk(gateway, notebook.applications[platform.name]) as desk:

        async def register(*parties: Party, code: str = "", account: PartyId | None = None) -> None:
            said = [
                register_party(each, agreed_at=agreed_at, invitation_code=code, account=account)
                for each in parties
            ]
            keys = [f"register/{each.id}" for each in parties]
            await asyncio.gather(*(desk.register(*each) for each in zip(said, keys, strict=True)))

        later = (*cast.invited, cast.inviters_promoter)
        await register(*(each for each in cast.on_orders if each not in later))
        await register(*cast.promotion_providers)
        await register(cast.inviters_promoter, account=cast.inviter.id)
        await register(*cast.invited, code=await desk.invitation_code(cast.inviter.id))
        for category, verdict in SCREENED.items():
            await desk.screen(category, verdict, SCREENED_BECAUSE)
        for promoter in cast.promoters:
            (promotion_provider,) = cast.promotion_providers
            await desk.engage(promoter=promoter.id, promotion_provider=promotion_provider.id)
        for promoter, provider in product(cast.promoters, cast.providers):
            await desk.sign_contract(
                promoter=promoter.id,
                provider=provider.id,
                rate=Fraction(BROKERAGE_PERCENT, 100),
                since=agreed_at,
            )


def recharges(plans: Iterable[Plan]) -> dict[PartyId, int]:
    """What each client puts into its deposit, in fen: what its plans take from it, and more. Who
    plays alone puts it in with its request."""
    needs: dict[PartyId, int] = defaultdict(int)
    for plan in plans:
        if plan.path.plays_alone:
            continue
        needs[plan.deal.client.id] += plan.deposit_fen
    return {client: -(-fen * SPARE // ROUND_FEN) * ROUND_FEN for client, fen in needs.items()}


async def fill_deposits(stage: Stage, amounts: Mapping[PartyId, int], *, run: int) -> None:
    """Recharges each client's deposit."""

    async def fill(client: PartyId, fen: int) -> None:
        recharge_id = f"rch_demo{run}_{client}"
        await stage.desk(Role.CLIENT, client).recharge(Money(fen), recharge_id=recharge_id)

    await asyncio.gather(*(fill(client, fen) for client, fen in amounts.items() if fen))


@asynccontextmanager
async def _gateway_in_here(settings: Settings, *, pace: int) -> AsyncIterator[httpx.ASGITransport]:
    """A second gateway to the same servers, in this process, whose days pass so much faster."""
    app = create_app(settings.model_copy(update={"time_scale": settings.time_scale * pace}))
    async with app.router.lifespan_context(app):
        yield httpx.ASGITransport(app)
