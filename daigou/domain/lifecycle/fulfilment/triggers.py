"""Owns the triggers of the fulfilment axis: each in words, with its command and its clause."""

from daigou.domain import commands
from daigou.domain.lifecycle.table import TriggerSpec
from daigou.domain.order import Trigger

TRIGGERS = {
    Trigger.REQUEST: TriggerSpec(
        says="ask for a purchase", command=commands.Request, clause="PSR-1-1"
    ),
    Trigger.PERMIT_GOODS: TriggerSpec(
        says="decide that goods in doubt may be bought",
        command=commands.Verdict,
        clause="PSR-14",
    ),
    Trigger.PROHIBIT_GOODS: TriggerSpec(
        says="decide that goods in doubt may not be bought",
        command=commands.Verdict,
        clause="PSR-14",
    ),
    Trigger.RAISE_CAUTION: TriggerSpec(
        says="caution the client about the goods",
        command=commands.Caution,
        clause="PSR-15-1",
    ),
    Trigger.ACKNOWLEDGE_CAUTION: TriggerSpec(
        says="acknowledge a caution about the goods",
        command=commands.Caution,
        clause="PSR-15-1",
    ),
    Trigger.LIMIT_PRICE_DRIFT: TriggerSpec(
        says="say how much more the seller may charge without asking",
        command=commands.LimitPriceDrift,
        clause="PSR-10-2",
    ),
    Trigger.ACCEPT: TriggerSpec(
        says="accept the request and open the checkout", command=commands.Accept, clause="PSR-2-1"
    ),
    Trigger.REFUSE: TriggerSpec(
        says="refuse the order with a reason", command=commands.Refuse, clause="PSR-2-1"
    ),
    Trigger.WITHDRAW: TriggerSpec(
        says="take the request back, or let the advance deposit go",
        command=commands.Withdraw,
        clause="PSR-2-2",
    ),
    Trigger.CHOOSE_LOGISTICS: TriggerSpec(
        says="choose who ships the goods abroad", command=commands.ChooseLogistics, clause="PSR-5"
    ),
    Trigger.PAY: TriggerSpec(
        says="pay the whole of what is due", command=commands.Pay, clause="PSR-2-2"
    ),
    Trigger.CONFIRM_PAYMENT: TriggerSpec(
        says="say that the payment was captured", command=commands.Outcome, clause="PSR-2-2"
    ),
    Trigger.DECLINE_PAYMENT: TriggerSpec(
        says="say that the payment was declined", command=commands.Outcome, clause="PSR-2-2"
    ),
    Trigger.REPORT_PRICE: TriggerSpec(
        says="report what the seller asks now, and for how many",
        command=commands.ActualPrice,
        clause="PSR-10-2",
    ),
    Trigger.QUOTE_ANEW: TriggerSpec(
        says="say that the seller answered with another price or a part",
        command=commands.ActualPrice,
        clause="PSR-10-2",
    ),
    Trigger.ACCEPT_PART: TriggerSpec(
        says="take the part that the seller has",
        command=commands.Plain,
        clause="PSR-9",
    ),
    Trigger.DECLINE_OFFER: TriggerSpec(
        says="decline the higher price, or the part",
        command=commands.Plain,
        clause="PSR-9",
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
    Trigger.REPORT_PROGRESS: TriggerSpec(
        says="report how the order goes, or what goes wrong",
        command=commands.Noted,
        clause="PSR-8",
    ),
    Trigger.OBJECT_TO_RECEIPT: TriggerSpec(
        says="object to what was delivered, with the reason",
        command=commands.Objection,
        clause="PSR-18-3",
    ),
    Trigger.SETTLE_OBJECTION: TriggerSpec(
        says="say what came of checking the objection with logistics",
        command=commands.CauseFound,
        clause="PSR-17-2",
    ),
    Trigger.CONFIRM_RECEIPT: TriggerSpec(
        says="confirm receipt without objection", command=commands.Plain, clause="PSR-18-2"
    ),
    Trigger.FOLLOW_PARCELS: TriggerSpec(
        says="the slowest parcel moved: the order stands where it does",
        command=commands.Plain,
        clause="PSR-8",
    ),
    Trigger.FOLLOW_CASE: TriggerSpec(
        says="a case stops the order's clocks, lets them go on, or ends it",
        command=commands.Plain,
        clause="PSR-12-1-B",
    ),
    Trigger.HEED_CHARGEBACK: TriggerSpec(
        says="a payment was charged back: the order waits, goes on, or ends",
        command=commands.PaymentHold,
        clause="PSR-22-1",
    ),
    Trigger.REFUSE_SERVICE: TriggerSpec(
        says="refuse the service for what the client owes of a chargeback",
        command=commands.Noted,
        clause="PSR-22-3",
    ),
    Trigger.DISPOSE_GOODS: TriggerSpec(
        says="record that retained goods were sold for what the client owes",
        command=commands.DisposeGoods,
        clause="PSR-22-3",
    ),
    Trigger.LAPSE: TriggerSpec(
        says="the window passed unused", command=commands.Plain, clause="PSR-2-1"
    ),
    Trigger.REMIND: TriggerSpec(
        says="the duty is due soon",
        command=commands.Plain,
        clause="PSR-8",
    ),
    Trigger.PROMPT: TriggerSpec(
        says="news of the order are due soon",
        command=commands.Plain,
        clause="PSR-8",
    ),
    Trigger.CHASE: TriggerSpec(
        says="nothing was heard: ask the provider for news",
        command=commands.Plain,
        clause="PSR-8",
    ),
    Trigger.FORFEIT: TriggerSpec(
        says="the balance did not come: the advance deposit is lost",
        command=commands.Plain,
        clause="PSR-15-2",
    ),
    Trigger.ESCALATE: TriggerSpec(
        says="the wait is overdue: tell the platform", command=commands.Plain, clause="PSR-8"
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
