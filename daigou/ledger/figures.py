"""Owns an order's figures: what was collected, refunded and earned, and the card that shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from daigou.domain.book import (
    BANK,
    HELD_FOR_A_SUBJECT,
    AccountKind,
    Effects,
    Journal,
    JournalKind,
    Leg,
    Paid,
)
from daigou.domain.commands import Line
from daigou.domain.ids import SubjectId
from daigou.domain.money import ZERO, Money, total
from daigou.domain.postings.checkout import replaced
from daigou.domain.steps import MoneyLine

_BACK_WITH_THE_CLIENT = {
    JournalKind.REFUND: {AccountKind.DEPOSIT, AccountKind.PROMOTION},
    JournalKind.REFUND_CREDITED: {AccountKind.DEPOSIT},
    JournalKind.REFUND_DISPUTED: {
        AccountKind.DEPOSIT,
        AccountKind.CHARGED_BACK,
        AccountKind.RECEIVABLE,
    },
    JournalKind.REFUND_PAID: {AccountKind.PAYMENT_INSTITUTION},
}
"""The accounts that a refund comes to rest in; what is in transit is not there yet. What the client
had charged back with just cause it has already: it comes to rest with the provider who bore it."""

_HELD_IN_WORDS = {
    AccountKind.PAYMENT_RESERVED: "set aside from the deposit",
    AccountKind.COUPON_RESERVED: "set aside of coupons",
    AccountKind.ESCROW: "in escrow for the seller",
    AccountKind.SELLER_TRANSIT: "on its way to the seller",
    AccountKind.FEE_HELD: "fees held until the duty ends",
    AccountKind.REFUND_TRANSIT: "on its way back to the client",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """An order's money at one moment; `held` is what is owed by kind of its own accounts."""

    lines: tuple[Line, ...] = ()
    paid: Paid | None = None
    held: Mapping[AccountKind, Money]
    collected: Money = ZERO
    refunded: Money = ZERO
    fee_earned: Money = ZERO
    to_seller: Money = ZERO

    @property
    def amount(self) -> Money | None:
        """The whole order amount; None until the checkout is open."""
        return total([line.amount for line in self.lines]) if self.lines else None

    def after(self, effects: Effects, *, subject: SubjectId) -> "Figures":
        """The figures once `effects` are written."""
        return replace(
            self,
            lines=replaced(self.lines, effects.lines),
            paid=_added(self.paid, effects.paid),
            held={
                kind: self.held.get(kind, ZERO)
                + total(_credits(effects.journals, kind=kind, owner=subject))
                for kind in HELD_FOR_A_SUBJECT
            },
            collected=self.collected + (effects.paid.whole if effects.paid else ZERO),
            refunded=self.refunded + total(list(_refunds(effects.journals))),
            fee_earned=self.fee_earned
            + total(
                [
                    -leg.amount
                    for journal in effects.journals
                    if journal.kind == JournalKind.FEE_EARNED
                    for leg in journal.legs
                    if leg.account.kind == AccountKind.PROVIDER
                ]
            ),
            to_seller=self.to_seller
            - total([leg.amount for journal in effects.journals for leg in _to_bank(journal)]),
        )

    def in_words(self) -> tuple[MoneyLine, ...]:
        """The money table of the order card."""
        amount = self.amount
        if amount is None:
            return ()
        rows = [
            *((_line_in_words(line), line.amount) for line in self.lines),
            ("order amount", amount),
        ]
        if self.paid:
            rows += [
                ("paid from the deposit", self.paid.from_deposit),
                ("paid through the payment institution", self.paid.from_institution),
                ("paid by coupons", self.paid.from_coupons),
            ]
        rows += [(words, self.held.get(kind, ZERO)) for kind, words in _HELD_IN_WORDS.items()]
        rows += [
            ("paid to the seller", self.to_seller),
            ("earned by the provider", self.fee_earned),
            ("refunded to the client", self.refunded),
        ]
        return tuple(MoneyLine(what=what, amount=sum_) for what, sum_ in rows if sum_)


def _line_in_words(line: Line) -> str:
    return f"{line.label} (collected by {line.collector})" if line.of_third_party else line.label


def _credits(journals: Iterable[Journal], *, kind: AccountKind, owner: str) -> list[Money]:
    return [
        -leg.amount
        for journal in journals
        for leg in journal.legs
        if leg.account.kind == kind and leg.account.owner == owner
    ]


def _refunds(journals: Iterable[Journal]) -> Iterable[Money]:
    for journal in journals:
        for leg in journal.legs:
            if leg.account.kind in _BACK_WITH_THE_CLIENT.get(journal.kind, ()):
                yield -leg.amount


def _to_bank(journal: Journal) -> Iterable[Leg]:
    if journal.kind == JournalKind.DISPOSAL:
        return ()
    return (leg for leg in journal.legs if leg.account == BANK)


def _added(before: Paid | None, more: Paid | None) -> Paid | None:
    return before + more if before and more else more or before
