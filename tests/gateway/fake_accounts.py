"""Books that hold one withdrawal, freeze, closing and chargeback of the one client."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from daigou.domain.account_facts import ChargedBack
from daigou.domain.commands import Block, DisputeReason, Footing, FreezeReason, Head
from daigou.domain.ids import (
    ChargebackId,
    ClosureId,
    FreezeId,
    MovementRef,
    OrderId,
    PartyId,
    SubjectId,
    WithdrawalId,
)
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Actor, Role, State
from daigou.domain.terms import current
from daigou.ledger.account_views import (
    AccountState,
    AccountView,
    BundleView,
    ChargebackView,
    ClosureView,
    DebtView,
    FreezeView,
    FreezingView,
    PaymentView,
    UnfinishedView,
    WithdrawalView,
)
from daigou.ledger.institution import Dealt, Heard
from tests.gateway.house import LOGISTICS, PROVIDER, STORAGE

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANNA = PartyId("cli_anna")
WITHDRAWAL, FREEZE = WithdrawalId("wdr_kettles"), FreezeId("frz_kettles")
CLOSURE, CHARGEBACK = ClosureId("acl_kettles"), ChargebackId("cbk_kettles.dp_1")
PAYMENT = MovementRef("ord_kettles/3")
WORDS = "{}"
_ALIKE: dict[str, Any] = {
    "sequence": 1,
    "terms_version": current().version,
    "clocks": (),
    "ended_at": None,
}


def a_withdrawal_view(**changes: Any) -> WithdrawalView:
    """A withdrawal that is on its way."""
    view = WithdrawalView(
        id=WITHDRAWAL,
        client=ANNA,
        amount=Money(1_00),
        state=State.DUE,
        next_actor=Role.PAYMENT_INSTITUTION,
        requested_at=NOON,
        **_ALIKE,
    )
    return replace(view, **changes)


def a_freeze_view(**changes: Any) -> FreezeView:
    """A freeze for a broken contract, at the provider's request."""
    view = FreezeView(
        id=FREEZE,
        client=ANNA,
        reason=FreezeReason.BREACH,
        clause="UA-4-5",
        blocks=(Block.WITHDRAWAL, Block.USE),
        author=Actor(role=Role.PROVIDER, party=PROVIDER),
        order=OrderId("ord_kettles"),
        provider=PROVIDER,
        logistics=None,
        amount=Money(1_00),
        transferred=None,
        report="",
        inactive_since=None,
        state=State.RESTRICTED,
        next_actor=Role.CLIENT,
        placed_at=NOON,
        **_ALIKE,
    )
    return replace(view, **changes)


def a_closure_view(**changes: Any) -> ClosureView:
    """The closing of an account."""
    view = ClosureView(
        id=CLOSURE,
        client=ANNA,
        payment_method="pm_ok",
        paid_out=None,
        state=State.WINDING_UP,
        next_actor=None,
        requested_at=NOON,
        **_ALIKE,
    )
    return replace(view, **changes)


def a_chargeback_view(**changes: Any) -> ChargebackView:
    """A chargeback that is demanded of its client; evidence is staged."""
    view = ChargebackView(
        id=CHARGEBACK,
        order=OrderId("ord_kettles"),
        client=ANNA,
        provider=PROVIDER,
        storage=STORAGE,
        logistics=LOGISTICS,
        institution=None,
        dispute="dp_1",
        payment=PAYMENT,
        charged_back=ChargedBack(
            amount=Money(1_00),
            reason=DisputeReason.CHANGED_MIND,
            footing=Footing(),
            evidence_due=NOON + timedelta(days=36_500),
            head=Head.NOT_THE_PROVIDERS,
            staged="d" * 64,
        ),
        owed=Money(1_00),
        returned=ZERO,
        state=State.DEMANDED,
        next_actor=Role.CLIENT,
        reported_at=NOON,
        **_ALIKE,
    )
    return replace(view, **changes)


def a_bundle_view(digest: str) -> BundleView:
    """A bundle with nothing in it."""
    return BundleView(
        chargeback=CHARGEBACK,
        digest=digest,
        content="{}",
        words=WORDS,
        staged_at=NOON,
        staged_by=PROVIDER,
        erased_at=None,
    )


