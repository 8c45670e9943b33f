"""Owns the fulfilment axis: an order's road from the request to receipt, and its ways out."""

from types import MappingProxyType

from daigou.domain import postings
from daigou.domain.lifecycle import guards
from daigou.domain.lifecycle.fulfilment_triggers import TRIGGERS
from daigou.domain.lifecycle.table import (
    Answer,
    Call,
    Deadline,
    Errand,
    Notice,
    Row,
    Table,
    Wait,
)
from daigou.domain.order import Role, State, TableName, Trigger

CLIENT = frozenset({Role.CLIENT})
PROVIDER = frozenset({Role.PROVIDER})
STORAGE = frozenset({Role.STORAGE})
LOGISTICS = frozenset({Role.LOGISTICS})
PLATFORM = frozenset({Role.PLATFORM})
INSTITUTION = frozenset({Role.PAYMENT_INSTITUTION, Role.PLATFORM})


def _tell(event: str, *roles: Role) -> tuple[Notice, ...]:
    return tuple(Notice(event=event, to=role) for role in roles)


ROWS = (
    # The request and its answer.
    Row(
        trigger=Trigger.REQUEST,
        source=State.NEW,
        target=State.REQUESTED,
        clause="PSR-1-1",
        roles=CLIENT,
        guards=(guards.goods_are_not_prohibited, guards.order_is_within_limits),
        notices=_tell("order.requested", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ACCEPT,
        source=State.REQUESTED,
        target=State.ACCEPTED,
        clause="PSR-2-1",
        roles=PROVIDER,
        guards=(guards.lines_name_their_collector,),
        posts=postings.open_checkout,
        notices=_tell("order.accepted", Role.CLIENT) + _tell("order.payment_due", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.REFUSE,
        source=State.REQUESTED,
        target=State.REFUSED,
        clause="PSR-2-1",
        roles=PROVIDER,
        notices=_tell("order.refused", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.WITHDRAW,
        source=State.REQUESTED,
        target=State.WITHDRAWN,
        clause="PSR-2-2",
        roles=CLIENT,
        notices=_tell("order.withdrawn", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.LAPSE,
        source=State.REQUESTED,
        target=State.LAPSED,
        clause="PSR-2-1",
        notices=_tell("order.lapsed", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.CHOOSE_LOGISTICS,
        source=State.REQUESTED,
        target=State.REQUESTED,
        clause="PSR-5",
        roles=CLIENT,
    ),
    # The checkout: nothing is owed until the whole amount is paid.
    Row(
        trigger=Trigger.CHOOSE_LOGISTICS,
        source=State.ACCEPTED,
        target=State.ACCEPTED,
        clause="PSR-5",
        roles=CLIENT,
    ),
    Row(
        trigger=Trigger.PAY,
        source=State.ACCEPTED,
        target=State.EFFECTIVE,
        clause="PSR-2-2",
        roles=CLIENT,
        when=guards.needs_no_institution,
        guards=(guards.logistics_is_chosen,),
        posts=postings.pay_from_deposit,
        notices=_tell("order.effective", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.PAY,
        source=State.ACCEPTED,
        target=State.PAYING,
        clause="PSR-2-2",
        roles=CLIENT,
        guards=(guards.logistics_is_chosen,),
        posts=postings.reserve_payment,
    ),
    Row(
        trigger=Trigger.WITHDRAW,
        source=State.ACCEPTED,
        target=State.WITHDRAWN,
        clause="PSR-2-2",
        roles=CLIENT,
        notices=_tell("order.withdrawn", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.LAPSE,
        source=State.ACCEPTED,
        target=State.LAPSED,
        clause="PSR-2-2",
        notices=_tell("order.lapsed", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.CONFIRM_PAYMENT,
        source=State.PAYING,
        target=State.EFFECTIVE,
        clause="PSR-2-2",
        roles=INSTITUTION,
        posts=postings.confirm_payment,
        notices=_tell("order.effective", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.DECLINE_PAYMENT,
        source=State.PAYING,
        target=State.ACCEPTED,
        clause="PSR-2-2",
        roles=INSTITUTION,
        posts=postings.release_payment,
        notices=_tell("order.payment_declined", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.PAYING,
        target=State.PAYING,
        clause="PSR-2-2",
        notices=_tell("order.payment_outcome_unknown", Role.PLATFORM),
    ),
    # The purchase: the price waits outside the escrow until the seller answers.
    Row(
        trigger=Trigger.PURCHASE,
        source=State.EFFECTIVE,
        target=State.PURCHASING,
        clause="PSR-8",
        roles=PROVIDER,
        posts=postings.reserve_purchase,
    ),
    Row(
        trigger=Trigger.REPORT_UNREALIZABLE,
        source=State.EFFECTIVE,
        target=State.UNREALIZABLE,
        clause="PSR-9",
        roles=PROVIDER,
        posts=postings.refund_collected,
        notices=_tell("order.unrealizable", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.EFFECTIVE,
        target=State.EFFECTIVE,
        clause="PSR-8",
        notices=_tell("order.purchase_overdue", Role.PROVIDER, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.RECORD_PURCHASE,
        source=State.PURCHASING,
        target=State.PURCHASED,
        clause="PSR-8",
        roles=PROVIDER | PLATFORM,
        posts=postings.record_purchase,
        notices=_tell("order.purchased", Role.CLIENT, Role.STORAGE),
    ),
    Row(
        trigger=Trigger.FAIL_PURCHASE,
        source=State.PURCHASING,
        target=State.EFFECTIVE,
        clause="PSR-8",
        roles=PLATFORM,
        posts=postings.release_purchase,
        notices=_tell("order.purchase_failed", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.REJECT_PURCHASE,
        source=State.PURCHASING,
        target=State.UNREALIZABLE,
        clause="PSR-9",
        roles=PLATFORM,
        posts=postings.refund_collected,
        notices=_tell("order.unrealizable", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.PURCHASING,
        target=State.PURCHASING,
        clause="PSR-8",
        notices=_tell("order.purchase_outcome_unknown", Role.PROVIDER, Role.PLATFORM),
    ),
    # The goods at the storage: the provider's duty ends there.
    Row(
        trigger=Trigger.WAREHOUSE_RECEIPT,
        source=State.PURCHASED,
        target=State.WAREHOUSED,
        clause="PSR-16",
        roles=STORAGE,
        notices=_tell("order.warehoused", Role.CLIENT, Role.PROVIDER, Role.LOGISTICS),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.PURCHASED,
        target=State.PURCHASED,
        clause="PSR-8",
        notices=_tell("order.arrival_overdue", Role.PROVIDER, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.OBJECT_TO_GOODS,
        source=State.WAREHOUSED,
        target=State.WAREHOUSE_OBJECTION,
        clause="PSR-16",
        roles=LOGISTICS,
        notices=_tell("order.goods_objected", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.END_DUTY,
        source=State.WAREHOUSED,
        target=State.STORED,
        clause="PSR-16",
        posts=postings.earn_fee,
        notices=_tell("order.stored", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.RESOLVE_OBJECTION,
        source=State.WAREHOUSE_OBJECTION,
        target=State.STORED,
        clause="PSR-16",
        roles=LOGISTICS,
        posts=postings.earn_fee,
        notices=_tell("order.stored", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.WAREHOUSE_OBJECTION,
        target=State.WAREHOUSE_OBJECTION,
        clause="PSR-16",
        notices=_tell("order.objection_unresolved", Role.PROVIDER, Role.PLATFORM),
    ),
    # The way abroad, and receipt.
    Row(
        trigger=Trigger.CLEAR_CUSTOMS,
        source=State.STORED,
        target=State.EXPORTED,
        clause="PSR-12-7",
        roles=LOGISTICS,
        notices=_tell("order.exported", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.END_FREE_STORAGE,
        source=State.STORED,
        target=State.STORED,
        clause="PSR-7",
        notices=_tell("order.free_storage_ended", Role.CLIENT, Role.LOGISTICS),
    ),
    Row(
        trigger=Trigger.DELIVER,
        source=State.EXPORTED,
        target=State.DELIVERED,
        clause="PSR-17-1",
        roles=LOGISTICS,
        notices=_tell("order.delivered", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.EXPORTED,
        target=State.EXPORTED,
        clause="PSR-8",
        notices=_tell("order.transit_overdue", Role.LOGISTICS, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.CONFIRM_RECEIPT,
        source=State.DELIVERED,
        target=State.RECEIVED,
        clause="PSR-18-2",
        roles=CLIENT,
        notices=_tell("order.received", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ADVISE,
        source=State.DELIVERED,
        target=State.DELIVERED,
        clause="PSR-18-1",
        notices=_tell("order.check_advised", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.DEEM_RECEIVED,
        source=State.DELIVERED,
        target=State.RECEIVED,
        clause="PSR-18-2",
        notices=_tell("order.deemed_received", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.CLOSE,
        source=State.RECEIVED,
        target=State.CLOSED,
        clause="PSR-13-2",
        notices=_tell("order.closed", Role.CLIENT, Role.PROVIDER),
    ),
)

WAITS = (
    Wait(state=State.NEW, says="being requested", next_actor=Role.CLIENT),
    Wait(
        state=State.REQUESTED,
        says="waits for the provider's answer",
        next_actor=Role.PROVIDER,
        deadlines=(Deadline(term="acceptance", trigger=Trigger.LAPSE),),
    ),
    Wait(
        state=State.ACCEPTED,
        says="waits for the client's payment",
        next_actor=Role.CLIENT,
        deadlines=(Deadline(term="payment", trigger=Trigger.LAPSE),),
    ),
    Wait(
        state=State.PAYING,
        says="waits for the payment institution's answer",
        next_actor=Role.PAYMENT_INSTITUTION,
        deadlines=(Deadline(term="payment_outcome", trigger=Trigger.ESCALATE, again="escalation"),),
        errand=Errand(
            call=Call.CAPTURE,
            answers=MappingProxyType(
                {
                    Answer.DONE: Trigger.CONFIRM_PAYMENT,
                    Answer.REJECTED: Trigger.DECLINE_PAYMENT,
                    Answer.FAILED: Trigger.DECLINE_PAYMENT,
                }
            ),
        ),
    ),
    Wait(
        state=State.EFFECTIVE,
        says="agreed and paid; waits for the purchase",
        next_actor=Role.PROVIDER,
        deadlines=(Deadline(term="purchase", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
    Wait(
        state=State.PURCHASING,
        says="waits for the seller's answer",
        next_actor=Role.PLATFORM,
        deadlines=(
            Deadline(term="purchase_outcome", trigger=Trigger.ESCALATE, again="escalation"),
        ),
        errand=Errand(
            call=Call.BUY,
            answers=MappingProxyType(
                {
                    Answer.DONE: Trigger.RECORD_PURCHASE,
                    Answer.REJECTED: Trigger.REJECT_PURCHASE,
                    Answer.FAILED: Trigger.FAIL_PURCHASE,
                }
            ),
        ),
    ),
    Wait(
        state=State.PURCHASED,
        says="bought; the goods are on their way to the storage",
        next_actor=Role.STORAGE,
        deadlines=(Deadline(term="arrival", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
    Wait(
        state=State.WAREHOUSED,
        says="at the storage; logistics may object",
        next_actor=Role.LOGISTICS,
        deadlines=(Deadline(term="warehouse_objection_window", trigger=Trigger.END_DUTY),),
    ),
    Wait(
        state=State.WAREHOUSE_OBJECTION,
        says="logistics objected to the goods",
        next_actor=Role.LOGISTICS,
        deadlines=(
            Deadline(term="warehouse_objection", trigger=Trigger.ESCALATE, again="escalation"),
        ),
    ),
    Wait(
        state=State.STORED,
        says="stored; waits for export",
        next_actor=Role.LOGISTICS,
        deadlines=(
            Deadline(
                term="free_storage",
                trigger=Trigger.END_FREE_STORAGE,
                again="storage_reminder",
            ),
        ),
    ),
    Wait(
        state=State.EXPORTED,
        says="cleared customs; on its way to the client",
        next_actor=Role.LOGISTICS,
        deadlines=(Deadline(term="transit", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
    Wait(
        state=State.DELIVERED,
        says="delivered; waits for the client to confirm receipt",
        next_actor=Role.CLIENT,
        deadlines=(
            Deadline(term="receipt_advice", trigger=Trigger.ADVISE),
            Deadline(term="receipt", trigger=Trigger.DEEM_RECEIVED),
        ),
    ),
    Wait(
        state=State.RECEIVED,
        says="received; open to claims until the statutory period ends",
        next_actor=Role.CLOCK,
        deadlines=(Deadline(term="statutory", trigger=Trigger.CLOSE),),
    ),
)

ENDS = {
    State.CLOSED: "closed",
    State.REFUSED: "refused by the provider",
    State.WITHDRAWN: "withdrawn by the client",
    State.LAPSED: "lapsed at a deadline",
    State.UNREALIZABLE: "unrealizable; what the provider collected goes back",
}

FULFILMENT = Table(
    name=TableName.FULFILMENT,
    initial=State.NEW,
    ends=MappingProxyType(ENDS),
    triggers=MappingProxyType(TRIGGERS),
    rows=ROWS,
    waits=WAITS,
)
