"""The roads of a chargeback: paid, offset, covered by goods, won back, borne by the provider."""

from datetime import UTC, datetime, timedelta

from daigou.domain.commands import DisputeReason
from daigou.domain.ids import MovementRef, OrderId, chargeback_of
from daigou.domain.money import Money
from daigou.domain.order import State
from tests.chaos.roads.accounts import LEFT_FEN
from tests.chaos.roads.orders import BOUGHT, PAID, RECHARGE_FEN, buy, pay
from tests.chaos.roads.road import TWO_SECONDS_A_DAY, Ends, Road, Walk
from tests.chaos.town import FROM_INSTITUTION, a_key

PART_FEN = 300_00
"""Less than the deposit holds; the whole of what the institution paid is more."""
PROCEEDS, STORAGE_COSTS = Money(300_00), Money(20_00)
# 73874 are owed, 50751 are there: the goods pay 23123 of their 28000.
SURPLUS_FEN = 28000 - 23123
HELD = ("heed-chargeback",)
HELD_AND_FREE = HELD * 2
REPORT = ("commit report-chargeback", "commit heed-chargeback holds")
OFFSET = (*REPORT, "commit offset-deposit")
FREE = ("commit heed-chargeback over",)


async def _disputed(
    walk: Walk, fen: int = PART_FEN, reason: DisputeReason = DisputeReason.CHANGED_MIND
) -> str:
    """The institution takes what it paid for the order back, or a part of it."""
    payment, amount = MovementRef(f"{walk.order}/3"), Money(fen)
    await walk.institution.charge_back(dispute=walk.dispute, original=payment, amount=amount)
    async with walk.hasty.client(walk.town.platform) as platform:
        await platform.report_chargeback(
            walk.order,
            key=a_key(),
            dispute=walk.dispute,
            payment=payment,
            amount=amount,
            reason=reason,
            evidence_due=datetime.now(UTC) + timedelta(days=7),
        )
    return chargeback_of(OrderId(walk.order), walk.dispute)


async def _offset(walk: Walk) -> str:
    await buy(walk)
    return await _disputed(walk)


async def _anew(walk: Walk) -> str:
    chargeback = await _offset(walk)
    async with walk.edge.client(walk.client) as client:
        await client.pay_chargeback(
            chargeback, key=a_key(), from_institution=Money(PART_FEN), payment_method="pm_ok"
        )
    return chargeback


async def _won(walk: Walk) -> str:
    chargeback = await _offset(walk)
    await walk.reach(chargeback, State.COVERED)
    await walk.institution.decide_dispute(dispute=walk.dispute, for_the_platform=True)
    async with walk.edge.client(walk.town.platform) as platform:
        await platform.win_chargeback(chargeback, key=a_key(), external_ref="vd-1")
    return chargeback


async def _sold(walk: Walk) -> str:
    await buy(walk)
    chargeback = await _disputed(walk, FROM_INSTITUTION)
    await walk.heeded(2)
    async with walk.edge.client(walk.town.provider) as provider:
        await provider.dispose_goods(
            walk.order,
            key=a_key(),
            proceeds=PROCEEDS,
            storage_costs=STORAGE_COSTS,
            external_ref="buyer-1",
        )
    return chargeback


async def _refused(walk: Walk) -> str:
    await pay(walk)
    chargeback = await _disputed(walk, FROM_INSTITUTION)
    await walk.heeded(2)
    async with walk.edge.client(walk.town.provider) as provider:
        await provider.refuse_service(walk.order, key=a_key())
    return chargeback


async def _borne(walk: Walk) -> str:
    await buy(walk)
    chargeback = await _disputed(walk, reason=DisputeReason.NOT_RECEIVED)
    async with walk.edge.client(walk.town.platform) as platform:
        await platform.find_just_cause(chargeback, key=a_key(), note="nothing was ever sent")
        await platform.lose_chargeback(chargeback, key=a_key(), external_ref="vd-1")
    return chargeback


