"""Owns the demo's paths: every way that an order may go, as who does what, and where it ends."""

from collections.abc import Mapping
from types import MappingProxyType

from daigou.domain.commands import UnrealizableReason
from daigou.domain.order import State, Trigger
from daigou.ports.counterparties import Standing
from daigou.simulator import conduct
from daigou.simulator.moves import (
    accept,
    choose_logistics,
    clear_customs,
    confirm_receipt,
    deliver,
    object_to_goods,
    pay,
    purchase,
    purchase_late,
    receive_at_storage,
    record_purchase,
    refuse,
    report,
    resolve_objection,
    told_by_institution,
    withdraw,
)
from daigou.simulator.plans import Path, Share

DEPOSIT, INSTITUTION, BOTH = Share(10), Share(0), Share(4)

_HOME = (receive_at_storage(), clear_customs, deliver(), confirm_receipt())
_BOUGHT_HOME = (purchase, *_HOME)
_CONFIRM = told_by_institution(Trigger.CONFIRM_PAYMENT, State.PAYING, Standing.DONE)
_DECLINE = told_by_institution(Trigger.DECLINE_PAYMENT, State.PAYING, Standing.REJECTED)
_CONFIRM_REFUND = told_by_institution(Trigger.CONFIRM_REFUND, State.DUE, Standing.DONE)
_FAIL_REFUND = told_by_institution(Trigger.FAIL_REFUND, State.DUE, Standing.REJECTED)

_HAPPY = (
    Path(
        name="paid from the deposit",
        moves=(accept, pay(DEPOSIT), *_BOUGHT_HOME),
        end=State.CLOSED,
        deposit_share=DEPOSIT,
    ),
    Path(
        name="paid through the institution",
        moves=(accept, pay(INSTITUTION, "pm_ok"), *_BOUGHT_HOME),
        end=State.CLOSED,
        deposit_share=INSTITUTION,
    ),
    Path(
        name="paid from both",
        moves=(accept, pay(BOTH, "pm_ok"), *_BOUGHT_HOME),
        end=State.CLOSED,
        deposit_share=BOTH,
    ),
    Path(
        name="with other fees on top",
        moves=(accept, pay(BOTH, "pm_ok"), *_BOUGHT_HOME),
        end=State.CLOSED,
        deposit_share=BOTH,
        extra_lines=True,
    ),
    Path(
        name="logistics chosen before answer",
        moves=(choose_logistics(State.REQUESTED), accept, pay(DEPOSIT), *_BOUGHT_HOME),
        end=State.CLOSED,
        deposit_share=DEPOSIT,
        logistics_later=True,
    ),
    Path(
        name="logistics chosen at checkout",
        moves=(accept, choose_logistics(State.ACCEPTED), pay(DEPOSIT), *_BOUGHT_HOME),
        end=State.CLOSED,
        deposit_share=DEPOSIT,
        logistics_later=True,
    ),
    Path(
        name="confirmed after the advice",
        moves=(
            accept,
            pay(INSTITUTION, "pm_ok"),
            *_BOUGHT_HOME[:-1],
            confirm_receipt(after=Trigger.ADVISE),
        ),
        end=State.CLOSED,
        deposit_share=INSTITUTION,
        besides=(Trigger.ADVISE,),
        days=4,
    ),
    Path(
        name="not confirmed, deemed received",
        moves=(accept, pay(DEPOSIT), *_BOUGHT_HOME[:-1]),
        end=State.CLOSED,
        deposit_share=DEPOSIT,
        besides=(Trigger.ADVISE, Trigger.DEEM_RECEIVED),
        days=11,
    ),
)

_WITHOUT_AGREEMENT = (
    Path(name="refused", moves=(refuse,), end=State.REFUSED, days=0),
    Path(
        name="withdrawn before acceptance",
        moves=(withdraw(State.REQUESTED),),
        end=State.WITHDRAWN,
        days=0,
    ),
    Path(
        name="withdrawn after acceptance",
        moves=(accept, withdraw(State.ACCEPTED)),
        end=State.WITHDRAWN,
        days=0,
    ),
    Path(
        name="acceptance lapsed",
        moves=(),
        end=State.LAPSED,
        besides=(Trigger.LAPSE,),
    ),
    Path(
        name="payment lapsed",
        moves=(accept,),
        end=State.LAPSED,
        besides=(Trigger.LAPSE,),
    ),
    Path(
        name="payment declined, then lapsed",
        moves=(accept, pay(BOTH, "pm_declined")),
        end=State.LAPSED,
        besides=(Trigger.DECLINE_PAYMENT, Trigger.LAPSE),
    ),
    Path(
        name="payment pending, then declined",
        moves=(accept, pay(BOTH, "pm_pending_then_declined")),
        end=State.LAPSED,
        besides=(Trigger.DECLINE_PAYMENT, Trigger.LAPSE),
    ),
    Path(
        name="payment silent, person declines",
        moves=(accept, pay(BOTH, "pm_silent"), _DECLINE),
        end=State.LAPSED,
        besides=(Trigger.ESCALATE, Trigger.LAPSE),
        days=2,
    ),
)

