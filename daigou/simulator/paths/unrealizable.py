"""Owns the paths of purchases that cannot be made: what the provider collected goes back."""

from daigou.domain.commands import UnrealizableReason
from daigou.domain.order import State
from daigou.ports.counterparties import Standing
from daigou.simulator import conduct
from daigou.simulator.moves import accept, pay, purchase, report, told_by_institution
from daigou.simulator.paths.ways import (
    BOTH,
    INSTITUTION,
    PAID,
    PAID_BY_BOTH,
    PAID_BY_INSTITUTION,
)
from daigou.simulator.plans import Path

UNREALIZABLE = (
    Path(
        name="provider: seller stopped",
        moves=(*PAID, report(UnrealizableReason.SELLER_STOPPED)),
        end=State.UNREALIZABLE,
    ),
    Path(
        name="provider: sold out",
        moves=(*PAID_BY_INSTITUTION, report(UnrealizableReason.SOLD_OUT)),
        end=State.UNREALIZABLE,
    ),
    Path(
        name="provider: price changed",
        moves=(*PAID_BY_BOTH, report(UnrealizableReason.PRICE_CHANGED)),
        end=State.UNREALIZABLE,
        extra_lines=True,
    ),
    Path(
        name="coupon goes back, not as money",
        moves=(accept, pay(BOTH, "pm_ok", coupon=True), report(UnrealizableReason.SOLD_OUT)),
        end=State.UNREALIZABLE,
        coupon_fen=5_00,
        extra_lines=True,
    ),
    Path(
        name="seller stopped, back to deposit",
        moves=(*PAID, purchase),
        end=State.UNREALIZABLE,
        block=conduct.SELLER_STOPPED,
    ),
    Path(
        name="sold out, back to institution",
        moves=(*PAID_BY_INSTITUTION, purchase),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
    ),
    Path(
        name="price changed, back to both",
        moves=(*PAID_BY_BOTH, purchase),
        end=State.UNREALIZABLE,
        block=conduct.PRICE_CHANGED,
        extra_lines=True,
    ),
    Path(
        name="refund pending, then paid",
        moves=(accept, pay(INSTITUTION, "pm_ok_refund_pending"), purchase),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
    ),
    Path(
        name="refund failed, to the deposit",
        moves=(accept, pay(BOTH, "pm_ok_refund_fails"), purchase),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
    ),
    Path(
        name="refund unanswered, paid",
        moves=(accept, pay(BOTH, "pm_ok_refund_timeout"), purchase),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
    ),
    Path(
        name="refund unheard of, sent again",
        moves=(accept, pay(INSTITUTION, "pm_ok_refund_unheard"), purchase),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
    ),
    Path(
        name="refund silent, person confirms",
        moves=(
            accept,
            pay(BOTH, "pm_ok_refund_silent"),
            purchase,
            told_by_institution(State.DUE, Standing.DONE),
        ),
        end=State.UNREALIZABLE,
        block=conduct.SELLER_STOPPED,
        days=4,
    ),
    Path(
        name="refund silent, person refuses",
        moves=(
            accept,
            pay(INSTITUTION, "pm_ok_refund_silent"),
            purchase,
            told_by_institution(State.DUE, Standing.REJECTED),
        ),
        end=State.UNREALIZABLE,
        block=conduct.SELLER_STOPPED,
        days=4,
    ),
    Path(
        name="seller pending, then sold out",
        moves=(*PAID_BY_BOTH, purchase),
        end=State.UNREALIZABLE,
        block=conduct.PENDING_THEN_SOLD_OUT,
    ),
)
