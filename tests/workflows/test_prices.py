"""What becomes of an order whose price changed, or of which the seller has a part only."""

from datetime import UTC, datetime, timedelta

import pytest

from daigou.domain import commands
from daigou.domain.commands import ActualPrice, AdvanceDeposit, CautionKind, DriftLimit
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from tests.workflows.stage import PROVIDER, WHOLE, Order, Stage, refused
from tests.workflows.troubled_books import answer_lost, down

DAY = timedelta(days=1)
FREIGHT = Money(30_00)

# Of goods at 1,200.00: see daigou.simulator.conduct.
SOLD_CHEAPER, A_LITTLE_DEARER = "901200000001", "901400000001"
MUCH_DEARER, HALF_IN_STOCK = "901500000001", "901600000001"
DEARER = Money(1_224_00)
RISE = Money(24_00) + Money(2)
"""What 1,224.00 of goods cost more, with the fee on it: 1.25 in place of 1.23."""


async def _effective(
    stage: Stage, *, deposit: Money = WHOLE, limit: DriftLimit = commands.NO_DRIFT, **changes: str
) -> Order:
    order = await stage.order(deposit=deposit, drift_limit=limit, **changes)
    await order.reach(State.EFFECTIVE)
    return order


def _asked(goods: Money, quantity: int = 300) -> ActualPrice:
    return ActualPrice(goods=goods, freight=FREIGHT, quantity=quantity)


# ---- a rise -----------------------------------------------------------------------------------


@pytest.mark.clause("PSR-10-2")
async def test_a_rise_within_the_clients_limit_is_paid_by_its_deposit_and_then_bought(
    stage: Stage,
) -> None:
    order = await _effective(
        stage,
        deposit=WHOLE + RISE,
        limit=DriftLimit(amount=Money(24_00)),
        offer_id=A_LITTLE_DEARER,
    )

    quoted = await order.pull(Trigger.PURCHASE)
    left = order.deposit
    bought = await order.pull(Trigger.PURCHASE)

    assert (quoted.state, left, bought.state) == (State.EFFECTIVE, ZERO, State.PURCHASED)
    assert order.triggers[3:] == ["purchase", "quote-anew", "purchase", "record-purchase"]
    assert stage.movements(order.id) == [("buy", "failed"), ("buy", "done")]
    assert await stage.bought(order.id) == [DEARER + FREIGHT]
    assert order.held("fee_held") == Money(1_25)


