"""Drives orders and recharges down their courses, to the end of their workflows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from daigou.domain.commands import (
    Claim,
    LineCode,
    Mandate,
    Outcome,
    RequestRecharge,
    SettleCancellation,
    Tip,
)
from daigou.domain.engagements import EngagementReason, EngagementWord
from daigou.domain.ids import ClaimId, EngagementId, MovementRef, PartyId, RechargeId
from daigou.domain.lifecycle import RECHARGE
from daigou.domain.mandate import MANDATES
from daigou.domain.money import Money
from daigou.domain.order import Role, Trigger
from daigou.domain.terms import current
from daigou.ledger.engagements import Engagements
from daigou.ledger.previews import Asked, Previews
from daigou.ledger.promotion import Promotion
from daigou.simulator.outside import decide_outside, pay_outside
from daigou.simulator.plans import (
    Act,
    Happened,
    Plan,
    beside_of,
    command_now,
    has_ended,
    item_of,
    movement_of,
    next_act,
    proved,
    strays,
)
from daigou.simulator.sums import BROKERAGE_PERCENT
from daigou.simulator.world import Party
from tests.replay.courses import (
    LOGISTICS,
    PROMOTER,
    PROMOTION_PROVIDER,
    PROVIDER,
    STORAGE,
    OrderCourse,
    RechargeCourse,
)
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
COUPON_LASTS = timedelta(days=1000)
ROUNDS_MAX = 120
WITH_CASES_TIME_SCALE = 28_800
"""Of orders that have a case, a claim or a tip: three seconds a day, or less where the path is
faster."""


class StrayedError(Exception):
    """A workflow did not go the course that it was driven on."""


def register_businesses(stage: Stage) -> None:
    """Registers who takes part in every order besides its client."""
    for party in (PROVIDER, STORAGE, LOGISTICS, PROMOTER, PROMOTION_PROVIDER):
        stage.registry.register_party(
            id=party.id,
            role=party.role,
            name=party.name,
            country=party.country,
            address=party.address,
        )
    engagements, author = Engagements(stage.engine), PROMOTION_PROVIDER.id
    engagement = EngagementId("eng_recorded")
    engagements.propose(
        id=engagement,
        promoter=PROMOTER.id,
        promotion_provider=author,
        author=author,
        command_id="propose",
        at=AGREED_AT,
    )
    engagements.say(
        engagement,
        word=EngagementWord.ACTIVATE,
        reason=EngagementReason.AGREED,
        author=author,
        command_id="activate",
        at=AGREED_AT + timedelta(seconds=1),
    )
    Promotion(stage.engine).sign_contract(
        promoter=PROMOTER.id,
        provider=PROVIDER.id,
        rate=Fraction(BROKERAGE_PERCENT, 100),
        begins_at=AGREED_AT,
    )


async def drive_order(stage: Stage, course: OrderCourse) -> Driven:
    """An order, driven to its end.

    Raises:
        StrayedError: it did not go its path.
    """
    plan = course.plan
    _register_client(stage, plan.deal.client)
    await _prepare(stage, plan)
    scale = WITH_CASES_TIME_SCALE * plan.path.pace if course.beside else 1
    order = Driven(stage, plan.deal.order, time_scale=scale)
    await order.open(_opening(order, plan, time_scale=scale))
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
    for beside in order.beside:
        await beside.result()
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


async def _prepare(stage: Stage, plan: Plan) -> None:
    """Gives the client what it has before it asks: money in its deposit, a coupon."""
    if plan.deposit_fen:
        await _put_into_deposit(stage, plan, plan.deposit_fen, name=f"rch_for-{plan.deal.order}")
    if plan.path.coupon_fen:
        Promotion(stage.engine).issue_coupon(
            id=plan.deal.coupon,
            client=plan.deal.client.id,
            amount=Money(plan.path.coupon_fen),
            reduces=(LineCode.SERVICE_FEE, LineCode.OTHER_FEE),
            valid_from=AGREED_AT,
            valid_until=AGREED_AT + COUPON_LASTS,
            issued_by=INSTITUTION,
        )


async def _put_into_deposit(stage: Stage, plan: Plan, fen: int, *, name: str) -> None:
    recharge = Driven(stage, RechargeId(name))
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


def _opening(order: Driven, plan: Plan, *, time_scale: int) -> OpenOrder:
    mandate = MANDATES[current().mandate]
    request = plan.request(
        mandate=Mandate(version=current().mandate, digest=mandate.digest, agreed_at=AGREED_AT),
        # Nobody has less than the least notice for the balance, whatever the date.
        balance_by=AGREED_AT,
    )
    return OpenOrder(
        order=plan.deal.order,
        request=request,
        actor=order.actor(Role.CLIENT, plan.deal.client.id),
        command_id=order.command_id(),
        terms_version=current().version,
        time_scale=time_scale,
    )


async def _do(stage: Stage, order: Driven, plan: Plan, act: Act, history: list[Happened]) -> None:
    deal = plan.deal
    if act.decides:
        await decide_outside(stage.world, act, movement_of(act, deal.order, history))
    await pay_outside(stage.world, act, deal.order)
    if act.recharges_fen:
        name = f"rch_more-{deal.order}"
        await _put_into_deposit(stage, plan, act.recharges_fen, name=name)
    actor = order.actor(act.role, deal.party(act.role) or INSTITUTION)
    item = item_of(act, history)
    evidence = [f"evd_{act.trigger}_{number}" for number, _ in enumerate(act.hands_in)]
    command = proved(command_now(act, deal.order, history), evidence)
    if isinstance(command, Claim):
        await order.claim(ClaimId(beside_of(act, deal.order)), command, actor)
        return
    if isinstance(command, Tip):
        await order.tip(beside_of(act, deal.order), command, actor)
        return
    if isinstance(command, SettleCancellation):
        asked = Asked(
            order=deal.order,
            table=act.table,
            item=item,
            trigger=act.trigger,
            command=command,
            actor=actor,
            at=await order.now(),
        )
        command = replace(command, digest=Previews(stage.engine).of(asked).digest)
    await order.pull(act.trigger, actor, command, item=item)
