"""A hundred callers at one client's deposit, each with something else: no fen is out of place."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from daigou.domain.commands import DisputeReason, FreezeReason
from daigou.domain.ids import SubjectId
from daigou.domain.money import Money
from daigou.domain.order import State
from daigou.ledger.queries import Queries
from gateway.client import DaigouClient, Done, RefusalError
from tests.chaos.house import House
from tests.chaos.roads.road import seen
from tests.chaos.town import (
    ALL_FROM_DEPOSIT,
    FROM_BOTH,
    FROM_DEPOSIT,
    KETTLES_FEN,
    LOOK_SECONDS,
    App,
    a_key,
    fen,
)
from tests.ledger.noted import BEGIN_TO_NOTE, END_NOTING, NOTED, Notes, used_while_frozen

A_SECOND_FOR_THREE_DAYS = 259_200
"""How fast the time of the chargebacks runs: their offsets come into the midst of it all."""
WITHDRAWN_FEN, RECHARGE_FEN, TIP_FEN, DISPUTED_FEN = 20_00, 30_00, 10_00, 200_00
OF_A_FREEZE = {"account_frozen", "service_refused"}
PAUSE_SECONDS, ASKS_MAX, LOOKS_MAX = 1.0, 20, 200
MOVED = """
SELECT subject, -sum(amount) AS fen FROM entry WHERE account = %s
GROUP BY subject HAVING sum(amount) <> 0
"""
ENDS = {
    "withdrawn": (State.PAID_OUT, -WITHDRAWN_FEN),
    "returned": (State.RETURNED, 0),
    "recharged": (State.CREDITED, RECHARGE_FEN),
    "declined": (State.DECLINED, 0),
    "paid": (State.EFFECTIVE, -KETTLES_FEN),
    "paid in part": (State.EFFECTIVE, -FROM_DEPOSIT),
    "tipped": (State.HELD, -TIP_FEN),
    "tip refunded": (State.REFUNDED, 0),
    "charged back": (State.COVERED, -DISPUTED_FEN),
    "frozen": (State.LIFTED, 0),
}
"""How all ends that callers do, if they are not refused, and what the deposit has of it, in fen."""


@dataclass
class Fire:
    """Those who are at one client's deposit at once: what they did, and why else they did not."""

    house: House
    client: App
    buyer: DaigouClient
    provider: DaigouClient
    platform: DaigouClient
    hasty: DaigouClient
    done: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in ENDS})
    refused: Counter[str] = field(default_factory=Counter)
    settled: dict[str, int] = field(default_factory=dict)
    is_over: bool = False

    async def settle(self) -> None:
        """Recharges what the deposit owes: who pays first may leave too little for the offsets."""
        while not self.is_over:
            owed = (await self.platform.account(self.client.party)).owed.amount
            if owed and (recharge := await self.recharge("pm_ok", owed)):
                self.settled[recharge] = owed
            await asyncio.sleep(PAUSE_SECONDS)

    async def call(self, kind: str, does: Awaitable[str | None]) -> None:
        """One caller's call, and the subject that it was about, if it was not refused."""
        subject = await does
        if subject:
            self.done[kind].append(subject)

    async def ask(self, send: Callable[[], Awaitable[Done]]) -> str | None:
        """The subject of the receipt; asks again while the account is frozen."""
        for _ in range(ASKS_MAX):
            try:
                return (await send()).receipt.id
            except RefusalError as refusal:
                self.refused[refusal.problem.code] += 1
                if refusal.problem.code not in OF_A_FREEZE:
                    return None
                await asyncio.sleep(PAUSE_SECONDS)
        return None

    async def withdraw(self, method: str) -> str | None:
        amount = Money(WITHDRAWN_FEN)
        return await self.ask(
            lambda: self.buyer.request_withdrawal(key=a_key(), amount=amount, payment_method=method)
        )

    async def recharge(self, method: str, fen: int = RECHARGE_FEN) -> str | None:
        amount = Money(fen)
        return await self.ask(
            lambda: self.buyer.request_recharge(key=a_key(), amount=amount, payment_method=method)
        )

    async def pay(self, order: str, **parts: object) -> str | None:
        return await self.ask(lambda: self.buyer.command(order, "pay", parts, key=a_key()))

    async def tip(self, order: str) -> str | None:
        amount = Money(TIP_FEN)
        return await self.ask(lambda: self.buyer.give_tip(order, key=a_key(), amount=amount))

    async def tip_and_regret(self, order: str) -> str | None:
        tip = await self.tip(order)
        return tip and await self.ask(lambda: self.buyer.refund_tip(tip, key=a_key()))

    async def freeze_for_a_moment(self) -> str:
        placed = await self.platform.place_freeze(
            self.client.party, key=a_key(), reason=FreezeReason.SUSPICION, report="police-1"
        )
        lifted = await self.platform.lift_freeze(placed.receipt.id, key=a_key(), note="all is well")
        return lifted.receipt.id

    async def charge_back(self, order: str, dispute: str) -> str:
        reported = await self.hasty.report_chargeback(
            order,
            key=a_key(),
            dispute=dispute,
            payment=f"{order}/3",
            amount=Money(DISPUTED_FEN),
            reason=DisputeReason.CHANGED_MIND,
            evidence_due=datetime.now(UTC) + timedelta(days=7),
        )
        return reported.receipt.id

    async def bought(self) -> str:
        """An order of the client that its institution paid."""
        order = await self.house.accepted(self.client)
        paid = {"from_institution": fen(KETTLES_FEN), "payment_method": "pm_ok"}
        await self.buyer.command(order, "pay", paid, key=a_key())
        await self.provider.purchase(order, key=a_key())
        return order

    async def ends(self, kind: str) -> Counter[State]:
        """How everything of a kind that was done has ended."""
        expected, _ = ENDS[kind]
        return Counter([await self._end(subject, expected) for subject in self.done[kind]])

    def moves(self) -> dict[str, int]:
        """What the deposit has of all that was done, by subject, in fen."""
        return self.settled | {
            subject: fen for kind, (_, fen) in ENDS.items() for subject in self.done[kind] if fen
        }

    async def _end(self, subject: str, expected: State) -> State:
        books = Queries(self.house.engine)
        return await seen(
            lambda: books.timeline(SubjectId(subject))[-1].target,
            until=lambda state: state == expected,
            looks=LOOKS_MAX,
            seconds=LOOK_SECONDS,
        )


