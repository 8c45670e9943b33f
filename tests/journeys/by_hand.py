"""The rules once more, written by hand from the design: what each step says, and to whom.

Nothing here is derived from the product's own tables: the two are held against each other.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One step: where it leads, by which clause, by which role, and who is told what."""

    target: str
    clause: str
    role: str
    tells: tuple[str, ...] = ()


def to(event: str, *roles: str) -> tuple[str, ...]:
    """Each of the roles is told of an event."""
    return tuple(f"{event} to {role}" for role in roles)


EFFECTIVE = to("order.effective", "client", "provider")
TOPPED_UP = to("order.topped_up", "client", "provider")
BALANCE_PAID = to("order.balance_paid", "client", "provider")
UNREALIZABLE = to("order.unrealizable", "client", "provider")
RECOVERING = to("order.advance_to_recover", "client", "provider")
FORFEITED = to("order.forfeited", "client", "provider")
TOP_UP_DUE = to("order.top_up_due", "client")
PART_OFFERED = to("order.part_offered", "client")

NOT_BOUGHT = ("effective", "awaiting_balance")
BOUGHT = ("purchased", "going_back", "dispatched", "stored")
"""Where orders stand that these journeys cancel, or try to: a purchase under way is neither."""

ORDER: dict[tuple[str, str], Rule] = {
    ("request", "new"): Rule("requested", "PSR-1-1", "client", to("order.requested", "provider")),
    ("request-doubtful", "new"): Rule(
        "in_review", "PSR-14", "client", to("order.review_due", "platform")
    ),
    ("permit-goods", "in_review"): Rule(
        "requested",
        "PSR-14",
        "platform",
        to("order.requested", "provider") + to("order.permitted", "client"),
    ),
    ("prohibit-goods", "in_review"): Rule(
        "refused", "PSR-14", "platform", to("order.refused", "client")
    ),
    ("withdraw", "in_review"): Rule("withdrawn", "PSR-2-2", "client"),
    ("escalate", "in_review"): Rule(
        "in_review", "PSR-14", "clock", to("order.review_overdue", "platform")
    ),
    ("lapse", "in_review"): Rule("lapsed", "PSR-2-1", "clock", to("order.lapsed", "client")),
    ("raise-caution", "requested"): Rule(
        "requested", "PSR-15-1", "provider", to("order.cautioned", "client")
    ),
    ("raise-caution-by-platform", "requested"): Rule(
        "requested", "PSR-15-1", "platform", to("order.cautioned", "client")
    ),
    ("acknowledge-caution", "requested"): Rule(
        "requested", "PSR-15-1", "client", to("order.caution_acknowledged", "provider")
    ),
    ("accept", "requested"): Rule(
        "accepted",
        "PSR-2-1",
        "provider",
        to("order.accepted", "client") + to("order.payment_due", "client"),
    ),
    ("refuse", "requested"): Rule("refused", "PSR-2-1", "provider", to("order.refused", "client")),
    ("refuse", "accepted"): Rule("refused", "PSR-3-2", "provider", to("order.refused", "client")),
    ("refuse", "effective"): Rule("refused", "PSR-3-2", "provider", to("order.refused", "client")),
    ("withdraw", "requested"): Rule(
        "withdrawn", "PSR-2-2", "client", to("order.withdrawn", "provider")
    ),
    ("withdraw", "accepted"): Rule(
        "withdrawn", "PSR-2-2", "client", to("order.withdrawn", "provider")
    ),
    ("lapse", "requested"): Rule(
        "lapsed", "PSR-2-1", "clock", to("order.lapsed", "client", "provider")
    ),
    ("lapse", "accepted"): Rule(
        "lapsed", "PSR-2-2", "clock", to("order.lapsed", "client", "provider")
    ),
    ("choose-logistics", "requested"): Rule("requested", "PSR-5", "client"),
    ("choose-logistics", "accepted"): Rule("accepted", "PSR-5", "client"),
    ("limit-price-drift", "requested"): Rule("requested", "PSR-10-2", "client"),
    ("limit-price-drift", "accepted"): Rule("accepted", "PSR-10-2", "client"),
    ("limit-price-drift", "effective"): Rule("effective", "PSR-10-2", "client"),
    # Paid from the deposit alone; `pay-institution` is `pay` where the institution is asked. While
    # it is, the state says what is paid: `paying` at the checkout, with a suffix what comes later.
    ("pay", "accepted"): Rule("effective", "PSR-2-2", "client", EFFECTIVE),
    ("pay", "awaiting_top_up"): Rule("effective", "PSR-10-2", "client", TOPPED_UP),
    ("pay", "awaiting_balance"): Rule("effective", "PSR-15-2", "client", BALANCE_PAID),
    ("pay-institution", "accepted"): Rule("paying", "PSR-2-2", "client"),
    ("pay-institution", "awaiting_top_up"): Rule("paying", "PSR-10-2", "client"),
    ("pay-institution", "awaiting_balance"): Rule("paying", "PSR-15-2", "client"),
    ("confirm-payment", "paying"): Rule("effective", "PSR-2-2", "payment_institution", EFFECTIVE),
    ("confirm-payment-top-up", "paying"): Rule(
        "effective", "PSR-10-2", "payment_institution", TOPPED_UP
    ),
    ("confirm-payment-balance", "paying"): Rule(
        "effective", "PSR-15-2", "payment_institution", BALANCE_PAID
    ),
    ("decline-payment", "paying"): Rule(
        "accepted", "PSR-2-2", "payment_institution", to("order.payment_declined", "client")
    ),
    ("decline-payment-top-up", "paying"): Rule(
        "awaiting_top_up",
        "PSR-10-2",
        "payment_institution",
        to("order.payment_declined", "client"),
    ),
    ("decline-payment-balance", "paying"): Rule(
        "awaiting_balance",
        "PSR-15-2",
        "payment_institution",
        to("order.payment_declined", "client"),
    ),
    ("escalate", "paying"): Rule(
        "paying", "PSR-2-2", "clock", to("order.payment_outcome_unknown", "platform")
    ),
    ("withdraw", "awaiting_balance"): Rule("forfeited", "PSR-15-2", "client", FORFEITED),
    ("forfeit", "awaiting_balance"): Rule("forfeited", "PSR-15-2", "clock", FORFEITED),
    ("decline-offer", "awaiting_top_up"): Rule("unrealizable", "PSR-10-2", "client", UNREALIZABLE),
    ("lapse", "awaiting_top_up"): Rule("unrealizable", "PSR-10-2", "clock", UNREALIZABLE),
    ("purchase", "effective"): Rule("purchasing", "PSR-8", "provider"),
    ("report-unrealizable", "effective"): Rule(
        "unrealizable", "PSR-9", "provider", to("order.unrealizable", "client")
    ),
    ("remind", "effective"): Rule(
        "effective", "PSR-8", "clock", to("order.purchase_due", "provider")
    ),
    ("escalate", "effective"): Rule(
        "effective", "PSR-8", "clock", to("order.purchase_overdue", "provider", "platform")
    ),
    # What the seller asks: told by the provider, or by its own answer (`quote-anew`).
    ("report-price-part", "effective"): Rule("awaiting_choice", "PSR-9", "provider", PART_OFFERED),
    ("report-price-fell", "effective"): Rule(
        "effective", "PSR-10-2", "provider", to("order.price_fell", "client", "provider")
    ),
    ("report-price-allowed", "effective"): Rule(
        "effective", "PSR-10-2", "provider", to("order.price_rise_charged", "client", "provider")
    ),
    ("report-price-rose", "effective"): Rule("awaiting_top_up", "PSR-10-2", "provider", TOP_UP_DUE),
    ("quote-anew-part", "purchasing"): Rule("awaiting_choice", "PSR-9", "platform", PART_OFFERED),
    ("quote-anew-fell", "purchasing"): Rule(
        "effective", "PSR-10-2", "platform", to("order.price_fell", "client", "provider")
    ),
    ("quote-anew-allowed", "purchasing"): Rule(
        "effective", "PSR-10-2", "platform", to("order.price_rise_charged", "client", "provider")
    ),
    ("quote-anew-rose", "purchasing"): Rule("awaiting_top_up", "PSR-10-2", "platform", TOP_UP_DUE),
    ("accept-part", "awaiting_choice"): Rule(
        "effective", "PSR-10-2", "client", to("order.part_accepted", "provider")
    ),
    ("accept-part-dearer", "awaiting_choice"): Rule(
        "awaiting_top_up", "PSR-10-2", "client", TOP_UP_DUE
    ),
    ("decline-offer", "awaiting_choice"): Rule("unrealizable", "PSR-9", "client", UNREALIZABLE),
    ("lapse", "awaiting_choice"): Rule("unrealizable", "PSR-9", "clock", UNREALIZABLE),
    ("record-purchase", "purchasing"): Rule(
        "purchased", "PSR-8", "platform", to("order.purchased", "client", "storage")
    ),
    ("record-purchase-by-hand", "purchasing"): Rule(
        "purchased", "PSR-8", "provider", to("order.purchased", "client", "storage")
    ),
    ("record-purchase-advance", "purchasing"): Rule(
        "awaiting_balance", "PSR-15-2", "platform", to("order.balance_due", "client")
    ),
    ("fail-purchase", "purchasing"): Rule(
        "effective", "PSR-8", "platform", to("order.purchase_failed", "provider")
    ),
    ("reject-purchase", "purchasing"): Rule("unrealizable", "PSR-9", "platform", UNREALIZABLE),
    # The seller has an advance deposit: it comes back before the order ends.
    ("reject-purchase-advance", "purchasing"): Rule("recovering", "PSR-9", "platform", RECOVERING),
    ("decline-offer-advance", "awaiting_top_up"): Rule(
        "recovering", "PSR-10-2", "client", RECOVERING
    ),
    ("report-unrealizable", "recovering"): Rule(
        "unrealizable", "PSR-9", "provider", to("order.unrealizable", "client")
    ),
    ("escalate", "recovering"): Rule(
        "recovering", "PSR-9", "clock", to("order.recovery_overdue", "provider", "platform")
    ),
    ("escalate", "purchasing"): Rule(
        "purchasing",
        "PSR-8",
        "clock",
        to("order.purchase_outcome_unknown", "provider", "platform"),
    ),
    **{
        (trigger, state): Rule(state, "PSR-8", role, tells)
        for state in ("purchased", "dispatched")
        for trigger, role, tells in (
            ("report-progress", "provider", to("order.progress_reported", "client")),
            ("prompt", "clock", to("order.feedback_due", "provider")),
            ("chase", "clock", to("order.feedback_overdue", "provider", "platform")),
        )
    },
    ("remind", "purchased"): Rule(
        "purchased", "PSR-8", "clock", to("order.dispatch_due", "provider")
    ),
    ("escalate", "purchased"): Rule(
        "purchased", "PSR-8", "clock", to("order.dispatch_overdue", "provider", "platform")
    ),
    ("advise", "delivered"): Rule(
        "delivered", "PSR-18-1", "clock", to("order.check_advised", "client")
    ),
    ("confirm-receipt", "delivered"): Rule(
        "received", "PSR-18-2", "client", to("order.received", "provider")
    ),
    ("confirm-receipt", "receipt_objection"): Rule(
        "received", "PSR-18-2", "client", to("order.received", "provider")
    ),
    ("deem-received", "delivered"): Rule(
        "received", "PSR-18-2", "clock", to("order.deemed_received", "client", "provider")
    ),
    ("object-to-receipt", "delivered"): Rule(
        "receipt_objection",
        "PSR-18-3",
        "client",
        to("order.receipt_objected", "provider", "logistics", "platform"),
    ),
    ("settle-objection", "receipt_objection"): Rule(
        "delivered", "PSR-18-3", "platform", to("order.objection_settled", "client", "provider")
    ),
    ("settle-objection-logistics", "receipt_objection"): Rule(
        "delivered",
        "PSR-17-2",
        "platform",
        to("order.claim_against_logistics", "client", "logistics", "provider"),
    ),
    ("escalate", "receipt_objection"): Rule(
        "receipt_objection", "PSR-18-3", "clock", to("order.objection_overdue", "platform")
    ),
    ("close", "received"): Rule(
        "closed", "PSR-13-2", "clock", to("order.closed", "client", "provider")
    ),
    # The order's own clocks stand still while a case is open, go on after it, or it ends by it.
    **{
        ("follow-case-held", state): Rule(
            state, "PSR-12-1-A" if state in NOT_BOUGHT else "PSR-12-1-B", ""
        )
        for state in (*NOT_BOUGHT, "purchasing", *BOUGHT)
    },
    **{
        ("follow-case-free", state): Rule(state, "PSR-12-1-B", "")
        for state in (*BOUGHT, "exported")
    },
    **{
        ("follow-case-cancelled", state): Rule(
            "cancelled",
            "PSR-12-1-A" if state in NOT_BOUGHT else "PSR-12-1-B",
            "",
            to("order.cancelled", "client", "provider"),
        )
        for state in (*NOT_BOUGHT, *BOUGHT)
    },
    **{
        (f"follow-case-{how}", state): Rule(state, "PSR-13-4", "")
        for how in ("held", "free")
        for state in ("delivered", "received")
    },
    **{
        ("follow-case-dissolved", state): Rule(
            "dissolved", "PSR-13-6", "", to("order.dissolved", "client", "provider")
        )
        for state in ("delivered", "received")
    },
}
"""Of the order itself, by trigger and state. Suffixes tell apart who acts, and what it leads to."""

FOLLOWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "dispatched": ("PSR-8", to("order.dispatched", "client", "storage")),
    "going_back": ("PSR-12-6", ()),
    "warehouse_objection": ("PSR-16", ()),
    "warehoused": ("PSR-16", to("order.warehoused", "client", "provider")),
    "stored": ("PSR-16", to("order.stored", "client", "provider")),
    "exported": ("PSR-12-7", to("order.exported", "client")),
    "delivered": ("PSR-17-1", to("order.delivered", "client")),
    "unrealizable": ("PSR-9", UNREALIZABLE),
    "abandoned": ("PSR-7", to("order.abandoned", "client", "provider")),
    "closed": ("PSR-17-2", to("order.closed", "client", "provider")),
}
"""The order follows its slowest parcel: by the stage that it comes to, its clause and notices."""
UNTOLD = {("going_back", "dispatched")}
"""From where to where it follows and nobody is told: the parcel was lost, which is told of it."""

AXES = {
    "p": "parcel",
    "r": "requirement",
    "q": "question",
    "o": "opinion",
    "c": "cancellation",
    "d": "dissolution",
    "b": "refund",
}
BESIDE = {
    "k": "claim",
    "t": "tip",
    "x": "chargeback",
    "w": "withdrawal",
    "f": "freeze",
    "a": "closure",
}
"""The letters of what is no item of the order, but beside it."""
FIRST = {"b": "due"}
"""The state that an item is in before its first step; `new` where nothing is said."""

SUFFIXED = (
    "request-cancellation",
    "consent-to-cancellation",
    "refuse-cancellation",
    "record-cancellation-refund",
    "settle-cancellation",
    "follow-case",
    "follow-order",
    "heed-chargeback",
    "report-chargeback",
    "pay-chargeback",
    "offset-deposit",
    "collect-debt",
    "place-freeze",
    "request-dissolution",
    "prove-disposal",
    "record-dissolution-refund",
    "record-return-cost",
    "lapse",
    "make-claim",
    "admit-claim",
    "record-compensation",
    "request-withdrawal",
    "request",
    "raise-caution",
    "confirm-payment",
    "decline-payment",
    "report-price",
    "quote-anew",
    "accept-part",
    "record-purchase",
    "reject-purchase",
    "decline-offer",
    "settle-objection",
    "report-lost",
    "charge-storage",
    "settle-package",
    "answer-question",
)
"""The triggers that take a suffix here; without it they are what the product calls them. What
begins like another one stands before it."""


def trigger_of(name: str) -> str:
    """As the product calls what a step is named here."""
    if name == "pay-institution":
        return "pay"
    return next((each for each in SUFFIXED if f"{name}-".startswith(f"{each}-")), name)
