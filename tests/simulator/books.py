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
    Debt,
    Disputed,
    Effects,
    JournalKind,
    Movement,
    MovementKind,
    MovementState,
    Paid,
    Personal,
)
from daigou.domain.commands import (
    Command,
    Grounds,
    Line,
    LineCode,
    ReportChargeback,
    Request,
    TipGrounds,
)
from daigou.domain.facts import Facts
from daigou.domain.ids import ChargebackId, MovementRef, SubjectId
from daigou.domain.lifecycle.case_guards import NOT_BOUGHT
from daigou.domain.lifecycle.chargeback import HOLDING
from daigou.domain.lifecycle.table import Row
from daigou.domain.money import ZERO, Money, total
from daigou.domain.order import State, TableName, Trigger
from daigou.domain.postings.checkout import COMPUTED
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.terms import current
from daigou.simulator.plans import BESIDE, Expected, Plan
from daigou.simulator.sums import BROKERAGE_PERCENT, ChargedBack

_BACK = {
    JournalKind.REFUND: {AccountKind.DEPOSIT, AccountKind.PROMOTION},
    JournalKind.REFUND_CREDITED: {AccountKind.DEPOSIT},
    JournalKind.REFUND_DISPUTED: {
        AccountKind.DEPOSIT,
        AccountKind.CHARGED_BACK,
        AccountKind.RECEIVABLE,
    },
    JournalKind.REFUND_PAID: {AccountKind.PAYMENT_INSTITUTION},
}


