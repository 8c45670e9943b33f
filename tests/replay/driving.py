"""Drives orders and recharges down their courses, to the end of their workflows."""

from dataclasses import replace
from datetime import UTC, datetime

from daigou.domain.commands import Mandate, Outcome, Request, RequestRecharge
from daigou.domain.ids import MovementRef, PartyId, RechargeId
from daigou.domain.lifecycle import RECHARGE
from daigou.domain.mandate import MANDATES
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.terms import current
from daigou.ports.counterparties import Standing
from daigou.simulator.plans import Act, Happened, Plan, has_ended, movement_in, next_act, strays
from daigou.simulator.world import Party
from tests.replay.courses import LOGISTICS, PROVIDER, STORAGE, OrderCourse, RechargeCourse
from tests.replay.driven import Driven
from tests.workflows.stage import Stage
from workflows.messages import OpenOrder, OpenRecharge

INSTITUTION = PartyId("pin_pay")
AGREED_AT = datetime(2026, 11, 1, tzinfo=UTC)
CONTACT = {
    "contact_name": "Testa Nameless",
    "email": "testa@example.invalid",
    "phone": "+00 555 0100",
}
"""What every client leaves with us, and no history may hold."""
RECHARGED = Money(500_00)
ROUNDS_MAX = 60


class StrayedError(Exception):
    """A workflow did not go the course that it was driven on."""


def register_businesses(stage: Stage) -> None:
    """Registers who takes part in every order besides its client."""
    for party in (PROVIDER, STORAGE, LOGISTICS):
        stage.registry.register_party(
            id=party.id,
            role=party.role,
            name=party.name,
            country=party.country,
            address=party.address,
        )


async def drive_order(stage: Stage, course: OrderCourse) -> Driven:
    """An order, driven to its end.

    Raises:
        StrayedError: it did not go its path.
    """
    plan = course.plan
    _register_client(stage, plan.deal.client)
    await _fill_deposit(stage, plan)
    order = Driven(stage, plan.deal.order)
    await order.open(_opening(order, plan))
    for _ in range(ROUNDS_MAX):
        history = order.happened()
        if has_ended(plan, history):
            break
        if act := next_act(plan, history):
            await _do(stage, order, plan, act, history)
        else:
            await order.let_time_pass()
    if faults := strays(plan, order.happened()):
        raise StrayedError(f"{course.name}: {', '.join(faults)}")
    await order.handle.result()
    return order


async def drive_recharge(stage: Stage, course: RechargeCourse) -> Driven:
    """A recharge, driven to its end.

    Raises:
        StrayedError: it ended otherwise.
    """
    _register_client(stage, course.client)
    recharge = Driven(stage, course.recharge)
    await _recharge(recharge, course.client, RECHARGED, course.payment_method)
    for _ in range(ROUNDS_MAX):
        last = recharge.happened()[-1]
        if last.target in RECHARGE.ends:
            break
        if course.told and last.trigger == Trigger.ESCALATE:
            said = Outcome(reference=MovementRef(f"{course.recharge}/1"))
            institution = recharge.actor(Role.PAYMENT_INSTITUTION, INSTITUTION)
            await recharge.pull(course.told, institution, said)
        else:
            await recharge.let_time_pass()
    if (end := recharge.happened()[-1].target) != course.end:
        raise StrayedError(f"{course.name} ended as {end}")
    await recharge.handle.result()
    return recharge


def _register_client(stage: Stage, client: Party) -> None:
    stage.registry.register_party(
        id=client.id,
        role=Role.CLIENT,
        country=client.country,
        agreement_version=current().version,
        agreed_at=AGREED_AT,
        **CONTACT,
    )


async def _fill_deposit(stage: Stage, plan: Plan) -> None:
    share = plan.path.deposit_share
    # A payment that is declined sets its part of the deposit aside for a while.
    fen = plan.deal.amount_fen if share is None else share.of(plan.deal.amount_fen)
    if fen:
        recharge = Driven(stage, RechargeId(f"rch_for-{plan.deal.order}"))
        amount = Money(max(fen, current().limits.recharge_fen_min))
        await _recharge(recharge, plan.deal.client, amount, "pm_ok")
        await recharge.handle.result()


async def _recharge(recharge: Driven, client: Party, amount: Money, payment_method: str) -> None:
    asked = RequestRecharge(client=client.id, amount=amount, payment_method=payment_method)
    await recharge.open(
        OpenRecharge(
            recharge=RechargeId(recharge.subject),
            request=asked,
            actor=recharge.actor(Role.CLIENT, client.id),
            command_id=recharge.command_id(),
            terms_version=current().version,
        )
    )


def _opening(order: Driven, plan: Plan) -> OpenOrder:
    deal, offer, mandate = plan.deal, plan.deal.basket.offer, MANDATES[current().mandate]
    request = Request(
        client=deal.client.id,
        provider=deal.provider.id,
        storage=deal.storage.id,
        logistics=None if plan.path.logistics_later else deal.logistics.id,
        product_link=offer.link,
        offer_id=offer.id,
        title=offer.title,
        seller_name=offer.seller,
        specification=offer.specification,
        category=offer.category,
        quantity=deal.basket.quantity,
        unit_price=offer.unit_price,
        freight=offer.freight,
        delivery_address=deal.storage.address,
        client_country=deal.client.country,
        mandate=Mandate(version=current().mandate, digest=mandate.digest, agreed_at=AGREED_AT),
    )
    return OpenOrder(
        order=deal.order,
        request=request,
        actor=order.actor(Role.CLIENT, deal.client.id),
        command_id=order.command_id(),
        terms_version=current().version,
    )


async def _do(stage: Stage, order: Driven, plan: Plan, act: Act, history: list[Happened]) -> None:
    command, item = act.command, ""
    if isinstance(command, Outcome):
        reference = movement_in(act.at, plan.deal.order, history)
        command = replace(command, reference=reference)
        item = reference if act.at == State.DUE else ""
    if act.decides:
        await _decide(stage, act.at, movement_in(act.at, plan.deal.order, history), act.decides)
    party = plan.deal.party(act.role) or INSTITUTION
    await order.pull(act.trigger, order.actor(act.role, party), command, item=item)


async def _decide(stage: Stage, at: State, reference: MovementRef, standing: Standing) -> None:
    """A person at a silent counterparty enters it in its own books, too."""
    asked = (
        stage.world.seller_platform if at == State.PURCHASING else stage.world.payment_institution
    )
    await asked.decide(reference=reference, standing=standing)