@pytest.mark.clause("PSR-10-2")
async def test_an_allowed_rise_that_the_deposit_cannot_pay_gives_way_to_the_question(
    stage: Stage,
) -> None:
    order = await _effective(stage, limit=DriftLimit(any=True), offer_id=A_LITTLE_DEARER)

    quoted = await order.pull(Trigger.PURCHASE)
    with refused(RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8"):
        await order.pay(deposit=RISE)
    await stage.recharge(client=order.request.client, amount=RISE).open()
    paid = await order.pay(deposit=RISE)
    bought = await order.pull(Trigger.PURCHASE)

    assert (quoted.state, quoted.next_actor) == (State.AWAITING_TOP_UP, Role.CLIENT)
    assert quoted.due == order.written[4].at + DAY
    assert (paid.state, bought.state) == (State.EFFECTIVE, State.PURCHASED)
    assert await stage.bought(order.id) == [DEARER + FREIGHT]


@pytest.mark.clause("PSR-10-2")
async def test_a_row_that_gives_way_does_so_however_the_database_fails_meanwhile(
    stage: Stage,
) -> None:
    order = await _effective(stage, limit=DriftLimit(any=True))
    stage.books.trouble(order.id, Trigger.REPORT_PRICE, down, down, down)

    receipt = await order.pull(Trigger.REPORT_PRICE, _asked(DEARER))
    stage.books.trouble(order.id, Trigger.DECLINE_OFFER, answer_lost)
    declined = await order.pull(Trigger.DECLINE_OFFER)

    assert (receipt.state, declined.state) == (State.AWAITING_TOP_UP, State.UNREALIZABLE)
    assert order.triggers[3:] == ["report-price", "decline-offer"]
    assert order.deposit == WHOLE


@pytest.mark.clause("PSR-10-2")
async def test_a_top_up_that_does_not_come_ends_the_order_at_its_instant_and_all_goes_back(
    stage: Stage,
) -> None:
    order = await _effective(stage, offer_id=MUCH_DEARER)
    asked = await order.pull(Trigger.PURCHASE)
    await order.just_before(asked.at + DAY)
    before = await order.seen()

    await order.past(asked.at + DAY)
    ending = await order.ending()

    assert before == {"awaiting_top_up"}
    assert (ending.state, ending.at) == (State.UNREALIZABLE, order.written[4].at + DAY)
    assert order.deposit == WHOLE
    assert await stage.bought(order.id) == []


# ---- less than agreed -------------------------------------------------------------------------


@pytest.mark.clause("PSR-10-2")
async def test_what_the_seller_charges_less_goes_back_with_the_fee_on_it(stage: Stage) -> None:
    order = await _effective(stage, offer_id=SOLD_CHEAPER)

    receipt = await order.pull(Trigger.PURCHASE)

    assert receipt.state == State.PURCHASED
    assert await stage.bought(order.id) == [Money(1_080_00) + FREIGHT]
    assert order.deposit == Money(120_00) + Money(12)
    assert (order.held("escrow"), order.held("fee_held")) == (ZERO, Money(1_11))


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-10-2")
async def test_a_part_is_bought_if_the_client_takes_it_and_the_rest_goes_back(
    stage: Stage,
) -> None:
    order = await _effective(stage, offer_id=HALF_IN_STOCK)

    offered = await order.pull(Trigger.PURCHASE)
    taken = await order.pull(Trigger.ACCEPT_PART)
    back = order.deposit
    bought = await order.pull(Trigger.PURCHASE)
    parcel = await order.pull(Trigger.WAREHOUSE_RECEIPT)

    assert (offered.state, taken.state) == (State.AWAITING_CHOICE, State.EFFECTIVE)
    assert back == Money(600_00) + Money(60)
    assert bought.state == State.PURCHASED
    assert await stage.bought(order.id) == [Money(600_00) + FREIGHT]
    assert parcel.order_state == State.WAREHOUSED, "150 kettles are all of them now"


@pytest.mark.clause("PSR-9")
async def test_an_offer_of_a_part_lapses_at_its_instant_and_all_goes_back(stage: Stage) -> None:
    order = await _effective(stage, offer_id=HALF_IN_STOCK)
    offered = await order.pull(Trigger.PURCHASE)

    await order.past(offered.at + DAY)
    ending = await order.ending()

    assert (ending.state, ending.at) == (State.UNREALIZABLE, offered.due)
    assert order.deposit == WHOLE


@pytest.mark.clause("PSR-10-2")
async def test_a_dearer_part_is_topped_up_in_a_window_of_its_own(stage: Stage) -> None:
    order = await _effective(stage, deposit=WHOLE + Money(100_10))
    await order.pull(Trigger.REPORT_PRICE, _asked(Money(1_300_00), 299))
    await order.forward(timedelta(hours=20))

    taken = await order.pull(Trigger.ACCEPT_PART)
    paid = await order.pay(deposit=Money(100_10))

    assert (taken.state, taken.due) == (State.AWAITING_TOP_UP, order.written[4].at + DAY)
    assert paid.state == State.EFFECTIVE


# ---- goods with an advance deposit ------------------------------------------------------------

FIRST, BALANCE = Money(400_40), Money(830_83)
"""400.00 in advance and the fee on it, then all that is left of 1,231.23."""


async def _advance(stage: Stage, *, offer_id: str = "900000000001", days: int = 20) -> Order:
    client = await stage.client(deposit=WHOLE)
    by = (datetime.now(UTC) + days * DAY).replace(microsecond=0)
    order = stage.unopened(
        client=client,
        offer_id=offer_id,
        advance=AdvanceDeposit(amount=Money(400_00), balance_by=by),
    )
    await order.open()
    await order.pull(
        Trigger.ACKNOWLEDGE_CAUTION, commands.Caution(caution=CautionKind.ADVANCE_DEPOSIT)
    )
    await order.accepted()
    await order.pay(deposit=FIRST)
    return order


def _agreed_date(order: Order) -> datetime:
    assert order.request.advance is not None
    return order.request.advance.balance_by


@pytest.mark.clause("PSR-15-2")
async def test_an_advance_deposit_and_the_balance_are_two_purchases_of_one_order(
    stage: Stage,
) -> None:
    order = await _advance(stage)

    waiting = await order.pull(Trigger.PURCHASE)
    await order.just_before(_agreed_date(order))
    paid = await order.pay(deposit=BALANCE)
    bought = await order.pull(Trigger.PURCHASE)

    assert (waiting.state, waiting.due) == (State.AWAITING_BALANCE, _agreed_date(order))
    assert (paid.state, bought.state) == (State.EFFECTIVE, State.PURCHASED)
    assert paid.due == paid.at + timedelta(hours=36), "the time for the second purchase is whole"
    assert await stage.bought(order.id) == [Money(400_00), Money(830_00)]
    assert (order.deposit, order.held("escrow")) == (ZERO, ZERO)
    assert order.held("fee_held") == Money(1_23)


@pytest.mark.clause("PSR-15-2")
async def test_the_advance_deposit_is_lost_at_the_agreed_date_itself(stage: Stage) -> None:
    order = await _advance(stage)
    earned = stage.balance(f"provider:{PROVIDER}")
    await order.pull(Trigger.PURCHASE)
    await order.just_before(_agreed_date(order))
    before = await order.seen()

    await order.past(_agreed_date(order))
    ending = await order.ending()

    assert before == {"awaiting_balance"}
    assert (ending.state, ending.at) == (State.FORFEITED, _agreed_date(order))
    assert order.last.trigger == Trigger.FORFEIT
    # The seller keeps the deposit, the provider the fee on it; nothing else was ever paid.
    assert order.deposit == WHOLE - FIRST
    assert stage.balance(f"provider:{PROVIDER}") - earned == Money(40)
    assert (order.held("escrow"), order.held("fee_held")) == (ZERO, ZERO)


@pytest.mark.clause("PSR-9")
@pytest.mark.clause("PSR-15-2")
async def test_a_price_that_changed_before_the_advance_went_out_is_for_a_person_to_decide(
    stage: Stage,
) -> None:
    order = await _advance(stage, offer_id=A_LITTLE_DEARER)

    receipt = await order.pull(Trigger.PURCHASE)
    sequence = order.last.sequence
    decided = await order.pull(
        Trigger.REJECT_PURCHASE, order.outcome(sequence, reason="price_changed")
    )

    assert (receipt.state, receipt.next_actor) == (State.PURCHASING, Role.PLATFORM)
    assert order.written[sequence - 1].trigger == Trigger.PURCHASE
    assert decided.state == State.UNREALIZABLE
    assert order.deposit == WHOLE