_JUST = frozenset({State.JUSTIFIED, State.BORNE})
_OTHERS = frozenset(BESIDE) - {TableName.CLAIM, TableName.TIP}
"""What has books of its own beside the order, with a deposit and debts in common."""
_OF_SUBJECTS = (
    AccountKind.PAYMENT_RESERVED,
    AccountKind.CHARGED_BACK,
    AccountKind.WITHDRAWAL_TRANSIT,
)


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
        self._beside: dict[str, dict[Account, Money]] = {}
        """What each chargeback, withdrawal, … moved, by its id; recharges by an id of none."""
        self._by_kind: dict[tuple[JournalKind, AccountKind], Money] = defaultdict(lambda: ZERO)
        self._disputes: dict[ChargebackId, Disputed] = {}
        self._states: dict[str, State] = {}
        self._frozen: set[str] = set()
        self.order = State.NEW
        """Where the order stands."""
        self.methods: dict[MovementRef, str] = {}
        """The payment method of each capture, and of each refund of one."""

    def put_into_deposit(self, fen: int) -> tuple[ChargebackId, ...]:
        """The client recharges; the chargebacks whose debts that pays, as the clause wants it."""
        self._deposit += Money(fen)
        moved = self._beside.setdefault("", defaultdict(lambda: ZERO))
        paid: list[ChargebackId] = []
        left = Money(fen)
        for each in self.disputes:
            share = min(left, each.owed) if self._states[each.chargeback] == State.OWING else ZERO
            if share:
                left -= share
                moved[self._client_deposit] += share
                moved[each.account] -= share
                self._by_kind[JournalKind.OFFSET, AccountKind.CHARGED_BACK] -= share
                paid.append(each.chargeback)
        return tuple(paid)

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
        table: TableName = TableName.FULFILMENT,
    ) -> Effects:
        """What a row's template does, once it is done; `grounds` are those of a claim, or of a tip.

        Raises:
            Refused: the template, or the deposit's floor, forbids it.
        """
        if table in _OTHERS:
            return self._post_beside(row, command, facts, sequence, item)
        if row.posts is None:
            return Effects()
        if grounds:
            return self._post_of_a_claim(row, command, facts, sequence, grounds)
        if tip_grounds:
            return self._post_of_a_tip(row, command, sequence, item, tip_grounds)
        effects = row.posts(self._book(facts, sequence, item), command)
        moved = self._after(effects, moved=self._moved)
        if self.balance + self._moved[self._client_deposit] < moved[self._client_deposit]:
            raise Refused(RefusalCode.DEPOSIT_TOO_SMALL, "UA-1-8", "the deposit is too small")
        assert all(
            moved[Account(kind, self._plan.deal.order)] <= ZERO for kind in HELD_FOR_A_SUBJECT
        )
        self._moved = moved
        self._count(effects)
        self._remember(effects)
        return effects

    def _post_beside(
        self, row: Row, command: Command, facts: Facts, sequence: int, item: str
    ) -> Effects:
        """Each of the others has an own debt, or money of its own under way."""
        moved = self._beside.setdefault(item, defaultdict(lambda: ZERO))
        movements = (each for ref, each in self._open.items() if ref.startswith(f"{item}/"))
        collected = self._held(AccountKind.ESCROW) + self._held(AccountKind.FEE_HELD)
        book = replace(
            self._book(facts, sequence, ""),
            subject=SubjectId(item),
            held={kind: -self._stands(Account(kind, item)) for kind in _OF_SUBJECTS},
            moved=dict(moved),
            movement=next(movements, None),
            order_holds=collected if self.order in NOT_BOUGHT else ZERO,
            personal=Personal(
                balance=self.balance,
                debts=tuple(
                    Debt(account=each.account, amount=each.owed)
                    for each in self.disputes
                    if self._states[each.chargeback] == State.OWING and each.owed
                ),
                frozen=item in self._frozen,
            ),
        )
        effects = row.posts(book, command) if row.posts else Effects()
        self._beside[item] = self._after(effects, moved=moved)
        assert self.balance >= ZERO
        if isinstance(command, ReportChargeback):
            self._report(ChargebackId(item), command)
        self._states[item] = row.target
        if dispute := self._disputes.get(ChargebackId(item)):
            won = dispute.won or row.trigger == Trigger.WIN_CHARGEBACK
            self._disputes[dispute.chargeback] = replace(dispute, won=won)
        if effects.lifts:
            self._frozen.discard(item)
        if effects.freezes:
            self._frozen.add(item)
        self._count(effects)
        self._move(effects, of_order=False)
        return effects

    def _report(self, chargeback: ChargebackId, command: ReportChargeback) -> None:
        self._disputes[chargeback] = Disputed(
            chargeback=chargeback,
            payment=command.payment,
            amount=command.amount,
            owed=ZERO,
            returned=ZERO,
            holds=True,
            won=False,
        )

    def _count(self, effects: Effects) -> None:
        for journal in effects.journals:
            for leg in journal.legs:
                self._by_kind[journal.kind, leg.account.kind] += leg.amount

    @property
    def disputes(self) -> tuple[Disputed, ...]:
        """The chargebacks, as they stand now."""
        return tuple(
            replace(
                each,
                owed=self._stands(each.account),
                holds=self._states[each.chargeback] in HOLDING,
                just=self._states[each.chargeback] in _JUST,
            )
            for each in self._disputes.values()
        )

    @property
    def balance(self) -> Money:
        """What the deposit holds."""
        return self._deposit - self._stands(self._client_deposit) - self._given

    @property
    def frozen(self) -> bool:
        """Whether anything freezes the account."""
        return bool(self._frozen)

    def _stands(self, account: Account) -> Money:
        """What an account stands at by the order and all but claims and tips beside it."""
        return self._moved[account] + total([moved[account] for moved in self._beside.values()])

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
        if self.balance < ZERO:
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
        assert all(
            not self._stands(Account(kind, item))
            for item in self._beside
            for kind in (AccountKind.PAYMENT_RESERVED, AccountKind.WITHDRAWAL_TRANSIT)
        )
        promoter = self._plan.deal.promoter
        return replace(
            end,
            collected=(self._paid or Paid()).whole.amount,
            refunded=self._back.amount,
            fee=self._earned.amount,
            deposit_change=-(
                self._stands(self._client_deposit)
                + self._compensated[self._client_deposit]
                + self._given
            ).amount,
            at_seller=self._by_kind[JournalKind.DISPOSAL, BANK.kind].amount
            - self._moved[BANK].amount,
            withdrawn=-self._by_kind[JournalKind.WITHDRAWAL_PAID, INSTITUTION.kind].amount,
            passed_on=self._by_kind[
                JournalKind.RESTRICTION_TRANSFERRED, AccountKind.DEPOSIT
            ].amount,
            charged_back=self._charged_back(),
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

    def _charged_back(self) -> ChargedBack:
        def of(kind: JournalKind, account: AccountKind) -> int:
            return self._by_kind[kind, account].amount

        disputes = self.disputes
        provider = Account(AccountKind.RECEIVABLE, self._plan.deal.provider.id)
        return ChargedBack(
            taken=-of(JournalKind.CHARGEBACK, AccountKind.PAYMENT_INSTITUTION),
            won=of(JournalKind.CHARGEBACK_WON, AccountKind.PAYMENT_INSTITUTION),
            paid=-of(JournalKind.CHARGEBACK_PAID, AccountKind.CHARGED_BACK),
            offset=-of(JournalKind.OFFSET, AccountKind.CHARGED_BACK),
            returned=total([each.returned for each in disputes]).amount,
            sold=of(JournalKind.DISPOSAL, AccountKind.BANK),
            owed=total([each.owed for each in disputes]).amount,
            borne=self._stands(provider).amount,
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
        deal, terms, disputes = self._plan.deal, current(), self.disputes
        others = [
            each
            for reference, each in self._open.items()
            if each.kind != MovementKind.REFUND and reference.startswith(f"{deal.order}/")
        ]
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
            captured=tuple(
                replace(
                    each,
                    disputed=total(
                        [one.weight for one in disputes if one.payment == each.reference]
                    ),
                )
                for each in self._captured
            ),
            disputes=disputes,
            client_owes=self._moved[Account(AccountKind.RECEIVABLE, deal.client.id)],
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
        for share in effects.returns:
            dispute = self._disputes[share.chargeback]
            returned = dispute.returned + share.amount
            self._disputes[share.chargeback] = replace(dispute, returned=returned)
        self._move(effects)

    def _move(self, effects: Effects, *, of_order: bool = True) -> None:
        if settles := effects.settles:
            movement = self._open.pop(settles.reference)
            if (
                of_order
                and movement.kind == MovementKind.CAPTURE
                and settles.state == MovementState.DONE
            ):
                self._captured.append(
                    Captured(reference=movement.reference, amount=movement.amount, refunded=ZERO)
                )
            if movement.kind == MovementKind.REFUND and settles.state == MovementState.FAILED:
                self._captured = [
                    replace(each, credited=each.credited + movement.amount)
                    if each.reference == movement.original
                    else each
                    for each in self._captured
                ]
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