@pytest.fixture
def noted(house: House) -> Iterator[Callable[[App], Notes]]:
    """What was done to a client's deposit, in its order."""
    with house.engine.begin() as connection:
        connection.exec_driver_sql(BEGIN_TO_NOTE)

    def read(client: App) -> Notes:
        with house.engine.connect() as connection:
            rows = connection.exec_driver_sql(NOTED, (f"deposit:{client.party}",))
            return [(row.what, row.number, row.said) for row in rows]

    yield read
    with house.engine.begin() as connection:
        connection.exec_driver_sql(END_NOTING)


@pytest.mark.clause("UA-1-8")
@pytest.mark.clause("UA-1-9")
@pytest.mark.clause("PSR-21-1")
@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-2")
@pytest.mark.timeout(400)
@pytest.mark.parametrize("times", [1, pytest.param(4, marks=pytest.mark.long)])
async def test_a_hundred_callers_leave_no_fen_of_one_deposit_out_of_place(
    house: House, noted: Callable[[App], Notes], times: int
) -> None:
    # Enough for all that is charged back, and for six of the eight orders that it is to pay whole.
    # Where those who pay come first, the offsets find too little: the client owes, and recharges.
    filled = times * (6 * KETTLES_FEN + 8 * DISPUTED_FEN)
    client = await house.rich_client(filled)
    (first,) = moved(house, client)
    async with AsyncExitStack() as exits:
        hasty = await exits.enter_async_context(house.gateway(time_scale=A_SECOND_FOR_THREE_DAYS))
        fire = Fire(
            house,
            client,
            *[
                await exits.enter_async_context(edge.client(app))
                for edge, app in (
                    (house.edge, client),
                    (house.edge, house.town.provider),
                    (house.edge, house.town.platform),
                    (hasty, house.town.platform),
                )
            ],
        )
        orders = await asyncio.gather(*(house.accepted(client) for _ in range(12 * times)))
        bought = await asyncio.gather(*(fire.bought() for _ in range(4 * times)))

        callers = [
            *(("withdrawn", fire.withdraw("pm_ok")) for _ in range(25 * times)),
            *(("returned", fire.withdraw("pm_ok_refund_fails")) for _ in range(10 * times)),
            *(("recharged", fire.recharge("pm_ok")) for _ in range(20 * times)),
            *(("declined", fire.recharge("pm_declined")) for _ in range(5 * times)),
            *(("paid", fire.pay(order, **ALL_FROM_DEPOSIT)) for order in orders[: 8 * times]),
            *(("paid in part", fire.pay(order, **FROM_BOTH)) for order in orders[8 * times :]),
            *(("tipped", fire.tip(order)) for order in bought * 2),
            *(("tip refunded", fire.tip_and_regret(order)) for order in bought),
            *(("charged back", fire.charge_back(each, f"{each}_1")) for each in bought),
            *(("charged back", fire.charge_back(each, f"{each}_2")) for each in bought),
            *(("frozen", fire.freeze_for_a_moment()) for _ in range(8 * times)),
        ]
        settling = asyncio.create_task(fire.settle())
        await asyncio.gather(*(fire.call(kind, does) for kind, does in callers))
        ended = {kind: await fire.ends(kind) for kind in ENDS}
        fire.is_over = True
        await settling
        left = await house.deposit(client)
        account = await fire.platform.account(client.party)
    report = await asyncio.to_thread(house.audit)

    assert len(callers) == 100 * times
    assert all(set(ends) <= {ENDS[kind][0]} for kind, ends in ended.items()), ended
    assert sum(ends.total() for ends in ended.values()) > 60 * times, fire.refused
    assert ended["charged back"].total() == ended["frozen"].total() == 8 * times
    assert moved(house, client) == fire.moves() | {first: filled}
    assert left == filled + sum(fire.moves().values())
    assert set(fire.refused) <= {*OF_A_FREEZE, "deposit_too_small"}
    assert (account.freezes, account.owed.amount) == ((), 0)
    assert used_while_frozen(noted(client)) == []
    assert report.ok, str(report)


def moved(house: House, client: App) -> dict[str, int]:
    """What a client's deposit has of each subject by its entries, in fen."""
    with house.engine.connect() as connection:
        rows = connection.exec_driver_sql(MOVED, (f"deposit:{client.party}",))
        return {row.subject: int(row.fen) for row in rows}
