"""Owns the parcel axis: each parcel's own way from the seller to the client's door."""

from types import MappingProxyType

from daigou.domain import commands, postings
from daigou.domain.lifecycle import case_guards, guards
from daigou.domain.lifecycle.case_guards import UNDISTURBED
from daigou.domain.lifecycle.table import Deadline, Row, Table, TriggerSpec, Wait
from daigou.domain.lifecycle.words import (
    CLIENT,
    LOGISTICS,
    NO_DEPOSIT,
    PLATFORM,
    PROVIDER,
    STORAGE,
    tell,
)
from daigou.domain.order import Role, State, TableName, Trigger

_NEW_PARCEL = (guards.goods_are_bought, guards.goods_are_missing)
_ON_THE_WAY = ("movement", "arrival_reminder", "arrival")
_AT_THE_STORAGE = ("warehouse_objection_window",)
_STORED_ANEW = ("free_storage_warning", "free_storage", "abandonment_warning", "abandonment")

ROWS = (
    # From the seller to the storage.
    Row(
        trigger=Trigger.DISPATCH,
        source=State.NEW,
        target=State.DISPATCHED,
        clause="PSR-8",
        roles=PROVIDER,
        guards=_NEW_PARCEL,
        notices=tell("parcel.dispatched", Role.STORAGE),
    ),
    Row(
        trigger=Trigger.TRACK,
        source=State.DISPATCHED,
        target=State.DISPATCHED,
        clause="PSR-8",
        roles=PROVIDER | PLATFORM,
        restarts=("movement",),
    ),
    Row(
        trigger=Trigger.PROMPT,
        source=State.DISPATCHED,
        target=State.DISPATCHED,
        clause="PSR-8",
        notices=tell("parcel.not_moving", Role.PROVIDER, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.REMIND,
        source=State.DISPATCHED,
        target=State.DISPATCHED,
        clause="PSR-8",
        notices=tell("parcel.arrival_due", Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.DISPATCHED,
        target=State.DISPATCHED,
        clause="PSR-8",
        notices=tell("parcel.arrival_overdue", Role.PROVIDER, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.WAREHOUSE_RECEIPT,
        source=State.NEW,
        target=State.WAREHOUSED,
        clause="PSR-16",
        roles=STORAGE,
        guards=_NEW_PARCEL,
        notices=tell("parcel.warehoused", Role.LOGISTICS),
    ),
    *(
        Row(
            trigger=Trigger.WAREHOUSE_RECEIPT,
            source=source,
            target=State.WAREHOUSED,
            clause="PSR-16",
            roles=STORAGE,
            notices=tell("parcel.warehoused", Role.LOGISTICS),
            # What comes back from its way to the seller is stored as if for the first time (PSR-7).
            restarts=_AT_THE_STORAGE + (() if source == State.DISPATCHED else _STORED_ANEW),
        )
        for source in (State.DISPATCHED, State.LOST, State.GOING_BACK)
    ),
    # A parcel that is lost, or objected to, is sent again or paid back by the seller.
    Row(
        trigger=Trigger.REPORT_LOST,
        source=State.DISPATCHED,
        target=State.LOST,
        clause="PSR-8",
        roles=PROVIDER | PLATFORM,
        notices=tell("parcel.lost", Role.CLIENT, Role.PROVIDER),
        restarts=("loss",),
    ),
    # Goods that the seller never sent are a parcel that never came.
    Row(
        trigger=Trigger.REPORT_LOST,
        source=State.NEW,
        target=State.LOST,
        clause="PSR-8",
        roles=PROVIDER | PLATFORM,
        guards=_NEW_PARCEL,
        notices=tell("parcel.lost", Role.CLIENT, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.LOST,
        target=State.LOST,
        clause="PSR-8",
        notices=tell("parcel.loss_unresolved", Role.PROVIDER, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.OBJECT_TO_GOODS,
        source=State.WAREHOUSED,
        target=State.WAREHOUSE_OBJECTION,
        clause="PSR-16",
        roles=LOGISTICS,
        notices=tell("parcel.objected", Role.CLIENT, Role.PROVIDER),
        restarts=("warehouse_objection",),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.WAREHOUSE_OBJECTION,
        target=State.WAREHOUSE_OBJECTION,
        clause="PSR-16",
        notices=tell("parcel.objection_unresolved", Role.PROVIDER, Role.PLATFORM),
    ),
    *(
        row
        for source in (State.LOST, State.WAREHOUSE_OBJECTION, State.HANDED_BACK)
        for row in (
            Row(
                trigger=Trigger.EXCHANGE,
                source=source,
                target=State.DISPATCHED,
                clause="PSR-8",
                roles=PROVIDER,
                guards=UNDISTURBED,
                notices=tell("parcel.exchanged", Role.CLIENT, Role.STORAGE),
                restarts=_ON_THE_WAY,
            ),
            Row(
                trigger=Trigger.RECORD_SELLER_REFUND,
                source=source,
                target=State.RETURNED,
                clause="PSR-9",
                roles=PROVIDER | PLATFORM,
                guards=UNDISTURBED,
                posts=postings.pass_on_seller_refund,
                notices=tell("parcel.seller_refunded", Role.CLIENT),
            ),
        )
    ),
    Row(
        trigger=Trigger.RESOLVE_OBJECTION,
        source=State.WAREHOUSE_OBJECTION,
        target=State.STORED,
        clause="PSR-16",
        roles=LOGISTICS,
    ),
    Row(
        trigger=Trigger.ACCEPT_GOODS,
        source=State.WAREHOUSE_OBJECTION,
        target=State.STORED,
        clause="PSR-16",
        roles=CLIENT,
        notices=tell("parcel.accepted_as_it_is", Role.PROVIDER, Role.LOGISTICS),
    ),
    # Cancelled: the goods go back to the seller.
    *(
        Row(
            trigger=Trigger.SEND_BACK,
            source=source,
            target=State.GOING_BACK,
            clause="PSR-12-6",
            roles=roles,
            guards=(case_guards.goods_are_to_go_back,),
            notices=tell("parcel.sent_back", Role.PROVIDER, Role.CLIENT),
            restarts=("return_transit",),
        )
        for source, roles in (
            (State.DISPATCHED, PROVIDER),
            (State.WAREHOUSED, STORAGE),
            (State.WAREHOUSE_OBJECTION, STORAGE),
            (State.STORED, STORAGE),
        )
    ),
    Row(
        trigger=Trigger.HAND_BACK,
        source=State.GOING_BACK,
        target=State.HANDED_BACK,
        clause="PSR-12-6",
        roles=PROVIDER | PLATFORM,
        notices=tell("parcel.handed_back", Role.CLIENT),
        restarts=("handed_back",),
    ),
    Row(
        trigger=Trigger.REPORT_LOST,
        source=State.GOING_BACK,
        target=State.LOST,
        clause="PSR-12-6",
        roles=PROVIDER | PLATFORM,
        notices=tell("parcel.lost", Role.CLIENT, Role.PROVIDER),
        restarts=("loss",),
    ),
    *(
        Row(
            trigger=Trigger.ESCALATE,
            source=state,
            target=state,
            clause="PSR-12-6",
            notices=tell("parcel.return_overdue", Role.PROVIDER, Role.PLATFORM),
        )
        for state in (State.GOING_BACK, State.HANDED_BACK)
    ),
    # The provider's duty ends; the storage keeps the goods, free at first.
    Row(
        trigger=Trigger.END_DUTY,
        source=State.WAREHOUSED,
        target=State.STORED,
        clause="PSR-16",
    ),
    Row(
        trigger=Trigger.WARN_OF_CHARGES,
        source=State.STORED,
        target=State.STORED,
        clause="PSR-7",
        notices=tell("parcel.free_storage_ending", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.CHARGE_STORAGE,
        source=State.STORED,
        target=State.STORED,
        clause="PSR-7",
        posts=postings.charge_storage,
        notices=tell("parcel.storage_charged", Role.CLIENT, Role.STORAGE),
        gives_way=NO_DEPOSIT,
    ),
    Row(
        trigger=Trigger.CHARGE_STORAGE,
        source=State.STORED,
        target=State.STORED,
        clause="PSR-7",
        notices=tell("parcel.storage_unpaid", Role.CLIENT, Role.STORAGE, Role.PLATFORM),
    ),
    *(
        Row(
            trigger=Trigger.PAY_STORAGE,
            source=state,
            target=state,
            clause="PSR-7",
            roles=CLIENT,
            guards=(guards.storage_is_owed,),
            posts=postings.pay_storage,
            notices=tell("parcel.storage_charged", Role.STORAGE),
        )
        for state in (State.STORED, State.EXPORTED, State.PACKAGE_REFUSED)
    ),
    Row(
        trigger=Trigger.WARN_OF_ABANDONMENT,
        source=State.STORED,
        target=State.STORED,
        clause="PSR-7",
        notices=tell("parcel.abandonment_near", Role.CLIENT, Role.PLATFORM),
    ),
    Row(
        trigger=Trigger.ABANDON_GOODS,
        source=State.STORED,
        target=State.ABANDONED,
        clause="PSR-7",
        roles=CLIENT,
        guards=UNDISTURBED,
        notices=tell("parcel.abandoned", Role.STORAGE, Role.LOGISTICS),
    ),
    Row(
        trigger=Trigger.DEEM_ABANDONED,
        source=State.STORED,
        target=State.ABANDONED,
        clause="PSR-7",
        notices=tell("parcel.abandoned", Role.CLIENT, Role.STORAGE, Role.PLATFORM),
    ),
    # Abroad, to the client's door.
    Row(
        trigger=Trigger.CLEAR_CUSTOMS,
        source=State.STORED,
        target=State.EXPORTED,
        clause="PSR-12-7",
        roles=LOGISTICS,
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.EXPORTED,
        target=State.EXPORTED,
        clause="PSR-8",
        notices=tell("parcel.transit_overdue", Role.LOGISTICS, Role.PLATFORM),
    ),
    *(
        Row(
            trigger=Trigger.DELIVER,
            source=source,
            target=State.DELIVERED,
            clause="PSR-17-1",
            roles=LOGISTICS,
            notices=tell("parcel.check_packaging", Role.CLIENT),
        )
        for source in (State.EXPORTED, State.PACKAGE_REFUSED)
    ),
    Row(
        trigger=Trigger.REFUSE_PACKAGE,
        source=State.EXPORTED,
        target=State.PACKAGE_REFUSED,
        clause="PSR-17-1",
        roles=CLIENT,
        notices=tell("parcel.package_refused", Role.LOGISTICS, Role.PROVIDER, Role.PLATFORM),
        restarts=("package_check",),
    ),
    Row(
        trigger=Trigger.SETTLE_PACKAGE,
        source=State.PACKAGE_REFUSED,
        target=State.CLAIMED,
        clause="PSR-17-2",
        roles=PLATFORM,
        when=guards.cause_lies_with_logistics,
        notices=tell("parcel.claim_against_logistics", Role.CLIENT, Role.LOGISTICS, Role.PROVIDER),
    ),
    Row(
        trigger=Trigger.SETTLE_PACKAGE,
        source=State.PACKAGE_REFUSED,
        target=State.EXPORTED,
        clause="PSR-17-2",
        roles=PLATFORM,
        notices=tell("parcel.package_settled", Role.CLIENT, Role.LOGISTICS),
        restarts=("transit",),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.PACKAGE_REFUSED,
        target=State.PACKAGE_REFUSED,
        clause="PSR-17-2",
        notices=tell("parcel.package_check_overdue", Role.PLATFORM),
    ),
)

WAITS = (
    Wait(state=State.NEW, says="not on its way yet", next_actor=Role.PROVIDER),
    Wait(
        state=State.DISPATCHED,
        says="on its way to the storage",
        next_actor=Role.STORAGE,
        deadlines=(
            Deadline(term="movement", trigger=Trigger.PROMPT, again="movement"),
            Deadline(term="arrival_reminder", trigger=Trigger.REMIND),
            Deadline(term="arrival", trigger=Trigger.ESCALATE, again="escalation"),
        ),
    ),
    Wait(
        state=State.LOST,
        says="lost on its way to the storage",
        next_actor=Role.PROVIDER,
        deadlines=(Deadline(term="loss", trigger=Trigger.ESCALATE, again="escalation"),),
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
        next_actor=Role.PROVIDER,
        deadlines=(
            Deadline(term="warehouse_objection", trigger=Trigger.ESCALATE, again="escalation"),
        ),
    ),
    Wait(
        state=State.GOING_BACK,
        says="on its way back to the seller",
        next_actor=Role.PROVIDER,
        deadlines=(Deadline(term="return_transit", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
    Wait(
        state=State.HANDED_BACK,
        says="back with the seller",
        next_actor=Role.PROVIDER,
        deadlines=(Deadline(term="handed_back", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
    Wait(
        state=State.STORED,
        says="stored; waits for export",
        next_actor=Role.LOGISTICS,
        deadlines=(
            Deadline(term="free_storage_warning", trigger=Trigger.WARN_OF_CHARGES),
            Deadline(term="free_storage", trigger=Trigger.CHARGE_STORAGE, again="storage_period"),
            Deadline(term="abandonment_warning", trigger=Trigger.WARN_OF_ABANDONMENT),
            Deadline(term="abandonment", trigger=Trigger.DEEM_ABANDONED),
        ),
    ),
    Wait(
        state=State.EXPORTED,
        says="cleared customs; on its way to the client",
        next_actor=Role.LOGISTICS,
        deadlines=(Deadline(term="transit", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
    Wait(
        state=State.PACKAGE_REFUSED,
        says="refused at the door; the platform checks with logistics",
        next_actor=Role.PLATFORM,
        deadlines=(Deadline(term="package_check", trigger=Trigger.ESCALATE, again="escalation"),),
    ),
)

TRIGGERS = {
    Trigger.DISPATCH: TriggerSpec(
        says="record that the seller sent a parcel", command=commands.Dispatch, clause="PSR-8"
    ),
    Trigger.TRACK: TriggerSpec(
        says="record that the parcel moves", command=commands.Transport, clause="PSR-8"
    ),
    Trigger.PROMPT: TriggerSpec(
        says="the parcel does not move: ask for news", command=commands.Plain, clause="PSR-8"
    ),
    Trigger.REMIND: TriggerSpec(
        says="the arrival is due soon", command=commands.Plain, clause="PSR-8"
    ),
    Trigger.ESCALATE: TriggerSpec(
        says="the wait is overdue: tell the platform", command=commands.Plain, clause="PSR-8"
    ),
    Trigger.WAREHOUSE_RECEIPT: TriggerSpec(
        says="record that the storage received the parcel",
        command=commands.WarehouseReceipt,
        clause="PSR-16",
    ),
    Trigger.REPORT_LOST: TriggerSpec(
        says="record that the parcel is lost, or that goods were never sent",
        command=commands.Noted,
        clause="PSR-8",
    ),
    Trigger.OBJECT_TO_GOODS: TriggerSpec(
        says="object to the goods at the storage", command=commands.Objection, clause="PSR-16"
    ),
    Trigger.EXCHANGE: TriggerSpec(
        says="record that the seller sends other goods instead",
        command=commands.Dispatch,
        clause="PSR-8",
    ),
    Trigger.RECORD_SELLER_REFUND: TriggerSpec(
        says="record what the seller paid back, if anything: it goes to the client",
        command=commands.SellerRefund,
        clause="PSR-9",
    ),
    Trigger.RESOLVE_OBJECTION: TriggerSpec(
        says="say that the objection is settled", command=commands.Noted, clause="PSR-16"
    ),
    Trigger.ACCEPT_GOODS: TriggerSpec(
        says="take the goods as they are", command=commands.Plain, clause="PSR-16"
    ),
    Trigger.SEND_BACK: TriggerSpec(
        says="record that the parcel is on its way back to the seller",
        command=commands.Transport,
        clause="PSR-12-6",
    ),
    Trigger.HAND_BACK: TriggerSpec(
        says="record that the seller has the parcel back",
        command=commands.Noted,
        clause="PSR-12-6",
    ),
    Trigger.END_DUTY: TriggerSpec(
        says="no objection in the window: the duty to procure ends",
        command=commands.Plain,
        clause="PSR-16",
    ),
    Trigger.WARN_OF_CHARGES: TriggerSpec(
        says="the free storage ends soon", command=commands.Plain, clause="PSR-7"
    ),
    Trigger.CHARGE_STORAGE: TriggerSpec(
        says="the storage charges for another period", command=commands.Plain, clause="PSR-7"
    ),
    Trigger.PAY_STORAGE: TriggerSpec(
        says="pay the storage's unpaid charges from the deposit",
        command=commands.Plain,
        clause="PSR-7",
    ),
    Trigger.WARN_OF_ABANDONMENT: TriggerSpec(
        says="the goods will count as abandoned soon", command=commands.Plain, clause="PSR-7"
    ),
    Trigger.ABANDON_GOODS: TriggerSpec(
        says="give the goods at the storage up", command=commands.Noted, clause="PSR-7"
    ),
    Trigger.DEEM_ABANDONED: TriggerSpec(
        says="nobody fetched the goods: they count as abandoned",
        command=commands.Plain,
        clause="PSR-7",
    ),
    Trigger.CLEAR_CUSTOMS: TriggerSpec(
        says="record that the parcel cleared export customs",
        command=commands.Transport,
        clause="PSR-12-7",
    ),
    Trigger.DELIVER: TriggerSpec(
        says="record that the parcel was delivered",
        command=commands.Transport,
        clause="PSR-17-1",
    ),
    Trigger.REFUSE_PACKAGE: TriggerSpec(
        says="refuse the package at the door, with the reason",
        command=commands.Objection,
        clause="PSR-17-1",
    ),
    Trigger.SETTLE_PACKAGE: TriggerSpec(
        says="say where the cause of the refused package lies",
        command=commands.CauseFound,
        clause="PSR-17-2",
    ),
}

PARCEL = Table(
    name=TableName.PARCEL,
    initial=State.NEW,
    items=True,
    ends=MappingProxyType(
        {
            State.DELIVERED: "delivered",
            State.RETURNED: "not coming; the seller paid back",
            State.ABANDONED: "abandoned at the storage",
            State.CLAIMED: "refused; the client claims against logistics",
        }
    ),
    triggers=MappingProxyType(TRIGGERS),
    rows=ROWS,
    waits=WAITS,
)