_PAYMENTS = (
    Path(
        name="payment declined, then paid",
        moves=(accept, pay(BOTH, "pm_declined"), pay(BOTH, "pm_ok"), *_BOUGHT_HOME),
        end=State.CLOSED,
        deposit_share=BOTH,
        besides=(Trigger.DECLINE_PAYMENT, Trigger.CONFIRM_PAYMENT),
    ),
    Path(
        name="payment pending, then captured",
        moves=(accept, pay(INSTITUTION, "pm_pending_then_ok"), *_BOUGHT_HOME),
        end=State.CLOSED,
        deposit_share=INSTITUTION,
        besides=(Trigger.CONFIRM_PAYMENT,),
    ),
    Path(
        name="payment unanswered, captured",
        moves=(accept, pay(BOTH, "pm_timeout_then_ok"), *_BOUGHT_HOME),
        end=State.CLOSED,
        deposit_share=BOTH,
        besides=(Trigger.CONFIRM_PAYMENT,),
    ),
    Path(
        name="payment unheard of, sent again",
        moves=(accept, pay(BOTH, "pm_timeout_then_unheard"), *_BOUGHT_HOME),
        end=State.CLOSED,
        deposit_share=BOTH,
        besides=(Trigger.CONFIRM_PAYMENT,),
    ),
    Path(
        name="payment silent, person confirms",
        moves=(accept, pay(INSTITUTION, "pm_silent"), _CONFIRM, *_BOUGHT_HOME),
        end=State.CLOSED,
        deposit_share=INSTITUTION,
        besides=(Trigger.ESCALATE,),
        days=2,
    ),
)

_REFUNDS = (
    Path(
        name="provider: seller stopped",
        moves=(accept, pay(DEPOSIT), report(UnrealizableReason.SELLER_STOPPED)),
        end=State.UNREALIZABLE,
        deposit_share=DEPOSIT,
    ),
    Path(
        name="provider: sold out",
        moves=(accept, pay(INSTITUTION, "pm_ok"), report(UnrealizableReason.SOLD_OUT)),
        end=State.UNREALIZABLE,
        deposit_share=INSTITUTION,
        refund=State.REFUNDED,
    ),
    Path(
        name="provider: price changed",
        moves=(accept, pay(BOTH, "pm_ok"), report(UnrealizableReason.PRICE_CHANGED)),
        end=State.UNREALIZABLE,
        deposit_share=BOTH,
        refund=State.REFUNDED,
        extra_lines=True,
    ),
    Path(
        name="seller stopped, back to deposit",
        moves=(accept, pay(DEPOSIT), purchase),
        end=State.UNREALIZABLE,
        block=conduct.SELLER_STOPPED,
        deposit_share=DEPOSIT,
        besides=(Trigger.REJECT_PURCHASE,),
    ),
    Path(
        name="sold out, back to institution",
        moves=(accept, pay(INSTITUTION, "pm_ok"), purchase),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
        deposit_share=INSTITUTION,
        refund=State.REFUNDED,
        besides=(Trigger.REJECT_PURCHASE,),
    ),
    Path(
        name="price changed, back to both",
        moves=(accept, pay(BOTH, "pm_ok"), purchase),
        end=State.UNREALIZABLE,
        block=conduct.PRICE_CHANGED,
        deposit_share=BOTH,
        refund=State.REFUNDED,
        besides=(Trigger.REJECT_PURCHASE,),
        extra_lines=True,
    ),
    Path(
        name="refund pending, then paid",
        moves=(accept, pay(INSTITUTION, "pm_ok_refund_pending"), purchase),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
        deposit_share=INSTITUTION,
        refund=State.REFUNDED,
        besides=(Trigger.REJECT_PURCHASE,),
    ),
    Path(
        name="refund failed, to the deposit",
        moves=(accept, pay(BOTH, "pm_ok_refund_fails"), purchase),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
        deposit_share=BOTH,
        refund=State.CREDITED,
        besides=(Trigger.REJECT_PURCHASE, Trigger.FAIL_REFUND),
    ),
    Path(
        name="refund unanswered, paid",
        moves=(accept, pay(BOTH, "pm_ok_refund_timeout"), purchase),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
        deposit_share=BOTH,
        refund=State.REFUNDED,
        besides=(Trigger.REJECT_PURCHASE,),
    ),
    Path(
        name="refund unheard of, sent again",
        moves=(accept, pay(INSTITUTION, "pm_ok_refund_unheard"), purchase),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
        deposit_share=INSTITUTION,
        refund=State.REFUNDED,
        besides=(Trigger.REJECT_PURCHASE,),
    ),
    Path(
        name="refund silent, person confirms",
        moves=(accept, pay(BOTH, "pm_ok_refund_silent"), purchase, _CONFIRM_REFUND),
        end=State.UNREALIZABLE,
        block=conduct.SELLER_STOPPED,
        deposit_share=BOTH,
        refund=State.REFUNDED,
        besides=(Trigger.REJECT_PURCHASE, Trigger.ESCALATE),
        days=4,
    ),
    Path(
        name="refund silent, person refuses",
        moves=(accept, pay(INSTITUTION, "pm_ok_refund_silent"), purchase, _FAIL_REFUND),
        end=State.UNREALIZABLE,
        block=conduct.SELLER_STOPPED,
        deposit_share=INSTITUTION,
        refund=State.CREDITED,
        besides=(Trigger.REJECT_PURCHASE, Trigger.ESCALATE),
        days=4,
    ),
    Path(
        name="seller pending, then sold out",
        moves=(accept, pay(BOTH, "pm_ok"), purchase),
        end=State.UNREALIZABLE,
        block=conduct.PENDING_THEN_SOLD_OUT,
        deposit_share=BOTH,
        refund=State.REFUNDED,
        besides=(Trigger.REJECT_PURCHASE,),
    ),
)

