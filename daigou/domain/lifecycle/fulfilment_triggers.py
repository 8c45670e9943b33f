"""Owns the triggers of the fulfilment axis: each in words, with its command and its clause."""

from daigou.domain import commands
from daigou.domain.lifecycle.table import TriggerSpec
from daigou.domain.order import Trigger

TRIGGERS = {
    Trigger.REQUEST: TriggerSpec(
        says="ask for a purchase", command=commands.Request, clause="PSR-1-1"
    ),
    Trigger.ACCEPT: TriggerSpec(
        says="accept the request and open the checkout", command=commands.Accept, clause="PSR-2-1"
    ),
    Trigger.REFUSE: TriggerSpec(
        says="refuse the request with a reason", command=commands.Refuse, clause="PSR-2-1"
    ),
    Trigger.WITHDRAW: TriggerSpec(
        says="take the request back before paying", command=commands.Withdraw, clause="PSR-2-2"
    ),
    Trigger.CHOOSE_LOGISTICS: TriggerSpec(
        says="choose who ships the goods abroad", command=commands.ChooseLogistics, clause="PSR-5"
    ),
    Trigger.PAY: TriggerSpec(
        says="pay the whole order amount", command=commands.Pay, clause="PSR-2-2"
    ),
    Trigger.CONFIRM_PAYMENT: TriggerSpec(
        says="say that the payment was captured", command=commands.Outcome, clause="PSR-2-2"
    ),
    Trigger.DECLINE_PAYMENT: TriggerSpec(
        says="say that the payment was declined", command=commands.Outcome, clause="PSR-2-2"
    ),
    Trigger.PURCHASE: TriggerSpec(
        says="order the goods from the seller", command=commands.Purchase, clause="PSR-8"
    ),
    Trigger.RECORD_PURCHASE: TriggerSpec(
        says="record that the seller took the order and was paid",
        command=commands.RecordPurchase,
        clause="PSR-8",
    ),
    Trigger.FAIL_PURCHASE: TriggerSpec(
        says="say that the seller was not paid, so that it can be tried again",
        command=commands.Outcome,
        clause="PSR-8",
    ),
    Trigger.REJECT_PURCHASE: TriggerSpec(
        says="say that the seller cannot or will not sell",
        command=commands.Outcome,
        clause="PSR-9",
    ),
    Trigger.REPORT_UNREALIZABLE: TriggerSpec(
        says="report that the seller stopped, sold out or changed the price",
        command=commands.ReportUnrealizable,
        clause="PSR-9",
    ),
    Trigger.WAREHOUSE_RECEIPT: TriggerSpec(
        says="record that the storage received the goods",
        command=commands.WarehouseReceipt,
        clause="PSR-16",
    ),
    Trigger.OBJECT_TO_GOODS: TriggerSpec(
        says="object to the goods at the storage", command=commands.ObjectToGoods, clause="PSR-16"
    ),
    Trigger.RESOLVE_OBJECTION: TriggerSpec(
        says="say that the objection is settled", command=commands.Plain, clause="PSR-16"
    ),
    Trigger.CLEAR_CUSTOMS: TriggerSpec(
        says="record that the goods cleared export customs",
        command=commands.Transport,
        clause="PSR-12-7",
    ),
    Trigger.DELIVER: TriggerSpec(
        says="record that the goods were delivered",
        command=commands.Transport,
        clause="PSR-17-1",
    ),
    Trigger.CONFIRM_RECEIPT: TriggerSpec(
        says="confirm receipt without objection", command=commands.Plain, clause="PSR-18-2"
    ),
    Trigger.LAPSE: TriggerSpec(
        says="the window passed unused", command=commands.Plain, clause="PSR-2-1"
    ),
    Trigger.ESCALATE: TriggerSpec(
        says="the wait is overdue: tell the platform", command=commands.Plain, clause="PSR-8"
    ),
    Trigger.END_DUTY: TriggerSpec(
        says="no objection in the window: the duty to procure ends",
        command=commands.Plain,
        clause="PSR-16",
    ),
    Trigger.END_FREE_STORAGE: TriggerSpec(
        says="the free storage ended", command=commands.Plain, clause="PSR-7"
    ),
    Trigger.ADVISE: TriggerSpec(
        says="advise the client to check the goods", command=commands.Plain, clause="PSR-18-1"
    ),
    Trigger.DEEM_RECEIVED: TriggerSpec(
        says="receipt counts as confirmed without objection",
        command=commands.Plain,
        clause="PSR-18-2",
    ),
    Trigger.CLOSE: TriggerSpec(
        says="the statutory period ended", command=commands.Plain, clause="PSR-13-2"
    ),
}
