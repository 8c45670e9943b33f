"""The rules of an order's items, of claims and of tips: by hand, as the others."""

from tests.journeys.by_hand import Rule, to

CANCELLING = to("cancellation.agreed", "client", "provider")
DISSOLUTION_REFUNDED = to("dissolution.refunded", "client")
GOES_ON = ("client", "provider", "storage", "logistics")
GOODS_GO_BACK = to("cancellation.goods_to_return", "storage", "client", "provider")
LATE_REFUND = to("cancellation.late_refund", "client")
NOT_DISSOLVED = to("dissolution.refused", "client", "provider")
PROVED = to("dissolution.proved", "provider")
RETURN_PAID = to("dissolution.cost_paid", "client")
SETTLED = to("cancellation.settled", "client", "provider", "storage")
TO_CANCEL = to("cancellation.requested", "provider")
TO_SETTLE = to("cancellation.to_settle", "provider")

ITEMS: dict[tuple[str, str, str], Rule] = {
    # p: parcels.
    ("p", "dispatch", "new"): Rule(
        "dispatched", "PSR-8", "provider", to("parcel.dispatched", "storage")
    ),
    ("p", "track", "dispatched"): Rule("dispatched", "PSR-8", "provider"),
    ("p", "prompt", "dispatched"): Rule(
        "dispatched", "PSR-8", "clock", to("parcel.not_moving", "provider", "platform")
    ),
    ("p", "remind", "dispatched"): Rule(
        "dispatched", "PSR-8", "clock", to("parcel.arrival_due", "provider")
    ),
    ("p", "escalate", "dispatched"): Rule(
        "dispatched", "PSR-8", "clock", to("parcel.arrival_overdue", "provider", "platform")
    ),
    **{
        ("p", "warehouse-receipt", state): Rule(
            "warehoused", "PSR-16", "storage", to("parcel.warehoused", "logistics")
        )
        for state in ("new", "dispatched", "lost")
    },
    **{
        ("p", "report-lost", state): Rule(
            "lost", "PSR-8", "provider", to("parcel.lost", "client", "provider")
        )
        for state in ("new", "dispatched")
    },
    ("p", "report-lost-by-platform", "dispatched"): Rule(
        "lost", "PSR-8", "platform", to("parcel.lost", "client", "provider")
    ),
    ("p", "escalate", "lost"): Rule(
        "lost", "PSR-8", "clock", to("parcel.loss_unresolved", "provider", "platform")
    ),
    ("p", "object-to-goods", "warehoused"): Rule(
        "warehouse_objection", "PSR-16", "logistics", to("parcel.objected", "client", "provider")
    ),
    ("p", "escalate", "warehouse_objection"): Rule(
        "warehouse_objection",
        "PSR-16",
        "clock",
        to("parcel.objection_unresolved", "provider", "platform"),
    ),
    **{
        ("p", trigger, state): rule
        for state in ("lost", "warehouse_objection")
        for trigger, rule in (
            (
                "exchange",
                Rule(
                    "dispatched", "PSR-8", "provider", to("parcel.exchanged", "client", "storage")
                ),
            ),
            (
                "record-seller-refund",
                Rule("returned", "PSR-9", "provider", to("parcel.seller_refunded", "client")),
            ),
        )
    },
    ("p", "resolve-objection", "warehouse_objection"): Rule("stored", "PSR-16", "logistics"),
    ("p", "accept-goods", "warehouse_objection"): Rule(
        "stored", "PSR-16", "client", to("parcel.accepted_as_it_is", "provider", "logistics")
    ),
    ("p", "end-duty", "warehoused"): Rule("stored", "PSR-16", "clock"),
    ("p", "warn-of-charges", "stored"): Rule(
        "stored", "PSR-7", "clock", to("parcel.free_storage_ending", "client")
    ),
    ("p", "charge-storage", "stored"): Rule(
        "stored", "PSR-7", "clock", to("parcel.storage_charged", "client", "storage")
    ),
    ("p", "charge-storage-unpaid", "stored"): Rule(
        "stored", "PSR-7", "clock", to("parcel.storage_unpaid", "client", "storage", "platform")
    ),
    ("p", "pay-storage", "stored"): Rule(
        "stored", "PSR-7", "client", to("parcel.storage_charged", "storage")
    ),
    ("p", "warn-of-abandonment", "stored"): Rule(
        "stored", "PSR-7", "clock", to("parcel.abandonment_near", "client", "platform")
    ),
    ("p", "abandon-goods", "stored"): Rule(
        "abandoned", "PSR-7", "client", to("parcel.abandoned", "storage", "logistics")
    ),
    ("p", "deem-abandoned", "stored"): Rule(
        "abandoned", "PSR-7", "clock", to("parcel.abandoned", "client", "storage", "platform")
    ),
    ("p", "clear-customs", "stored"): Rule("exported", "PSR-12-7", "logistics"),
    ("p", "escalate", "exported"): Rule(
        "exported", "PSR-8", "clock", to("parcel.transit_overdue", "logistics", "platform")
    ),
    **{
        ("p", "deliver", state): Rule(
            "delivered", "PSR-17-1", "logistics", to("parcel.check_packaging", "client")
        )
        for state in ("exported", "package_refused")
    },
    ("p", "refuse-package", "exported"): Rule(
        "package_refused",
        "PSR-17-1",
        "client",
        to("parcel.package_refused", "logistics", "provider", "platform"),
    ),
    ("p", "settle-package", "package_refused"): Rule(
        "exported", "PSR-17-2", "platform", to("parcel.package_settled", "client", "logistics")
    ),
    ("p", "settle-package-logistics", "package_refused"): Rule(
        "claimed",
        "PSR-17-2",
        "platform",
        to("parcel.claim_against_logistics", "client", "logistics", "provider"),
    ),
    ("p", "escalate", "package_refused"): Rule(
        "package_refused", "PSR-17-2", "clock", to("parcel.package_check_overdue", "platform")
    ),
    # What the client cancels goes back to the seller, or is lost on its way there.
    **{
        ("p", "send-back", state): Rule(
            "going_back", "PSR-12-6", role, to("parcel.sent_back", "provider", "client")
        )
        for state, role in (("dispatched", "provider"), ("stored", "storage"))
    },
    ("p", "hand-back", "going_back"): Rule(
        "handed_back", "PSR-12-6", "provider", to("parcel.handed_back", "client")
    ),
    ("p", "report-lost", "going_back"): Rule(
        "lost", "PSR-12-6", "provider", to("parcel.lost", "client", "provider")
    ),
    ("p", "escalate", "going_back"): Rule(
        "going_back", "PSR-12-6", "clock", to("parcel.return_overdue", "provider", "platform")
    ),
    # r: special requirements.
    ("r", "require", "new"): Rule(
        "proposed", "PSR-3-1", "client", to("requirement.made", "provider")
    ),
    ("r", "agree-requirement", "proposed"): Rule(
        "agreed", "PSR-3-1", "provider", to("requirement.agreed", "client")
    ),
    ("r", "decline-requirement", "proposed"): Rule(
        "declined", "PSR-3-2", "provider", to("requirement.declined", "client")
    ),
    ("r", "lapse", "proposed"): Rule(
        "declined", "PSR-3-1", "clock", to("requirement.lapsed", "client", "provider")
    ),
    # q: questions; o: the platform's opinions.
    ("q", "ask-question", "new"): Rule(
        "asked", "PSR-26", "client", to("question.asked", "provider")
    ),
    ("q", "answer-question", "asked"): Rule(
        "answered", "PSR-26", "provider", to("question.answered", "client")
    ),
    ("q", "answer-question-by-platform", "asked"): Rule(
        "answered", "PSR-26", "platform", to("question.answered", "client")
    ),
    ("q", "escalate", "asked"): Rule(
        "asked", "PSR-26", "clock", to("question.unanswered", "provider", "platform")
    ),
    ("o", "give-opinion", "new"): Rule(
        "given", "PSR-20", "platform", to("opinion.given", "client", "provider")
    ),
    # c: cancellations. What is not bought is cancelled at once; while the purchase is under way its
    # outcome is waited for; for what is bought the seller is asked.
    ("c", "request-cancellation-unbought", "new"): Rule(
        "settling", "PSR-12-1-A", "client", CANCELLING + TO_SETTLE
    ),
    ("c", "request-cancellation-under-way", "new"): Rule(
        "awaiting_outcome", "PSR-12-1-A", "client", TO_CANCEL
    ),
    ("c", "request-cancellation", "new"): Rule(
        "asking_seller",
        "PSR-12-1-B",
        "client",
        TO_CANCEL + to("cancellation.hold_goods", "storage", "logistics"),
    ),
    ("c", "withdraw-cancellation", "asking_seller"): Rule(
        "withdrawn",
        "PSR-12-1-B",
        "client",
        to("cancellation.withdrawn", "provider", "storage", "logistics"),
    ),
    # The seller agrees: on terms, with goods to go back first, or with nothing but money to come.
    ("c", "consent-to-cancellation-on-terms", "asking_seller"): Rule(
        "terms_offered", "PSR-12-5", "provider", to("cancellation.terms_offered", "client")
    ),
    ("c", "consent-to-cancellation-goods-first", "asking_seller"): Rule(
        "returning", "PSR-12-1-B", "provider", GOODS_GO_BACK
    ),
    ("c", "consent-to-cancellation", "asking_seller"): Rule(
        "awaiting_refund", "PSR-12-1-B", "provider", CANCELLING
    ),
    ("c", "accept-terms", "terms_offered"): Rule(
        "awaiting_refund", "PSR-12-5", "client", CANCELLING
    ),
    # Whoever was told to hold the goods hears that it came to nothing.
    ("c", "lapse", "terms_offered"): Rule(
        "lapsed", "PSR-12-5", "clock", to("cancellation.terms_lapsed", *GOES_ON)
    ),
    ("c", "refuse-cancellation", "asking_seller"): Rule(
        "refused", "PSR-12-1-B", "provider", to("cancellation.refused", *GOES_ON)
    ),
    ("c", "refuse-cancellation-after-all", "asking_seller"): Rule(
        "refused", "PSR-12-6", "provider", to("cancellation.refused", *GOES_ON)
    ),
    ("c", "deem-refused", "asking_seller"): Rule(
        "refused", "PSR-12-1-B", "clock", to("cancellation.refused", *GOES_ON, "platform")
    ),
    **{
        ("c", "escalate", state): Rule(
            state, clause, "clock", to(f"cancellation.{event}", "provider", "platform")
        )
        for state, clause, event in (
            ("awaiting_outcome", "PSR-12-1-A", "outcome_unknown"),
            ("asking_seller", "PSR-12-1-B", "seller_silent"),
            ("awaiting_refund", "PSR-12-1-B", "refund_overdue"),
            ("chasing", "PSR-12-1-B", "refund_overdue"),
        )
    },
    ("c", "record-cancellation-refund-part", "awaiting_refund"): Rule(
        "awaiting_refund", "PSR-12-1-B", "provider", to("cancellation.part_refunded", "client")
    ),
    ("c", "record-cancellation-refund", "awaiting_refund"): Rule(
        "settling", "PSR-12-1-B", "provider", to("cancellation.refunded", "client") + TO_SETTLE
    ),
    ("c", "record-cancellation-refund-part", "chasing"): Rule(
        "chasing", "PSR-12-1-B", "provider", LATE_REFUND
    ),
    ("c", "record-cancellation-refund", "chasing"): Rule(
        "cancelled", "PSR-12-1-B", "provider", LATE_REFUND
    ),
    ("c", "proceed-without-refund", "awaiting_refund"): Rule(
        "settling",
        "PSR-12-1-B",
        "platform",
        to("cancellation.refund_missing", "client") + TO_SETTLE,
    ),
    ("c", "remind", "settling"): Rule(
        "settling", "PSR-12-3", "clock", to("cancellation.settlement_due", "provider")
    ),
    ("c", "settle-cancellation", "settling"): Rule("cancelled", "PSR-12-3", "provider", SETTLED),
    ("c", "settle-cancellation-unpaid", "settling"): Rule(
        "chasing", "PSR-12-3", "provider", SETTLED
    ),
    ("c", "settle-by-default", "settling"): Rule("cancelled", "PSR-12-3", "clock", SETTLED),
    ("c", "give-up", "chasing"): Rule(
        "cancelled",
        "PSR-12-1-B",
        "clock",
        to("cancellation.refund_given_up", "client", "provider", "platform"),
    ),
    # The case follows its order: bought meanwhile, its goods lost, back, or there after all; or it
    # is over, since they have cleared customs.
    ("c", "follow-order-bought", "awaiting_outcome"): Rule(
        "asking_seller", "PSR-12-1-B", "", TO_CANCEL
    ),
    ("c", "follow-order-lost", "returning"): Rule(
        "asking_seller", "PSR-12-6", "", to("cancellation.goods_lost", "client", "provider")
    ),
    ("c", "follow-order-back", "returning"): Rule(
        "awaiting_refund", "PSR-12-6", "", to("cancellation.goods_are_back", "client", "provider")
    ),
    ("c", "follow-order-goods", "awaiting_refund"): Rule(
        "returning", "PSR-12-6", "", GOODS_GO_BACK
    ),
    **{
        ("c", "follow-order-cleared", state): Rule(
            "overtaken", "PSR-12-7", "", to("cancellation.customs_cleared", *GOES_ON)
        )
        for state in ("asking_seller", "returning")
    },
    # d: dissolutions. The provider looks at the form and asks the seller; goods go back or are
    # destroyed; whatever the seller pays goes on to the client.
    ("d", "request-dissolution", "new"): Rule(
        "checking", "PSR-13-1", "client", to("dissolution.requested", "provider")
    ),
    ("d", "withdraw-dissolution", "checking"): Rule(
        "withdrawn", "PSR-13-4", "client", to("dissolution.withdrawn", "provider")
    ),
    ("d", "ask-for-evidence", "checking"): Rule(
        "awaiting_evidence", "PSR-13-1", "provider", to("dissolution.evidence_asked", "client")
    ),
    **{
        ("d", "supplement-evidence", state): Rule(
            target, "PSR-13-1", "client", to(f"dissolution.evidence_{how}", "provider")
        )
        for state, target, how in (
            ("awaiting_evidence", "checking", "added"),
            ("checking", "checking", "added"),
            ("asking_seller", "asking_seller", "late"),
        )
    },
    ("d", "lapse", "awaiting_evidence"): Rule(
        "lapsed", "PSR-13-1", "clock", to("dissolution.lapsed", "client", "provider")
    ),
    ("d", "apply-to-seller", "checking"): Rule(
        "asking_seller", "PSR-13-4", "provider", to("dissolution.seller_asked", "client")
    ),
    ("d", "consent-to-dissolution", "asking_seller"): Rule(
        "awaiting_proof", "PSR-13-5", "provider", to("dissolution.agreed", "client", "provider")
    ),
    ("d", "refuse-dissolution", "asking_seller"): Rule(
        "refused", "PSR-13-4", "provider", NOT_DISSOLVED
    ),
    ("d", "deem-refused", "asking_seller"): Rule(
        "refused", "PSR-13-4", "clock", NOT_DISSOLVED + to("dissolution.refused", "platform")
    ),
    ("d", "prove-disposal", "awaiting_proof"): Rule(
        "awaiting_refund", "PSR-13-5", "client", PROVED
    ),
    ("d", "prove-disposal-last", "awaiting_proof"): Rule("dissolved", "PSR-13-5", "client", PROVED),
    ("d", "lapse", "awaiting_proof"): Rule(
        "lapsed", "PSR-13-5", "clock", to("dissolution.lapsed", "client", "provider")
    ),
    ("d", "lapse-paid", "awaiting_proof"): Rule(
        "dissolved",
        "PSR-13-6",
        "clock",
        to("dissolution.paid_without_proof", "client", "provider", "platform"),
    ),
    **{
        ("d", f"record-dissolution-refund{how}", state): Rule(
            target, "PSR-13-6", "provider", DISSOLUTION_REFUNDED
        )
        for how, state, target in (
            ("-part", "awaiting_proof", "awaiting_proof"),
            ("-part", "awaiting_refund", "awaiting_refund"),
            ("-cost-to-come", "awaiting_refund", "chasing"),
            ("", "awaiting_refund", "dissolved"),
            ("-part", "chasing", "chasing"),
            ("", "chasing", "dissolved"),
        )
    },
    **{
        ("d", f"record-return-cost{how}", state): Rule(target, "PSR-13-5", "provider", RETURN_PAID)
        for how, state, target in (
            ("-part", "awaiting_refund", "awaiting_refund"),
            ("-part", "chasing", "chasing"),
            ("", "chasing", "dissolved"),
        )
    },
    ("d", "close-dissolution", "awaiting_refund"): Rule(
        "chasing", "PSR-13-6", "platform", to("dissolution.refund_missing", "client", "provider")
    ),
    ("d", "give-up", "chasing"): Rule(
        "dissolved",
        "PSR-13-6",
        "clock",
        to("dissolution.given_up", "client", "provider", "platform"),
    ),
    **{
        ("d", "escalate", state): Rule(
            state, clause, "clock", to(f"dissolution.{event}", "platform", who)
        )
        for state, clause, event, who in (
            ("checking", "PSR-13-4", "check_overdue", "provider"),
            ("asking_seller", "PSR-13-4", "seller_silent", "provider"),
            ("awaiting_proof", "PSR-13-5", "proof_overdue", "client"),
            ("awaiting_refund", "PSR-13-6", "refund_overdue", "provider"),
            ("chasing", "PSR-13-6", "refund_overdue", "provider"),
        )
    },
    ("d", "follow-order-logistics", "asking_seller"): Rule(
        "overtaken",
        "PSR-17-2",
        "",
        to("dissolution.cause_with_logistics", "client", "provider", "logistics"),
    ),
    # k: claims, which are subjects of their own: against the provider where nothing else is said.
    **{
        ("k", f"make-claim{of_whom}", "new"): Rule(
            "made", clause, "client", to("claim.made", answerer)
        )
        for of_whom, clause, answerer in (
            ("", "PSR-24", "provider"),
            ("-dissolved", "PSR-13-7", "provider"),
            ("-of-logistics", "PSR-17-2", "logistics"),
            ("-of-seller", "PSR-13-4", "provider"),
        )
    },
    ("k", "record-assistance", "made"): Rule(
        "made", "PSR-13-4", "provider", to("claim.assisted", "client")
    ),
    **{
        ("k", f"admit-claim{by}", "made"): Rule(
            "admitted", "PSR-25", role, to("claim.admitted", "client", "platform", *answerers)
        )
        for by, role, answerers in (
            ("", "provider", ("provider",)),
            ("-by-platform", "platform", ("provider",)),
            ("-by-logistics", "logistics", ("provider", "logistics")),
        )
    },
    ("k", "reject-claim", "made"): Rule(
        "rejected", "PSR-25", "provider", to("claim.rejected", "client", "provider")
    ),
    ("k", "withdraw-claim", "made"): Rule(
        "withdrawn", "PSR-25", "client", to("claim.withdrawn", "provider")
    ),
    ("k", "record-compensation", "admitted"): Rule(
        "compensated", "PSR-24", "platform", to("claim.compensated", "client", "provider")
    ),
    **{
        ("k", f"record-compensation-of-{whom}", "admitted"): Rule(
            "compensated", "PSR-25", "platform", to("claim.paid_outside", "client", answerer)
        )
        for whom, answerer in (("logistics", "logistics"), ("seller", "provider"))
    },
    ("k", "escalate", "made"): Rule(
        "made", "PSR-25", "clock", to("claim.answer_overdue", "platform", "provider")
    ),
    ("k", "escalate", "admitted"): Rule(
        "admitted", "PSR-25", "clock", to("claim.payment_overdue", "platform", "provider")
    ),
    # t: tips, which are subjects of their own as well.
    ("t", "give-tip", "new"): Rule("held", "PSR-21-1", "client", to("tip.given", "provider")),
    ("t", "refund-tip", "held"): Rule(
        "refunded", "PSR-21-2", "client", to("tip.refunded", "client", "provider")
    ),
    ("t", "earn-tip", "held"): Rule(
        "earned", "PSR-21-2", "clock", to("tip.earned", "client", "provider")
    ),
    ("t", "return-tip", "earned"): Rule(
        "returned", "PSR-21-2", "provider", to("tip.returned", "client", "provider")
    ),
    ("t", "close", "earned"): Rule("closed", "PSR-21-2", "clock", ()),
    # b: money on its way back; it is due from when it was opened.
    ("b", "confirm-refund", "due"): Rule(
        "refunded", "PSR-9", "payment_institution", to("order.refunded", "client")
    ),
    ("b", "fail-refund", "due"): Rule(
        "credited", "PSR-9", "payment_institution", to("order.refund_credited", "client")
    ),
    ("b", "escalate", "due"): Rule("due", "PSR-9", "clock", to("order.refund_overdue", "platform")),
}
"""Of an item: by the letter of its kind, trigger and state."""
