"""Any road that an order's money can take: whatever its tables allow next, by the throw of dice."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction

from daigou.domain import commands
from daigou.domain.commands import ActualPrice, CautionKind, DisputeReason, LineCode
from daigou.domain.facts import WAY
from daigou.domain.lifecycle import CHARGEBACK, FULFILMENT, PARCEL, TABLES
from daigou.domain.lifecycle.case_guards import CANCELLABLE
from daigou.domain.lifecycle.dissolution_guards import DELIVERED
from daigou.domain.lifecycle.table import Row
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from daigou.domain.postings.checkout import due
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import Bookkeeper, coupon, delivered
from tests.domain.charged_back import Dispute, dispute, pay_debt

Act = Callable[[], object]
FEES = (LineCode.SERVICE_FEE, LineCode.OTHER_FEE)
PAID_IN = {State.ACCEPTED, State.AWAITING_TOP_UP, State.AWAITING_BALANCE}
OF_CHARGEBACKS = {Trigger.HEED_CHARGEBACK, Trigger.REFUSE_SERVICE, Trigger.DISPOSE_GOODS}
MAY_BE_REFUSED = {
    RefusalCode.INVALID_REQUEST,
    RefusalCode.PRICE_CHANGED,
    RefusalCode.LINE_NOT_ALLOWED,
    RefusalCode.NOT_IN_THIS_STATE,
    RefusalCode.NOTHING_TO_PAY,
    RefusalCode.DEPOSIT_TOO_SMALL,
    RefusalCode.CASE_OPEN,
    RefusalCode.CUSTOMS_CLEARED,
    RefusalCode.CAUSE_WITH_LOGISTICS,
    RefusalCode.ALREADY_RECORDED,
    RefusalCode.PAYMENT_HELD,
}
"""What dice may ask for that the rules forbid; any other refusal is a fault."""


@dataclass
class Dice:
    """Numbers that were thrown before, one after the other, and over again."""

    numbers: list[int]
    at: int = 0

    def below(self, limit: int) -> int:
        """From 0 to less than `limit`."""
        number = self.numbers[self.at % len(self.numbers)] if self.numbers else 0
        self.at += 1
        return number % limit

    def upto(self, limit: Money) -> Money:
        """From nothing to a sum."""
        return Money(self.below(limit.amount + 1))


def walk(dice: Dice, steps: int) -> Bookkeeper:
    """An order that took so many steps, or came to its end before; the books prove each."""
    return _walk_on(_accepted(dice), dice, steps)


def walk_from_the_purchase(dice: Dice, steps: int) -> Bookkeeper:
    """An order that was bought, and so many steps that it took then."""
    books = _accepted(dice)
    while books.state not in WAY:
        _pay(books, dice)
        if books.state == State.PAYING:
            books.answer(Trigger.CONFIRM_PAYMENT)
        _buy(books)
    return _walk_on(books, dice, steps)


def walk_from_the_delivery(dice: Dice, steps: int) -> Bookkeeper:
    """An order that was delivered, and so many steps that it took then."""
    books = walk_from_the_purchase(dice, steps=0)
    delivered(books)
    return _walk_on(books, dice, steps)


def walk_with_chargebacks(dice: Dice, steps: int) -> Bookkeeper:
    """An order that was paid at least in part through the institution, and so many steps that it
    took, the last of them beside chargebacks of its payments."""
    books = _accepted(dice)
    _pay(books, dice, through_institution=True)
    books.answer(Trigger.CONFIRM_PAYMENT)
    if dice.below(2):
        _buy(books)
    if books.state in WAY and dice.below(8) == 0:
        delivered(books)
    before = dice.below(6)
    _walk_on(books, dice, before)
    return _walk_on(books, dice, max(0, steps - before), chargebacks=True)


def _buy(books: Bookkeeper) -> None:
    books.pull(Trigger.PURCHASE, commands.Purchase())
    books.pull(Trigger.RECORD_PURCHASE, _record(books, Dice([0])))


def _walk_on(books: Bookkeeper, dice: Dice, steps: int, *, chargebacks: bool = False) -> Bookkeeper:
    for _ in range(steps):
        acts = list(_on_chargebacks(books, dice)) if chargebacks else []
        # What holds an order up is soon over, or it would never move.
        if not books.facts.payment_is_held or dice.below(2):
            acts += _acts(books, dice, ends=4 if chargebacks else 12)
        if not acts:
            continue
        before = (books.state, dict(books.moved), books.sequence)
        try:
            acts[dice.below(len(acts))]()
        except Refused as refused:
            if refused.code not in MAY_BE_REFUSED:
                raise
            assert before == (books.state, books.moved, books.sequence)
    return books


def _accepted(dice: Dice) -> Bookkeeper:
    unit, quantity = 1 + dice.below(10**5), 1 + dice.below(4)
    goods = unit * quantity
    advance = None
    if goods > 1 and dice.below(3) == 0:
        amount = Money(1 + dice.below(goods - 1))
        advance = commands.AdvanceDeposit(amount=amount, balance_by=samples.NOON)
    request = samples.request(
        unit_price=Money(unit),
        quantity=quantity,
        freight=Money(dice.below(10**4)),
        advance=advance,
        promoter=samples.PROMOTER if dice.below(2) else None,
        cautions=(CautionKind.SENSITIVE,),
        drift_limit=commands.DriftLimit(amount=Money(dice.below(5_000)), any=dice.below(5) == 0),
    )
    books = Bookkeeper(
        request=request,
        contract_rate=Fraction(dice.below(100), 100) or None,
        terms=replace(
            samples.TERMS,
            debts_from_deposit=dice.below(3) > 0,
            silence_refuses=dice.below(2) > 0,
        ),
    )
    books.pull(Trigger.REQUEST, request)
    for caution in books.facts.unacknowledged:
        books.pull(Trigger.ACKNOWLEDGE_CAUTION, commands.Caution(caution=caution))
    lines = (
        samples.line(LineCode.OTHER_FEE, dice.below(2_000), samples.PROVIDER),
        samples.line(LineCode.STORAGE_FEE, dice.below(2_000), samples.STORAGE),
        samples.line(LineCode.PAYMENT_CHANNEL_FEE, dice.below(500), samples.LOGISTICS),
    )
    books.pull(Trigger.ACCEPT, commands.Accept(lines=lines[: dice.below(4)]))
    books.fund_deposit(Money(dice.below(20_000)))
    return books


def _acts(books: Bookkeeper, dice: Dice, *, ends: int) -> Iterator[Act]:
    """What may be done next; what ends the order, once in `ends` times."""
    for item in books.refunds:
        yield lambda item=item: books.answer(Trigger.CONFIRM_REFUND, item=item)
        yield lambda item=item: books.answer(Trigger.FAIL_REFUND, item=item)
    yield from _on_the_case(books, dice)
    for row in FULFILMENT.rows_from(books.state):
        if row.trigger in OF_CHARGEBACKS and not books.disputes:
            continue
        # What ends the order is rare, or no road would be long.
        is_end = row.target in FULFILMENT.ends and row.trigger not in OF_CHARGEBACKS
        rare = is_end and dice.below(ends)
        if (row.posts or not row.stays) and not rare:
            yield from _on_the_order(books, row, dice)
    if books.state in WAY:
        for row in PARCEL.rows:
            yield from _on_parcels(books, row, dice)


def _on_the_order(books: Bookkeeper, row: Row, dice: Dice) -> Iterator[Act]:
    match row.trigger:
        case Trigger.FOLLOW_PARCELS | Trigger.FOLLOW_CASE | Trigger.OBJECT_TO_RECEIPT:
            return
        case Trigger.HEED_CHARGEBACK:  # It is told by the chargeback itself.
            return
        case Trigger.DISPOSE_GOODS:
            yield lambda: books.pull(row.trigger, _sold(books, dice))
        case Trigger.PAY if books.state in PAID_IN:
            yield lambda: _pay(books, dice)
        case Trigger.CONFIRM_PAYMENT | Trigger.DECLINE_PAYMENT:
            if books.facts.paying_in in (row.source, row.target, None) or (
                row.trigger == Trigger.CONFIRM_PAYMENT
            ):
                yield lambda: books.answer(row.trigger)
        case Trigger.FAIL_PURCHASE | Trigger.REJECT_PURCHASE:
            yield lambda: books.answer(row.trigger)
        case Trigger.REPORT_PRICE | Trigger.QUOTE_ANEW:
            yield lambda: books.pull(row.trigger, _price(books, dice))
        case Trigger.RECORD_PURCHASE:
            yield lambda: books.pull(row.trigger, _record(books, dice))
        case Trigger.REFUSE:
            yield lambda: books.pull(row.trigger, _refuse(books, dice))
        case Trigger.REPORT_UNREALIZABLE:
            back = dice.upto(books.facts.with_seller)
            said = commands.ReportUnrealizable(
                reason=commands.UnrealizableReason.SOLD_OUT, seller_refund=back
            )
            yield lambda: books.pull(row.trigger, said)
        case _:
            yield lambda: books.pull(row.trigger, samples.command_of(row.trigger))


def _on_parcels(books: Bookkeeper, row: Row, dice: Dice) -> Iterator[Act]:
    if (row.stays and not row.posts) or (row.target in PARCEL.ends and dice.below(3)):
        return
    if row.target == State.EXPORTED and dice.below(4):  # No cancellation after that.
        return
    items = [item for item in books.parcels if books.items[item][1] == row.source]
    never_sent = (row.source, row.trigger) == (State.NEW, Trigger.REPORT_LOST)
    if row.source == State.NEW and books.facts.missing and not (never_sent and dice.below(9)):
        size = 1 + dice.below(books.facts.missing)
        said = samples.command_of(row.trigger)
        if not isinstance(said, commands.Noted):  # Goods that were never sent are all that miss.
            said = replace(said, quantity=size)  # type: ignore[call-arg]
        # Named by nobody, a receipt would be for a parcel that was announced.
        if not any(PARCEL.rows_from(books.items[each][1], row.trigger) for each in books.parcels):
            yield lambda: books.pull(row.trigger, said)
    for item in items:
        command = samples.situation_for(PARCEL, row).command
        if row.trigger == Trigger.RECORD_SELLER_REFUND:
            command = commands.SellerRefund(
                goods=dice.upto(books.facts.goods),
                freight=dice.upto(books.facts.freight),
                external_ref="sr_1",
            )
        if row.trigger == Trigger.PAY_STORAGE and dice.below(2):
            books.fund_deposit(books.facts.storage_unpaid)
        yield lambda item=item, command=command: books.pull(row.trigger, command, item=item)


def _on_the_case(books: Bookkeeper, dice: Dice) -> Iterator[Act]:
    case = books.facts.case
    seldom = 3 if books.state in WAY else 12
    if books.state in CANCELLABLE and not books.facts.case_is_open and dice.below(seldom) == 0:
        yield lambda: books.pull(Trigger.REQUEST_CANCELLATION, commands.Noted())
    if books.state in DELIVERED and not books.facts.case_is_open:
        asked = samples.command_of(Trigger.REQUEST_DISSOLUTION)
        yield lambda: books.pull(Trigger.REQUEST_DISSOLUTION, asked)
    if case is None or case.state in (table := TABLES[case.table]).ends:
        return
    for row in table.rows_from(case.state):
        ends = row.target in table.ends or row.target == State.CHASING
        rare = (ends or (row.stays and not row.posts)) and dice.below(4)
        if row.trigger != Trigger.FOLLOW_ORDER and not rare:
            yield lambda row=row: books.pull(
                row.trigger, _of_the_case(books, row, dice), item=case.item, table=table
            )


def _of_the_case(books: Bookkeeper, row: Row, dice: Dice) -> commands.Command:
    facts, case = books.facts, books.case
    match row.trigger:
        case Trigger.CONSENT_TO_CANCELLATION:
            back = (facts.refundable, dice.upto(max(ZERO, facts.refundable)))[dice.below(2)]
            penalty = (ZERO, dice.upto(Money(2_000)), dice.upto(facts.price))[dice.below(3)]
            return commands.SellerConsent(refund=back, penalty=penalty)
        case Trigger.RECORD_CANCELLATION_REFUND:
            left = facts.refundable - case.received
            amount = (case.expected - case.received, left, dice.upto(left))[dice.below(3)]
            return commands.CaseRefund(amount=amount, external_ref=f"r_{dice.below(9)}")
        case Trigger.SETTLE_CANCELLATION:
            return _settlement(dice)
        case Trigger.CONSENT_TO_DISSOLUTION:
            refund = (facts.price, dice.upto(facts.price))[dice.below(2)]
            return commands.SellerAgreement(refund=refund, remedy=commands.Remedy.RETURN)
        case Trigger.PROVE_DISPOSAL:
            cost = (ZERO, Money(1 + dice.below(3_000)))[dice.below(2)]
            return replace(samples.PROOF, cost=cost)
        case Trigger.RECORD_DISSOLUTION_REFUND:
            left = facts.price - case.received
            amount = (case.expected - case.received, left, dice.upto(left))[dice.below(3)]
            return commands.CaseRefund(amount=max(ZERO, amount), external_ref=f"r_{dice.below(9)}")
        case Trigger.RECORD_RETURN_COST:
            left = case.cost - case.cost_paid
            amount = (left, dice.upto(left))[dice.below(2)]
            return commands.ReturnCost(amount=amount, external_ref=f"c_{dice.below(9)}")
        case _:
            return samples.command_of(row.trigger)


def _settlement(dice: Dice) -> commands.SettleCancellation:
    payees = (samples.PROVIDER, samples.STORAGE, samples.LOGISTICS)
    costs = tuple(
        commands.Cost(
            cost=commands.CostKind.CUSTODY,
            amount=Money(1 + dice.below(10 ** (2 + dice.below(4)))),
            payee=payees[dice.below(3)],
            evidence=("ev_1",),
        )
        for _ in range(dice.below(4))
    )
    fee = (commands.FeeChoice.KEPT, commands.FeeChoice.WAIVED)[dice.below(2)]
    return commands.SettleCancellation(digest="", fee=fee, costs=costs)


def _pay(books: Bookkeeper, dice: Dice, *, through_institution: bool = False) -> None:
    now = due(books.book())
    coupons: tuple[str, ...] = ()
    off = ZERO
    if now.fees and dice.below(2):
        given = coupon(f"c_{books.sequence}", 1 + dice.below(1_000), *FEES)
        books.give(given)
        coupons, off = (given.id,), min(given.amount, now.fees)
    whole = now.whole - off
    deposit = (ZERO, whole, dice.upto(whole))[dice.below(3)]
    if through_institution:
        deposit = min(deposit, whole - Money(1))
    books.fund_deposit(deposit)
    books.pull(
        Trigger.PAY,
        commands.Pay(
            from_deposit=deposit,
            from_institution=whole - deposit,
            coupons=coupons,  # type: ignore[arg-type]
        ),
    )


def _price(books: Bookkeeper, dice: Dice) -> ActualPrice:
    facts, movement = books.facts, books.movements.sent()
    price = ActualPrice(
        goods=Money(max(0, facts.goods.amount + dice.below(8_000) - 4_000)),
        freight=Money(max(0, facts.freight.amount + dice.below(2_000) - 1_000)),
        quantity=max(1, facts.quantity - max(0, dice.below(6) - 3)),
    )
    return replace(price, reference=movement.reference) if movement else price


def _record(books: Bookkeeper, dice: Dice) -> commands.Command:
    less = (ZERO, ZERO, dice.upto(books.facts.goods))[dice.below(3)]
    return replace(
        samples.command_of(Trigger.RECORD_PURCHASE),
        goods=books.facts.goods - less,
        freight=books.facts.freight,
    )  # type: ignore[call-arg]


def _refuse(books: Bookkeeper, dice: Dice) -> commands.Refuse:
    costs = (
        samples.line(LineCode.OTHER_FEE, dice.below(3_000), samples.PROVIDER),
        samples.line(LineCode.STORAGE_FEE, dice.below(3_000), samples.STORAGE),
        samples.line(LineCode.FIXED_LOSS, dice.below(300), samples.STORAGE),
    )
    return commands.Refuse(
        reason=commands.RefusalReason.SENSITIVE_GOODS, costs=costs[: dice.below(4)]
    )


def _sold(books: Bookkeeper, dice: Dice) -> commands.DisposeGoods:
    proceeds = (
        ZERO,
        dice.upto(books.facts.price),
        dice.upto(books.facts.price + books.facts.price),
    )
    got = proceeds[dice.below(3)]
    return commands.DisposeGoods(
        proceeds=got, storage_costs=(ZERO, dice.upto(got))[dice.below(2)], external_ref="buyer_1"
    )


def _on_chargebacks(books: Bookkeeper, dice: Dice) -> Iterator[Act]:
    for capture in books.captured:
        if capture.left and len(books.disputes) < 3 and dice.below(4) == 0:
            said = (capture.left, Money(1) + dice.upto(capture.left - Money(1)))[dice.below(2)]
            reason = (DisputeReason.CHANGED_MIND, DisputeReason.NOT_RECEIVED)[dice.below(2)]
            yield lambda capture=capture, said=said, reason=reason: dispute(
                books,
                said.amount,
                reason=reason,
                payment=capture.reference,
                terms=samples.ON_REQUEST if dice.below(2) else samples.TERMS,
            )
    for each in books.disputes:
        rows = () if each.state in CHARGEBACK.ends else CHARGEBACK.rows_from(each.state)
        for row in {row.trigger: row for row in rows}.values():
            rare = row.trigger in RARE and dice.below(4)
            if row.trigger not in NO_MONEY and not rare:
                yield lambda each=each, row=row: _on_a_chargeback(each, row, dice)
        if each.state == State.OWING:
            yield each.hear
            yield lambda: books.fund_deposit(Money(dice.below(50_000)))


RARE = {Trigger.WIN_CHARGEBACK, Trigger.LOSE_CHARGEBACK, Trigger.CLOSE, Trigger.FIND_JUST_CAUSE}
"""What a chargeback would be over by too soon."""
NO_MONEY = {
    Trigger.COLLECT_DEBT,  # It hears of that by itself.
    Trigger.ESCALATE,
    Trigger.STAGE_EVIDENCE,
    Trigger.SUBMIT_EVIDENCE,
}


def _on_a_chargeback(dispute_: Dispute, row: Row, dice: Dice) -> None:
    match row.trigger:
        case Trigger.PAY_CHARGEBACK:
            owed = dispute_.owed
            deposit = (ZERO, owed, dice.upto(owed))[dice.below(3)]
            pay_debt(dispute_, deposit=deposit.amount, institution=(owed - deposit).amount)
        case Trigger.CONFIRM_CHARGEBACK_PAYMENT | Trigger.DECLINE_CHARGEBACK_PAYMENT:
            dispute_.answer(row.trigger)
        case _:
            dispute_.pull(row.trigger, samples.command_of(row.trigger))


def settle(books: Bookkeeper) -> None:
    """Every refund that is still on its way is paid."""
    for item in books.refunds:
        with suppress(LookupError):
            books.answer(Trigger.CONFIRM_REFUND, item=item)
