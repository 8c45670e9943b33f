"""Owns the paths of payment: payments that go astray and arrive, and those in two steps."""

from daigou.domain.commands import CautionKind, UnrealizableReason
from daigou.domain.order import State, Trigger
from daigou.ports.counterparties import Standing
from daigou.simulator import conduct
from daigou.simulator.conduct import Asking
from daigou.simulator.moves import (
    accept,
    acknowledge,
    decline_offer,
    pay,
    purchase,
    report,
    report_price,
    struck,
    told_by_institution,
    withdraw,
)
from daigou.simulator.paths.ways import BOTH, BOUGHT_HOME, DEPOSIT, INSTITUTION, SENT_HOME
from daigou.simulator.plans import Path

PAYMENTS = (
    Path(
        name="payment declined, then paid",
        moves=(accept, pay(BOTH, "pm_declined"), pay(BOTH, "pm_ok"), *BOUGHT_HOME),
        end=State.CLOSED,
    ),
    Path(
        name="payment pending, then captured",
        moves=(accept, pay(INSTITUTION, "pm_pending_then_ok"), *BOUGHT_HOME),
        end=State.CLOSED,
    ),
    Path(
        name="payment unanswered, captured",
        moves=(accept, pay(BOTH, "pm_timeout_then_ok"), *BOUGHT_HOME),
        end=State.CLOSED,
    ),
    Path(
        name="payment unheard of, sent again",
        moves=(accept, pay(BOTH, "pm_timeout_then_unheard"), *BOUGHT_HOME),
        end=State.CLOSED,
    ),
    Path(
        name="payment silent, person confirms",
        moves=(
            accept,
            pay(INSTITUTION, "pm_silent"),
            told_by_institution(State.PAYING, Standing.DONE),
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
        days=2,
    ),
    Path(
        name="coupon free again, then used",
        moves=(
            accept,
            pay(BOTH, "pm_declined", coupon=True),
            pay(DEPOSIT, coupon=True),
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
        coupon_fen=8_00,
        extra_lines=True,
    ),
)

_CAUTION = acknowledge(CautionKind.ADVANCE_DEPOSIT)
_BALANCE = State.AWAITING_BALANCE

ADVANCES = (
    Path(
        name="advance, then the balance",
        moves=(
            _CAUTION,
            accept,
            pay(DEPOSIT),
            purchase,
            pay(BOTH, "pm_ok", at=_BALANCE),
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
        advance_tenths=3,
        extra_lines=True,
    ),
    Path(
        name="advance, balance from deposit",
        moves=(
            _CAUTION,
            accept,
            pay(INSTITUTION, "pm_ok"),
            purchase,
            pay(DEPOSIT, at=_BALANCE),
            purchase,
            *SENT_HOME,
        ),
        end=State.CLOSED,
        advance_tenths=5,
    ),
    Path(
        name="advance, balance declined once",
        moves=(
            _CAUTION,
            accept,
            pay(BOTH, "pm_ok"),
            purchase,
            pay(INSTITUTION, "pm_declined", at=_BALANCE),
            pay(INSTITUTION, "pm_ok", at=_BALANCE),
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
        advance_tenths=2,
    ),
    Path(
        name="advance forfeited at the date",
        moves=(_CAUTION, accept, pay(BOTH, "pm_ok"), purchase, struck(Trigger.FORFEIT, _BALANCE)),
        end=State.FORFEITED,
        advance_tenths=3,
        balance_days=3,
        days=3,
    ),
    Path(
        name="advance let go by the client",
        moves=(_CAUTION, accept, pay(DEPOSIT), purchase, withdraw(_BALANCE)),
        end=State.FORFEITED,
        advance_tenths=3,
    ),
    Path(
        name="advance, then the seller stops",
        moves=(
            _CAUTION,
            accept,
            pay(BOTH, "pm_ok"),
            purchase,
            pay(BOTH, "pm_ok", at=_BALANCE),
            purchase,
            report(UnrealizableReason.SELLER_STOPPED, at=State.RECOVERING),
        ),
        end=State.UNREALIZABLE,
        block=conduct.STOPS_AFTER_ADVANCE,
        advance_tenths=3,
        extra_lines=True,
    ),
    Path(
        name="advance, then a price refused",
        moves=(
            _CAUTION,
            accept,
            pay(DEPOSIT),
            purchase,
            pay(DEPOSIT, at=_BALANCE),
            report_price(Asking(percent=130)),
            decline_offer(State.AWAITING_TOP_UP),
            struck(Trigger.ESCALATE, State.RECOVERING),
            report(UnrealizableReason.PRICE_CHANGED, at=State.RECOVERING),
        ),
        end=State.UNREALIZABLE,
        advance_tenths=4,
        days=10,
    ),
)
