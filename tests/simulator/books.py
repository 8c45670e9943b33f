"""Books in memory: what the posting templates do to one order, without a database."""

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

from daigou.domain.book import (
    BANK,
    HELD_FOR_A_SUBJECT,
    INSTITUTION,
    PROMOTION,
    Account,
    AccountKind,
    Book,
    Captured,
    Coupon,
    Effects,
    JournalKind,
    Movement,
    MovementKind,
    MovementState,
    Paid,
)
from daigou.domain.commands import Command, Grounds, Line, LineCode, Request, TipGrounds
from daigou.domain.facts import Facts
from daigou.domain.ids import MovementRef, SubjectId
from daigou.domain.lifecycle.table import Row
from daigou.domain.money import ZERO, Money, total
from daigou.domain.postings.checkout import COMPUTED
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.terms import current
from daigou.simulator.plans import Expected, Plan
from daigou.simulator.tally import BROKERAGE_PERCENT

_BACK = {
    JournalKind.REFUND: {AccountKind.DEPOSIT, AccountKind.PROMOTION},
    JournalKind.REFUND_CREDITED: {AccountKind.DEPOSIT},
    JournalKind.REFUND_PAID: {AccountKind.PAYMENT_INSTITUTION},
}


class MemoryBooks:
    """One order's books. The client's deposit holds just what the plan says it needs."""

    def __init__(self, plan: Plan, request: Request) -> None:
        self._plan = plan
        self._request = request
        self._deposit = Money(plan.deposit_fen)
        self._moved: dict[Account, Money] = defaultdict(lambda: ZERO)
        self._lines: tuple[Line, ...] = ()
        self._paid: Paid | None = None
        self._captured: list[Captured] = []
        self._open: dict[MovementRef, Movement] = {}
        self._coupon_used = False
        self._earned = self._back = ZERO
        self._compensated: dict[Account, Money] = defaultdict(lambda: ZERO)
        """What the order's claims moved."""
        self._of_tips: dict[str, dict[Account, Money]] = {}
        """What each tip for the order moved, by its id."""
        self.methods: dict[MovementRef, str] = {}
        """The payment method of each capture, and of each refund of one."""

    def put_into_deposit(self, fen: int) -> None:
        """The client recharges."""
        self._deposit += Money(fen)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What the order amount is made of."""
        return self._lines

    def post(
        self,
        row: Row,
        command: Command,
        *,
        facts: Facts,
        sequence: int,
        item: str,
        grounds: Grounds | None = None,
        tip_grounds: TipGrounds | None = None,
    ) -> Effects:
        """What a row's template does, once it is done; `grounds` are those of a claim, or of a tip.

        Raises:
            Refused: the template, or the deposit's floor, forbids it.
        """
        if row.posts is None:
            return Effects()
        if grounds:
            return self._post_of_a_claim(row, command, facts, sequence, grounds)
        if tip_grounds:
            return self._post_of_a_tip(row, command, sequence, item, tip_grounds)
        effects = row.posts(self._book(facts, sequence, item), command)
        moved = self._after(effects, moved=self._moved)
        if self._deposit - moved[self._client_deposit] - self._given < ZERO:
            raise Refused(RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8", "the deposit is too small")
        assert all(
            moved[Account(kind, self._plan.deal.order)] <= ZERO for kind in HELD_FOR_A_SUBJECT
        )
        self._moved = moved
        self._remember(effects)
        return effects

    def _post_of_a_claim(
        self, row: Row, command: Command, facts: Facts, sequence: int, grounds: Grounds
    ) -> Effects:
        """A claim is a subject of its own: what it moves is not its order's."""
        book = replace(self._book(facts, sequence, ""), grounds=grounds, moved={})
        effects = row.posts(book, command) if row.posts else Effects()
        self._compensated = self._after(effects, moved=self._compensated)
        return effects

    def _post_of_a_tip(
        self, row: Row, command: Command, sequence: int, item: str, grounds: TipGrounds
    ) -> Effects:
        """A tip is a subject of its own, too, with an account in which it is held."""
        moved = self._of_tips.setdefault(item, defaultdict(lambda: ZERO))
        book = replace(
            self._book(Facts(), sequence, ""),
            subject=SubjectId(item),
            tip_grounds=grounds,
            limits=current().limits,
            held={AccountKind.TIP_HELD: -moved[Account(AccountKind.TIP_HELD, item)]},
            moved=dict(moved),
        )
        effects = row.posts(book, command) if row.posts else Effects()
        self._of_tips[item] = self._after(effects, moved=moved)
        if self._deposit - self._moved[self._client_deposit] - self._given < ZERO:
            raise Refused(RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8", "the deposit is too small")
        return effects

    @property
    def _given(self) -> Money:
        """What of the deposit is in tips that did not go back."""
        return total([moved[self._client_deposit] for moved in self._of_tips.values()])

    def outcome(self, end: Expected) -> Expected:
        """What the order came to, told like what it was expected to."""
        held = {kind: self._held(kind) for kind in HELD_FOR_A_SUBJECT}
        assert held == dict.fromkeys(HELD_FOR_A_SUBJECT, ZERO)
        assert not self._open
        promoter = self._plan.deal.promoter
        return replace(
            end,
            collected=(self._paid or Paid()).whole.amount,
            refunded=self._back.amount,
            fee=self._earned.amount,
            deposit_change=-(
                self._moved[self._client_deposit]
                + self._compensated[self._client_deposit]
                + self._given
            ).amount,
            at_seller=-self._moved[BANK].amount,
            compensated=self._compensated[BANK].amount,
            tipped=-total(
                [
                    moved[Account(AccountKind.PROVIDER, self._plan.deal.provider.id)]
                    for moved in self._of_tips.values()
                ]
            ).amount,
            brokerage=-self._moved[Account(AccountKind.PROMOTER, promoter.id)].amount
            if promoter
            else 0,
            coupon=self._moved[PROMOTION].amount,
            debt=self._moved[Account(AccountKind.RECEIVABLE, self._plan.deal.client.id)].amount,
        )

    @property
    def third_party(self) -> int:
        """What the storage got, in fen."""
        return -self._moved[Account(AccountKind.THIRD_PARTY, self._plan.deal.storage.id)].amount

    @property
    def institution(self) -> int:
        """What the payment institution holds of the order, in fen."""
        return self._moved[INSTITUTION].amount

    @property
    def _client_deposit(self) -> Account:
        return Account(AccountKind.DEPOSIT, self._plan.deal.client.id)

    def _held(self, kind: AccountKind) -> Money:
        return -self._moved[Account(kind, self._plan.deal.order)]

    def _book(self, facts: Facts, sequence: int, item: str) -> Book:
        deal, terms = self._plan.deal, current()
        others = [each for each in self._open.values() if each.kind != MovementKind.REFUND]
        coupon = Coupon(
            id=deal.coupon,
            amount=Money(self._plan.path.coupon_fen),
            reduces=frozenset({LineCode.SERVICE_FEE, LineCode.OTHER_FEE}),
            usable=not self._coupon_used,
        )
        return Book(
            subject=SubjectId(deal.order),
            sequence=sequence,
            fee_rate=terms.fee_rate,
            client=deal.client.id,
            provider=deal.provider.id,
            storage=deal.storage.id,
            promoter=deal.promoter.id if deal.promoter else None,
            request=self._request,
            facts=facts,
            lines=self._lines,
            paid=self._paid,
            captured=tuple(self._captured),
            coupons=(coupon,) if coupon.amount else (),
            coupons_reduce=terms.coupons_reduce,
            storage_charge=terms.storage_charge,
            brokerage_rate=Fraction(BROKERAGE_PERCENT, 100) if deal.promoter else None,
            held={kind: self._held(kind) for kind in HELD_FOR_A_SUBJECT},
            moved=dict(self._moved),
            fee_earned=self._earned,
            movement=self._open.get(MovementRef(item)) or (others[0] if others else None),
        )

    def _after(self, effects: Effects, *, moved: dict[Account, Money]) -> dict[Account, Money]:
        moved = moved.copy()
        for journal in effects.journals:
            assert len(journal.legs) >= 2
            assert total([leg.amount for leg in journal.legs]) == ZERO
            for leg in journal.legs:
                moved[leg.account] += leg.amount
        return moved

    def _remember(self, effects: Effects) -> None:
        if effects.lines:
            anew = {line.code for line in effects.lines} & COMPUTED
            kept = tuple(line for line in self._lines if line.code not in anew)
            self._lines = (*effects.lines, *kept)
        if effects.paid:
            self._paid = self._paid + effects.paid if self._paid else effects.paid
        for journal in effects.journals:
            for leg in journal.legs:
                if leg.account.kind in _BACK.get(journal.kind, ()):
                    self._back -= leg.amount
                if (journal.kind, leg.account.kind) == (
                    JournalKind.FEE_EARNED,
                    AccountKind.PROVIDER,
                ):
                    self._earned -= leg.amount
        self._coupon_used |= bool(effects.redeems)
        self._coupon_used &= not effects.frees_coupons
        self._move(effects)

    def _move(self, effects: Effects) -> None:
        if settles := effects.settles:
            movement = self._open.pop(settles.reference)
            if movement.kind == MovementKind.CAPTURE and settles.state == MovementState.DONE:
                self._captured.append(
                    Captured(reference=movement.reference, amount=movement.amount, refunded=ZERO)
                )
        if effects.intends:
            self._open[effects.intends.reference] = effects.intends
            self.methods[effects.intends.reference] = effects.intends.payment_method
        for refund in effects.refunds:
            assert refund.original
            self._open[refund.reference] = refund
            self.methods[refund.reference] = self.methods[refund.original]
            self._captured = [
                replace(each, refunded=each.refunded + refund.amount)
                if each.reference == refund.original
                else each
                for each in self._captured
            ]