_PURCHASES = (
    Path(
        name="purchase late, then bought",
        moves=(accept, pay(DEPOSIT), purchase_late, *_HOME),
        end=State.CLOSED,
        deposit_share=DEPOSIT,
        besides=(Trigger.ESCALATE,),
        days=3,
    ),
    Path(
        name="seller unpaid once, then bought",
        moves=(accept, pay(DEPOSIT), purchase, purchase, *_HOME),
        end=State.CLOSED,
        block=conduct.UNPAID_ONCE,
        deposit_share=DEPOSIT,
        besides=(Trigger.FAIL_PURCHASE, Trigger.RECORD_PURCHASE),
    ),
    Path(
        name="seller unanswering, bought",
        moves=(accept, pay(BOTH, "pm_ok"), *_BOUGHT_HOME),
        end=State.CLOSED,
        block=conduct.TIMEOUT_BUT_BOUGHT,
        deposit_share=BOTH,
        besides=(Trigger.RECORD_PURCHASE,),
    ),
    Path(
        name="seller never heard, sent again",
        moves=(accept, pay(DEPOSIT), *_BOUGHT_HOME),
        end=State.CLOSED,
        block=conduct.TIMEOUT_UNHEARD,
        deposit_share=DEPOSIT,
        besides=(Trigger.RECORD_PURCHASE,),
    ),
    Path(
        name="seller pending, then bought",
        moves=(accept, pay(INSTITUTION, "pm_ok"), *_BOUGHT_HOME),
        end=State.CLOSED,
        block=conduct.PENDING_THEN_BOUGHT,
        deposit_share=INSTITUTION,
        besides=(Trigger.RECORD_PURCHASE,),
    ),
    Path(
        name="seller silent, person records",
        moves=(accept, pay(DEPOSIT), purchase, record_purchase, *_HOME),
        end=State.CLOSED,
        block=conduct.SILENT,
        deposit_share=DEPOSIT,
        besides=(Trigger.ESCALATE,),
        days=2,
    ),
)

_GOODS = (
    Path(
        name="arrival overdue",
        moves=(
            accept,
            pay(DEPOSIT),
            purchase,
            receive_at_storage(after=Trigger.ESCALATE),
            *_HOME[1:],
        ),
        end=State.CLOSED,
        deposit_share=DEPOSIT,
        besides=(Trigger.ESCALATE,),
        days=11,
    ),
    Path(
        name="objection to goods, resolved",
        moves=(
            accept,
            pay(INSTITUTION, "pm_ok"),
            purchase,
            _HOME[0],
            object_to_goods,
            resolve_objection(),
            *_HOME[1:],
        ),
        end=State.CLOSED,
        deposit_share=INSTITUTION,
        days=0,
    ),
    Path(
        name="objection overdue, resolved",
        moves=(
            accept,
            pay(DEPOSIT),
            purchase,
            _HOME[0],
            object_to_goods,
            resolve_objection(after=Trigger.ESCALATE),
            *_HOME[1:],
        ),
        end=State.CLOSED,
        deposit_share=DEPOSIT,
        besides=(Trigger.ESCALATE,),
        days=3,
    ),
    Path(
        name="transit overdue",
        moves=(
            accept,
            pay(BOTH, "pm_ok"),
            purchase,
            *_HOME[:2],
            deliver(after=Trigger.ESCALATE),
            _HOME[-1],
        ),
        end=State.CLOSED,
        deposit_share=BOTH,
        besides=(Trigger.ESCALATE,),
        days=31,
    ),
)

GROUPS: Mapping[str, tuple[Path, ...]] = MappingProxyType(
    {
        "Received": _HAPPY,
        "No agreement": _WITHOUT_AGREEMENT,
        "Payments": _PAYMENTS,
        "Purchases": _PURCHASES,
        "Goods": _GOODS,
        "Unrealizable": _REFUNDS,
    }
)
PATHS = tuple(path for paths in GROUPS.values() for path in paths)
