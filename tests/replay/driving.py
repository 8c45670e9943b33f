"""Drives orders, and what stands alone, down their courses, to the end of their workflows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from hashlib import sha256

from daigou.domain.commands import (
    Claim,
    Command,
    Consult,
    EvidenceBundle,
    LineCode,
    Mandate,
    RequestRecharge,
    SettleCancellation,
)
from daigou.domain.engagements import EngagementReason, EngagementWord
from daigou.domain.ids import ClaimId, EngagementId, PartyId, RechargeId
from daigou.domain.lifecycle import TABLES
from daigou.domain.mandate import MANDATES
from daigou.domain.money import Money
from daigou.domain.order import CLOCK, Actor, Parties, Role
from daigou.domain.terms import current
from daigou.ledger.engagements import Engagements
from daigou.ledger.previews import Asked, Previews
from daigou.ledger.promotion import Promotion
from daigou.simulator.outside import decide_outside, dispute_outside, pay_outside
from daigou.simulator.plans import (
    BESIDE,
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
from tests.replay.alone import AloneCourse
from tests.replay.courses import (
    LOGISTICS,
    PROMOTER,
    PROMOTION_PROVIDER,
    PROVIDER,
    STORAGE,
    OrderCourse,
)
from tests.replay.driven import Driven
from tests.workflows.stage import Stage
from workflows.messages import OpenOrder, OpenRecharge, OpenSubject

INSTITUTION = PartyId("pin_pay")
AGREED_AT = datetime(2026, 11, 1, tzinfo=UTC)
CONTACT = {
    "contact_name": "Testa Nameless",
    "email": "testa@example.invalid",
    "phone": "+00 555 0100",
}
"""What every client leaves with us, and no history may hold."""
DIGEST = sha256(b"what there is to show").hexdigest()
"""Of the evidence for the institution, which the API would put together."""
COUPON_LASTS = timedelta(days=1000)
ROUNDS_MAX = 120
WITH_CASES_TIME_SCALE = 28_800
"""Of orders that have a case, or anything beside them: three seconds a day, or less where the path
is faster."""


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
    order = Driven(stage, plan.deal.order, beside=plan.beside, time_scale=scale)
    await order.open(_opening(order, plan, time_scale=scale))
    for _ in range(ROUNDS_MAX):
        await order.news_arrived()
        history = order.happened()
        if has_ended(plan, history):
            break
        if act := next_act(plan, history):
            await _do(stage, order, plan, act, history)
        else:
            await order.let_time_pass()
    if faults := strays(plan, order.happened()):
        raise StrayedError(f"{course.name}: {', '.join(faults)}")
    await order.over()
    return order


async def drive_alone(stage: Stage, course: AloneCourse) -> Driven:
    """What stands alone, driven to its end.

    Raises:
        StrayedError: it ended otherwise.
    """
    _register_client(stage, course.client)
    driven = Driven(stage, course.subject)
    request = course.asks(course.client.id)
    if isinstance(request, RequestRecharge):
        await _recharge(driven, request)
    else:
        await driven.open(_alone(driven, course, request))
    table = TABLES[driven.happened()[-1].table]
    said = list(course.said)
    for _ in range(ROUNDS_MAX):
        last = driven.happened()[-1]
        if last.target in table.ends:
            break
        if said and said[0].after == last.trigger:
            words = said.pop(0)
            actor = _actor(driven, course.client, words.role)
            await driven.pull(words.trigger, actor, words.command)
        else:
            await driven.let_time_pass()
    if (end := driven.happened()[-1].target) != course.end:
        raise StrayedError(f"{course.name} ended as {end}")
    await driven.handle.result()
    return driven


def _alone(driven: Driven, course: AloneCourse, request: Command) -> OpenSubject:
    client, is_question = course.client.id, isinstance(request, Consult)
    return OpenSubject(
        subject=course.subject,
        request=request,
        parties=Parties.only(Role.CLIENT, client) if is_question else Parties.alone(client),
        actor=_actor(driven, course.client, course.by),
        command_id=driven.command_id(),
        terms_version=current().version,
        due=course.due_in and datetime.now(UTC) + course.due_in,
    )


def _actor(driven: Driven, client: Party, role: Role) -> Actor:
    others = {Role.CLIENT: client.id, Role.CLOCK: CLOCK.party}
    return driven.actor(role, others.get(role, INSTITUTION))


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
    client = plan.deal.client.id
    await _recharge(recharge, RequestRecharge(client=client, amount=amount, payment_method="pm_ok"))
    await recharge.handle.result()


async def _recharge(recharge: Driven, asked: RequestRecharge) -> None:
    await recharge.open(
        OpenRecharge(
            recharge=RechargeId(recharge.subject),
            request=asked,
            actor=recharge.actor(Role.CLIENT, asked.client),
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
        await order.news_arrived()
    actor = order.actor(act.role, deal.party(act.role) or INSTITUTION)
    item = item_of(act, history)
    evidence = [f"evd_{act.trigger}_{number}" for number, _ in enumerate(act.hands_in)]
    command = proved(command_now(act, deal.order, history), evidence)
    if isinstance(command, Claim):
        await order.claim(ClaimId(beside_of(act, deal.order)), command, actor)
        return
    await dispute_outside(stage.world, act, deal.order, command)
    if act.opens and act.table in BESIDE:
        await order.begin(beside_of(act, deal.order), command, actor)
        return
    if isinstance(command, EvidenceBundle):
        command = EvidenceBundle(digest=DIGEST)
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
