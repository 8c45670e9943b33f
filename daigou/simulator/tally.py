"""Owns what an order comes to, in plain fen: a second reckoning, apart from the domain's code.

A path's moves are put together along a tally: it says what is due when somebody pays, and in the
end what was collected, refunded and earned. The ledger is held against it.
"""

from collections import Counter
from dataclasses import dataclass, field

from daigou.domain.commands import DriftLimit
from daigou.domain.order import State, TableName
from daigou.simulator.conduct import OfferBlock, payment_method
from daigou.simulator.deals import Deal, fee_of
from daigou.simulator.sums import (
    BROKERAGE_PERCENT,
    STORAGE_PERIOD_FEN,
    ChargedBack,
    Dispute,
    Expected,
    Payment,
    Refund,
)


@dataclass(slots=True, kw_only=True)
class Tally:
    """An order's money, as the moves of its path change it one after the other."""

    deal: Deal
    block: OfferBlock
    advance: int = 0
    coupon: int = 0
    drift: DriftLimit
    poor: bool = False
    """Whether the client's deposit is empty."""

    goods: int = field(init=False)
    pieces: int = field(init=False)
    freight: int = field(init=False)
    offer: tuple[int, int] | None = None
    """Goods in fen and pieces that the seller offers instead, while the client decides."""
    drifted: int = 0
    """What of the drift limit was charged."""
    tries: int = 0
    """How many orders the seller heard of."""

    escrow: int = 0
    fees: int = 0
    others_paid: bool = False
    third: int = 0
    seller: int = 0
    costs: int = 0
    storage: int = 0
    storage_unpaid: int = 0
    earned: int = 0

    paid: int = 0
    back: int = 0
    deposit_paid: int = 0
    deposit_change: int = 0
    deposit_needs: int = 0
    """The most that is ever taken from the deposit, what is only set aside included."""
    coupon_paid: int = 0
    payments: list[Payment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    parcels: list[int] = field(default_factory=list)
    """How many pieces are in each parcel; 0 once it was paid back."""
    opened: Counter[TableName] = field(default_factory=Counter)
    """How many items of a table were opened: of talk, cases, and what stands beside the order."""
    promised: int = 0
    """What the seller is still to pay back of what it agreed to."""
    payments_back: int = 0
    """How many payments of the seller's the provider recorded in cases."""
    penalties: int = 0
    settled: bool = False
    debt: int = 0
    return_cost: int = 0
    """What of the return the seller is still to pay."""
    passed_on: int = 0
    """What the seller paid of it: the client's, who had paid it outside."""
    asked_for: int = 0
    admitted: int = 0
    """What the latest claim is for, and what of it was admitted."""
    compensated: int = 0
    tipped: int = 0
    latest_tip: int = 0
    """What of the client's tips did not go back, and how much the latest is."""
    intended: tuple[int, int, int, str] = (0, 0, 0, "")
    """A payment that a silent institution was asked for."""
    disputes: list[Dispute] = field(default_factory=list)
    paid_of_debts: int = 0
    offset: int = 0
    sold: int = 0
    """What the client and its deposit paid of what was charged back, and what its goods fetched."""
    recharged: int = 0
    withdrawn: int = 0
    broken: int = 0
    """What went into the deposit along the way, out of it to the client, and out of it to whom the
    client broke a contract with."""
    needs_once_empty: int | None = None
    """What the deposit had needed by the time that its last fen was taken."""

    def __post_init__(self) -> None:
        self.goods, self.freight = self.deal.goods_fen, self.deal.freight_fen
        self.pieces = self.deal.basket.quantity

    # Paying.

    @property
    def due(self) -> int:
        """What is to be paid now: an advance deposit with the fee on it, or all that is left."""
        if self.is_advance:
            return self.advance + fee_of(self.advance)
        return self._due_to_seller + self._due_fees + self._due_to_third

    @property
    def is_advance(self) -> bool:
        """Whether only the advance deposit is due."""
        return bool(self.advance) and not self.paid

    @property
    def is_to_be_recovered(self) -> bool:
        """Whether the seller has the advance deposit, so that it must come back before an end."""
        return bool(self.advance and self.seller)

    @property
    def missing(self) -> int:
        """How many pieces are not on their way yet."""
        return self.pieces - sum(self.parcels)

    def reduction(self) -> int:
        """What the coupon takes off the fees that are due."""
        fees = fee_of(self.advance) if self.is_advance else self._due_fees
        return min(self.coupon, fees)

    def intend(self, deposit: int, institution: int, coupon: int, method: str) -> None:
        """The payment under way; the deposit's part is set aside at once."""
        self.intended = (deposit, institution, coupon, method)
        self.deposit_needs = max(self.deposit_needs, deposit - self.deposit_change - self.recharged)

    def take(self, deposit: int, institution: int = 0, coupon: int = 0, method: str = "") -> None:
        """The payment succeeded."""
        if self.is_advance:
            self.escrow, self.fees = self.advance, fee_of(self.advance)
        else:
            self.escrow += self._due_to_seller
            self.fees += self._due_fees
            self.third += self._due_to_third
            self.others_paid = True
        self.paid += deposit + institution + coupon
        self._from_deposit(deposit)
        self.deposit_paid += deposit
        self.coupon_paid += coupon
        if institution:
            self.payments.append(Payment(method=method, whole=institution, left=institution))

    def charge_storage(self) -> None:
        """A period of storage, from the deposit, or unpaid where that is empty."""
        if self.poor:
            self.storage_unpaid += STORAGE_PERIOD_FEN
        else:
            self._storage(STORAGE_PERIOD_FEN)

    def pay_storage(self) -> int:
        """What is unpaid of it."""
        unpaid, self.storage_unpaid = self.storage_unpaid, 0
        # The client put just this into its deposit before, which is no gain of the order's.
        self._storage(unpaid)
        return unpaid

    # Buying.

    def bought(self) -> None:
        """The seller took the order at what it charges, and was paid."""
        if self.advance and not self.seller:
            self.seller, self.escrow = self.escrow, 0
            return
        charged = self.block.charges.goods(self.goods, self.pieces)
        paid_now = charged + self.freight - self.seller
        self.escrow -= paid_now
        self.seller += paid_now
        if charged < self.goods:
            self.goods = charged
            self._true_up()

    def asked(self, goods: int, pieces: int) -> State:
        """The seller asks another price now, or has a part only: where the order stands then."""
        rise = goods - self.goods
        if pieces < self.pieces:
            self.offer = (goods, pieces)
            return State.AWAITING_CHOICE
        self.goods = goods
        if rise <= 0:
            self._true_up()
            return State.EFFECTIVE
        if self._is_allowed(rise) and not self.poor:
            self.drifted += rise
            self.take(self.due)
            return State.EFFECTIVE
        return State.AWAITING_TOP_UP

    def accept_part(self) -> State:
        """The client takes the part: where the order stands then."""
        goods, pieces = self.offer or (self.goods, self.pieces)
        rises, self.offer = goods > self.goods, None
        self.goods, self.pieces = goods, pieces
        if rises:
            return State.AWAITING_TOP_UP
        self._true_up()
        return State.EFFECTIVE

    def end_unrealized(self, *, from_seller: int = 0) -> None:
        """What the provider collected goes back, and what the seller paid back of it."""
        self.seller -= from_seller
        self.escrow += from_seller
        self._give_back(self.escrow, self.fees)

    def end_refused(self, *, costs: int) -> None:
        """All goes back but the client's own costs."""
        self.costs += costs
        self.escrow -= costs
        self._give_back(self.escrow, self.fees)

    def pay_back(self, parcel: int) -> tuple[int, int]:
        """The seller pays back a parcel: goods and freight in fen."""
        pieces, self.parcels[parcel - 1] = self.parcels[parcel - 1], 0
        self.pieces -= pieces
        is_all = not self.pieces
        goods = self.goods if is_all else self.goods * pieces // (self.pieces + pieces)
        freight = self.freight if is_all else 0
        self.goods -= goods
        self.freight -= freight
        self.seller -= goods + freight
        due = fee_of(self.goods + self.freight) + self._others_held
        fees = max(0, self.fees + self.earned - due)
        # What was earned for goods that went back later is earned no more.
        unearned = min(fees, self.earned)
        self.fees, self.earned = self.fees + unearned, self.earned - unearned
        self.escrow += goods + freight
        self._give_back(goods + freight, fees)
        if is_all and not self.earned:
            self._give_back(self.escrow, self.fees)
        return goods, freight

    # Cancelling.

    def ask_to_cancel(self) -> None:
        """The client asks for a cancellation, in which nothing is promised yet."""
        self.promised = self.penalties = 0

    def agree(self, *, keeps_of_ten: int, penalty: int) -> int:
        """The seller agrees to pay back all but so many tenths of what it can, and charges a
        penalty: what it will pay back in all. An advance deposit is lost."""
        price = self.goods + self.freight
        most = price - self.advance
        refund = most - most * keeps_of_ten // 10
        self.promised = refund - (price - self.seller)
        self.penalties += penalty
        return refund

    def number_payment_back(self) -> str:
        """The seller pays back in a case once more: its own number of the payment."""
        self.payments_back += 1
        return f"SR-{self.deal.basket.offer.id}-{self.payments_back}"

    def come_back(self, amount: int) -> None:
        """The seller pays back: before the settlement that waits for it, later it pays what the
        client owes, and the rest goes back."""
        self.seller -= amount
        self.promised -= amount
        if not self.settled:
            self.escrow += amount
            return
        owed = min(amount, self.debt)
        self.debt -= owed
        self.escrow += amount - owed
        self._give_back(amount - owed, 0)

    def settle(self, *, own: int, others: int, waived: bool) -> None:
        """The cancellation is settled: its costs, of the provider's own and of others, are the
        client's, and so are the penalties; the fee is kept, or goes back even if it was earned."""
        self.settled = True
        whole = self.penalties + own + others
        covered = min(self.escrow, whole)
        beyond = whole - covered
        self.escrow -= covered
        self.costs += self.penalties + own
        self.third += others
        if self.poor:
            self.debt += beyond
        else:
            self.paid += beyond
            self._from_deposit(beyond)
        if waived:
            self.fees, self.earned = self.fees + self.earned, 0
        else:
            self.earn()
        self._give_back(self.escrow, self.fees)
        if not self.poor:
            # Had the seller paid in time, the deposit would not have paid for it.
            self.deposit_paid += beyond

    def come_to_nothing(self) -> None:
        """The case is over and the order goes on: what the seller paid back, the provider gives
        back to it."""
        self.promised = 0
        self.costs += self.escrow
        self.escrow = 0

    # Dissolving.

    def agree_to_dissolve(self, *, keeps_of_ten: int) -> int:
        """The seller agrees to pay back all but so many tenths of the price: what that is."""
        self.promised = self.seller - self.seller * keeps_of_ten // 10
        return self.promised

    def pass_on(self, amount: int) -> None:
        """The seller pays back: the client has it at once, from where it paid."""
        self.seller -= amount
        self.promised -= amount
        self.escrow += amount
        self._give_back(amount, 0)

    def pay_for_the_return(self, amount: int) -> None:
        """The seller pays what the return cost the client: that is in its deposit."""
        self.return_cost -= amount
        self.seller -= amount
        self.passed_on += amount
        self.deposit_change += amount

    # Claiming.

    @property
    def amount(self) -> int:
        """The order amount, as it was agreed: the most that a provider is liable for."""
        price = self.goods + self.freight
        return price + fee_of(price) + self._others_held + self.deal.third_party_fen

    def claim(self, fen: int) -> None:
        """The client claims so much."""
        self.asked_for, self.admitted = fen, 0

    def compensate(self) -> None:
        """The provider pays what it admitted: that is in the client's deposit."""
        self.compensated += self.admitted
        self.deposit_change += self.admitted

    # Tipping.

    def tip(self, fen: int) -> None:
        """The client tips so much, from its deposit."""
        self.latest_tip = fen
        self.tipped += fen
        self._from_deposit(fen)

    def untip(self) -> None:
        """The latest tip is in the client's deposit again."""
        self.tipped -= self.latest_tip
        self.deposit_change += self.latest_tip

    # Charged back. The nth is meant, or the latest.

    def charge_back(self, fen: int) -> None:
        """The institution takes so much of the latest payment back."""
        payment = self.payments[-1]
        payment.left -= fen
        if payment.left < 0 or not fen:
            raise ValueError(f"{fen} fen cannot be charged back")
        self.disputes.append(Dispute(fen=fen, payment=payment, owed=fen))

    def dispute(self, nth: int = 0) -> Dispute:
        """One of the chargebacks."""
        return self.disputes[nth - 1]

    def pay_debt(self, deposit: int, *, nth: int = 0) -> None:
        """The client pays all that is owed, so much of it from the deposit."""
        self._from_deposit(deposit)
        self.paid_of_debts += self.dispute(nth).pay(self.dispute(nth).owed)

    def set_aside(self, deposit: int) -> None:
        """So much of the deposit is set aside, and free again."""
        self._from_deposit(deposit)
        self.deposit_change += deposit

    def offset_whole(self, *, nth: int = 0) -> None:
        """The deposit pays all that is owed."""
        share = self.dispute(nth).pay(self.dispute(nth).owed)
        self.offset += share
        self._from_deposit(share)

    def offset_part(self, fen: int, *, nth: int = 0) -> None:
        """The deposit holds so much, and no more: that pays a part of what is owed."""
        dispute = self.dispute(nth)
        if not fen < dispute.owed:
            raise ValueError(f"{fen} fen are no part of {dispute.owed}")
        dispute.owing = True
        self.offset += dispute.pay(fen)
        self.empty(fen)

    def sell(self, proceeds: int, storage: int) -> None:
        """The goods are sold for what is owed; the storage is paid of it first, and what is left in
        the end is the client's. The provider's fee is earned."""
        self.sold += proceeds
        left = proceeds - storage
        for dispute in self.disputes:
            left -= dispute.pay(left)
        self.deposit_change += left
        self.earn()

    def bear(self, *, is_bought: bool, nth: int = 0) -> None:
        """The client had just cause: the provider bears what its order does not hold any more; an
        order that was not bought is at its end."""
        dispute = self.dispute(nth)
        dispute.just = True
        if not is_bought:
            self.end_unrealized()
        dispute.borne += dispute.pay(dispute.owed)

    def win(self, *, nth: int = 0) -> None:
        """The institution gives the money back: whoever had paid the debt has that again."""
        dispute = self.dispute(nth)
        self.deposit_change += dispute.fen - dispute.owed - dispute.borne
        dispute.payment.left += dispute.fen - dispute.returned
        dispute.owed = dispute.borne = 0
        dispute.won = True

    # The deposit.

    @property
    def rest(self) -> int:
        """What the deposit of a client holds that put in just what it needs."""
        return self.deposit_needs + self.deposit_change + self.recharged

    def empty(self, fen: int) -> None:
        """The last of the deposit is taken, which is so much."""
        self._from_deposit(fen)
        if self.rest:
            raise ValueError(f"the deposit holds {self.rest} fen more than {fen}")
        self.needs_once_empty = self.deposit_needs

    def recharge(self, fen: int) -> None:
        """The client puts so much in, which pays what is owed first."""
        self.recharged += fen
        for dispute in self.disputes:
            share = dispute.pay(fen) if dispute.owing else 0
            fen -= share
            self.offset += share
            self.deposit_change -= share

    def withdraw(self, fen: int) -> None:
        """The client takes so much out."""
        self._from_deposit(fen)
        self.withdrawn += fen

    def pass_on_for_breach(self, fen: int) -> None:
        """So much goes to whom the client broke a contract with."""
        self._from_deposit(fen)
        self.broken += fen

    # Ends.

    def earn(self) -> None:
        """The provider's duty ended, or a forfeit is kept: what is held of fees is earned."""
        self.earned += self.fees
        self.fees = 0

    def settle_refund(self, refund: Refund, end: State) -> None:
        """A refund through the institution ended; what it cannot pay the deposit takes."""
        refund.end = end
        self.back += refund.amount
        if end == State.CREDITED:
            self.deposit_change += refund.amount

    def expected(self, end: State) -> Expected:
        """What the order must come to at its end."""
        if end in {State.CLOSED, State.ABANDONED, State.FORFEITED, State.DISSOLVED}:
            self.earn()
        if self.needs_once_empty not in (None, self.deposit_needs):
            raise ValueError(f"{self.deal.order} takes more of a deposit that was empty")
        if self.escrow or self.fees:
            raise ValueError(f"{self.escrow} and {self.fees} fen are left at the end {end}")
        kept = self.seller + self.earned + self.third + self.costs + self.storage
        if self.paid + self.debt - self.back - self.passed_on != kept:
            raise ValueError(f"{self.deal.order} does not add up")
        brokerage = self.earned * BROKERAGE_PERCENT if self.deal.promoter else 0
        return Expected(
            state=end,
            collected=self.paid,
            refunded=self.back,
            fee=self.earned,
            deposit_change=self.deposit_change,
            at_seller=self.seller,
            brokerage=(brokerage + 50) // 100,
            coupon=self.coupon_paid,
            debt=self.debt,
            compensated=self.compensated,
            tipped=self.tipped,
            withdrawn=self.withdrawn,
            passed_on=self.broken,
            charged_back=ChargedBack(
                taken=sum(each.fen for each in self.disputes),
                won=sum(each.fen for each in self.disputes if each.won),
                paid=self.paid_of_debts,
                offset=self.offset,
                returned=sum(each.returned for each in self.disputes),
                sold=self.sold,
                owed=sum(each.owed for each in self.disputes),
                borne=sum(each.borne for each in self.disputes),
            ),
            refunds=tuple(refund.end for refund in self.refunds if refund.end),
        )

    def _is_allowed(self, rise: int) -> bool:
        return self.drift.any or self.drifted + rise <= self.drift.amount.amount

    @property
    def _others_held(self) -> int:
        return self.deal.other_fee_fen if self.others_paid else 0

    @property
    def _due_to_seller(self) -> int:
        return self.goods + self.freight - self.escrow - self.seller

    @property
    def _due_fees(self) -> int:
        return fee_of(self.goods + self.freight) + self.deal.other_fee_fen - self.fees

    @property
    def _due_to_third(self) -> int:
        return self.deal.third_party_fen - self.third

    def _true_up(self) -> None:
        """Gives back what is held beyond the price that is agreed now, and the fee on it."""
        self._give_back(
            max(0, self.escrow + self.seller - self.goods - self.freight),
            max(0, self.fees - fee_of(self.goods + self.freight) - self._others_held),
        )

    def _give_back(self, escrow: int, fees: int) -> None:
        """To the coupon what it paid of fees, to the deposit what it paid; what was charged back
        pays the debt, or is the deposit's; to the institution the rest, the latest payment first.
        """
        self.escrow -= escrow
        self.fees -= fees
        to_coupon = min(fees, self.coupon_paid)
        self.coupon_paid -= to_coupon
        left = escrow + fees - to_coupon
        to_deposit = min(left, self.deposit_paid)
        self.deposit_paid -= to_deposit
        self.deposit_change += to_deposit
        self.back += to_coupon + to_deposit
        left -= to_deposit
        for dispute in self.disputes:
            share, beyond = dispute.give_back(left)
            left -= share
            self.back += share
            self.deposit_change += beyond
        for payment in reversed(self.payments):
            if share := min(left, payment.left):
                payment.left -= share
                left -= share
                self.refunds.append(Refund(amount=share, method=payment.method))
        if left:
            raise ValueError(f"{left} fen would go back that were never paid")

    def _from_deposit(self, fen: int) -> None:
        self.deposit_change -= fen
        self.deposit_needs = max(self.deposit_needs, -self.deposit_change - self.recharged)

    def _storage(self, fen: int) -> None:
        self.storage += fen
        self.paid += fen
        self._from_deposit(fen)


def is_silent(method: str) -> bool:
    """Whether a refund through that payment method waits for a person."""
    return payment_method(method).refund.pending is None