class FakeAccounting:
    """Knows one of each, and takes every message."""

    def __init__(self) -> None:
        self.view = a_chargeback_view()
        self.heard: dict[str, Heard] = {}

    async def account(self, client: PartyId) -> AccountView | None:
        return AccountView(
            client=client,
            state=AccountState.OPEN,
            balance=ZERO,
            debts=(
                DebtView(
                    account=f"charged_back:{CHARGEBACK}",
                    amount=Money(1_00),
                    chargeback=CHARGEBACK,
                    order=OrderId("ord_kettles"),
                    since=NOON,
                ),
            ),
            freezes=(
                FreezingView(
                    reason=FreezeReason.CHARGEBACK,
                    clause="PSR-22-1",
                    blocks=(Block.WITHDRAWAL, Block.USE),
                    placed_at=NOON,
                    placed_by=Actor(role=Role.PAYMENT_INSTITUTION, party=PartyId("pin_pay")),
                    subject=SubjectId(CHARGEBACK),
                    note_ref="",
                    order=OrderId("ord_kettles"),
                    amount=Money(1_00),
                    state=State.DEMANDED,
                    next_actor=Role.CLIENT,
                    next_due_at=NOON,
                ),
            ),
            unfinished=(
                UnfinishedView(
                    id="ord_kettles",
                    state=State.ACCEPTED,
                    next_actor=Role.CLIENT,
                    next_due_at=NOON,
                ),
            ),
            unfinished_in_all=1,
            closure=None,
        )

    async def blocking(self, client: PartyId, what: Block) -> tuple[tuple[str, str], ...]:
        return ()

    async def withdrawal(self, withdrawal: str) -> WithdrawalView | None:
        return a_withdrawal_view() if withdrawal == WITHDRAWAL else None

    async def withdrawals(self, client: PartyId, **_: Any) -> tuple[WithdrawalView, ...]:
        return (a_withdrawal_view(),)

    async def freeze(self, freeze: str) -> FreezeView | None:
        return a_freeze_view() if freeze == FREEZE else None

    async def freezes(self, client: PartyId, **_: Any) -> tuple[FreezeView, ...]:
        return (a_freeze_view(),)

    async def closure(self, closure: str) -> ClosureView | None:
        return a_closure_view() if closure == CLOSURE else None

    async def closure_of(self, client: PartyId) -> ClosureView | None:
        return a_closure_view()

    async def chargeback(self, chargeback: str) -> ChargebackView | None:
        return self.view if chargeback == CHARGEBACK else None

    async def chargeback_of(self, dispute: str) -> ChargebackView | None:
        return self.view if dispute == "dp_1" else None

    async def chargebacks(self, client: PartyId, **_: Any) -> tuple[ChargebackView, ...]:
        return (self.view,)

    async def payment(self, reference: str) -> PaymentView | None:
        if reference != PAYMENT:
            return None
        return PaymentView(
            reference=PAYMENT,
            order=OrderId("ord_kettles"),
            amount=Money(10_00),
            refunded=ZERO,
            disputed=Money(1_00),
        )

    async def hear(self, *, message: str, digest: str, **_: Any) -> Heard:
        return self.heard.setdefault(message, Heard(digest=digest, dealt=None))

    async def deal(self, message: str, dealt: Dealt) -> Dealt:
        self.heard[message] = replace(self.heard[message], dealt=dealt)
        return dealt

    async def was_left_to_a_person(self, dispute: str) -> bool:
        return False

    async def note_dispute(self, **_: Any) -> None:
        return None

    async def keep_bundle(self, *, digest: str, content: str, **_: Any) -> None:
        assert hashlib.sha256(content.encode()).hexdigest() == digest

    async def bundle(self, chargeback: str, digest: str) -> BundleView | None:
        return a_bundle_view(digest) if digest == "d" * 64 else None

    async def bundles(self, chargeback: str) -> tuple[BundleView, ...]:
        return (a_bundle_view("d" * 64),)