ROADS = (
    Road(
        name="offset chargeback",
        deeds=(*OFFSET, *FREE),
        short=("commit offset-deposit/after",),
        walk=_offset,
        time_scale=TWO_SECONDS_A_DAY,
        ends=Ends(
            state=State.COVERED,
            steps=("report-chargeback", "offset-deposit"),
            journals=(("chargeback", PART_FEN), ("offset", PART_FEN)),
            institution=(("chargeback", PART_FEN, "done"),),
            deposit=LEFT_FEN - PART_FEN,
            order=(*BOUGHT, *HELD_AND_FREE),
        ),
    ),
    Road(
        name="chargeback paid anew",
        deeds=(
            *REPORT,
            "commit pay-chargeback",
            "capture chargeback",
            "commit confirm-chargeback-payment",
            *FREE,
        ),
        short=("capture chargeback/after",),
        walk=_anew,
        ends=Ends(
            state=State.COVERED,
            steps=("report-chargeback", "pay-chargeback", "confirm-chargeback-payment"),
            journals=(("chargeback", PART_FEN), ("chargeback_paid", PART_FEN)),
            institution=(("chargeback", PART_FEN, "done"), ("capture", PART_FEN, "done")),
            deposit=LEFT_FEN,
            order=(*BOUGHT, *HELD_AND_FREE),
        ),
    ),
    Road(
        name="chargeback won",
        deeds=(*OFFSET, "commit win-chargeback"),
        walk=_won,
        time_scale=TWO_SECONDS_A_DAY,
        ends=Ends(
            state=State.WON,
            steps=("report-chargeback", "offset-deposit", "win-chargeback"),
            journals=(("chargeback", PART_FEN), ("offset", PART_FEN), ("chargeback_won", PART_FEN)),
            institution=(("chargeback", PART_FEN, "rejected"),),
            deposit=LEFT_FEN,
            order=(*BOUGHT, *HELD_AND_FREE),
        ),
    ),
    Road(
        name="goods sold",
        deeds=(
            *OFFSET,
            "commit heed-chargeback owing",
            "commit dispose-goods",
            "commit collect-debt",
        ),
        short=("commit dispose-goods/after",),
        walk=_sold,
        time_scale=TWO_SECONDS_A_DAY,
        ends=Ends(
            state=State.COVERED,
            steps=("report-chargeback", "offset-deposit", "collect-debt"),
            journals=(("chargeback", FROM_INSTITUTION), ("offset", LEFT_FEN)),
            institution=(("chargeback", FROM_INSTITUTION, "done"),),
            deposit=SURPLUS_FEN,
            order=(*BOUGHT, *HELD_AND_FREE, "dispose-goods"),
        ),
    ),
    Road(
        name="service refused",
        deeds=(
            *OFFSET,
            "commit heed-chargeback owing",
            "commit refuse-service",
            "commit collect-debt",
        ),
        walk=_refused,
        time_scale=TWO_SECONDS_A_DAY,
        ends=Ends(
            state=State.COVERED,
            steps=("report-chargeback", "offset-deposit", "collect-debt"),
            journals=(("chargeback", FROM_INSTITUTION), ("offset", LEFT_FEN)),
            institution=(("chargeback", FROM_INSTITUTION, "done"),),
            # All that the order held is the client's: 73874 of it through its institution before.
            deposit=RECHARGE_FEN,
            order=(*PAID, *HELD_AND_FREE, "refuse-service"),
        ),
    ),
    Road(
        name="chargeback borne",
        deeds=(
            *REPORT,
            "commit find-just-cause",
            "commit heed-chargeback justified",
            "commit lose-chargeback",
            *FREE,
        ),
        walk=_borne,
        ends=Ends(
            state=State.BORNE,
            steps=("report-chargeback", "find-just-cause", "lose-chargeback"),
            journals=(("chargeback", PART_FEN), ("chargeback_borne", PART_FEN)),
            institution=(("chargeback", PART_FEN, "done"),),
            deposit=LEFT_FEN,
            order=(*BOUGHT, *HELD * 3),
        ),
    ),
)
