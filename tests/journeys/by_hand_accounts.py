"""The rules of chargebacks, and of what becomes of a client's account: by hand, as the others."""

from tests.journeys.by_hand import Rule, to

REPORTED = to("chargeback.reported", "provider", "platform")
DEMANDED = to("chargeback.demanded", "client") + to("chargeback.account_frozen", "client")
HOLD = to("chargeback.hold_goods", "storage", "logistics")
RELEASED = to("chargeback.goods_released", "storage", "logistics")
PAID = to("chargeback.paid", "client", "provider") + RELEASED
WON = to("chargeback.won", "client", "provider") + RELEASED
LOST = to("chargeback.lost", "provider", "platform")

ORDERS_OF_DEBTORS: dict[tuple[str, str], Rule] = {
    # Held up where it stands, or going on: which of the two says what the chargeback is.
    **{
        ("heed-chargeback", state): Rule(state, "PSR-22-1", "clock")
        for state in ("effective", "purchased", "stored", "received")
    },
    ("heed-chargeback-just", "effective"): Rule(
        "unrealizable", "PSR-22-4", "clock", to("order.charged_back", "client", "provider")
    ),
    ("refuse-service", "effective"): Rule(
        "refused", "PSR-22-3", "provider", to("order.service_refused", "client", "provider")
    ),
    ("dispose-goods", "stored"): Rule(
        "disposed",
        "PSR-22-3",
        "provider",
        to("order.disposed", "client", "provider", "storage", "logistics"),
    ),
}
"""What orders make of chargebacks, by trigger and state."""

OF_ACCOUNTS: dict[tuple[str, str, str], Rule] = {
    # x: chargebacks. What is known says that there was no just cause, or the platform looks at it.
    ("x", "report-chargeback", "new"): Rule(
        "demanded", "PSR-22-1", "payment_institution", REPORTED + DEMANDED + HOLD
    ),
    ("x", "report-chargeback-examined", "new"): Rule(
        "examining",
        "PSR-22-4",
        "payment_institution",
        REPORTED + to("chargeback.examined", "client") + HOLD,
    ),
    ("x", "deny-just-cause", "examining"): Rule("demanded", "PSR-22-4", "platform", DEMANDED),
    ("x", "find-just-cause", "examining"): Rule(
        "justified",
        "PSR-22-4",
        "platform",
        to("chargeback.justified", "client", "provider") + RELEASED,
    ),
    # The client pays, by its deposit at once.
    ("x", "pay-chargeback", "demanded"): Rule("covered", "PSR-22-1", "client", PAID),
    **{
        ("x", "pay-chargeback-institution", state): Rule("paying", "PSR-22-1", "client")
        for state in ("demanded", "owing")
    },
    ("x", "confirm-chargeback-payment", "paying"): Rule(
        "covered", "PSR-22-1", "payment_institution", PAID
    ),
    ("x", "decline-chargeback-payment", "paying"): Rule(
        "demanded",
        "PSR-22-1",
        "payment_institution",
        to("chargeback.payment_declined", "client"),
    ),
    # Or its deposit is taken, as far as it goes; then whatever comes in.
    ("x", "offset-deposit", "demanded"): Rule(
        "covered", "PSR-22-2", "clock", to("chargeback.offset", "client", "provider") + RELEASED
    ),
    ("x", "offset-deposit-part", "demanded"): Rule(
        "owing",
        "PSR-22-3",
        "clock",
        to("chargeback.offset_in_part", "client", "provider", "platform"),
    ),
    ("x", "collect-debt", "demanded"): Rule("demanded", "PSR-22-1", "clock"),
    ("x", "collect-debt", "owing"): Rule("owing", "PSR-22-3", "clock"),
    ("x", "collect-debt-last", "owing"): Rule("covered", "PSR-22-3", "clock", PAID),
    ("x", "collect-debt", "justified"): Rule("justified", "PSR-22-4", "clock"),
    # What the institution is shown, and what it decides.
    **{
        ("x", trigger, state): Rule(state, "PSR-22-1", "provider", tells)
        for trigger, state, tells in (
            ("stage-evidence", "demanded", ()),
            (
                "submit-evidence",
                "covered",
                to("chargeback.evidence_submitted", "payment_institution"),
            ),
        )
    },
    **{
        ("x", "win-chargeback", state): Rule("won", "PSR-22-1", "payment_institution", WON)
        for state in ("owing", "covered")
    },
    ("x", "lose-chargeback", "covered"): Rule("settled", "PSR-22-1", "payment_institution", LOST),
    ("x", "lose-chargeback", "justified"): Rule("borne", "PSR-22-1", "payment_institution", LOST),
    # w: withdrawals.
    ("w", "request-withdrawal", "new"): Rule("due", "UA-1-8", "client"),
    ("w", "confirm-withdrawal", "due"): Rule(
        "paid_out", "UA-1-8", "payment_institution", to("withdrawal.paid", "client")
    ),
    ("w", "decline-withdrawal", "due"): Rule(
        "returned", "UA-1-8", "payment_institution", to("withdrawal.returned", "client")
    ),
    # f: freezes, for a credential that was lost and for a contract that was broken.
    ("f", "place-freeze-lost", "new"): Rule(
        "placed", "UA-1-2", "client", to("freeze.placed", "client", "platform")
    ),
    ("f", "place-freeze-breach", "new"): Rule(
        "restricted",
        "UA-4-5",
        "provider",
        to("freeze.restricted", "client") + to("freeze.restriction_placed", "platform"),
    ),
    ("f", "lift-freeze", "placed"): Rule(
        "lifted", "UA-1-2", "platform", to("freeze.lifted", "client")
    ),
    ("f", "transfer-to-provider", "restricted"): Rule(
        "transferred", "UA-4-5", "clock", to("freeze.transferred", "client", "provider")
    ),
    # a: the closing of the account.
    ("a", "close-account", "new"): Rule(
        "winding_up", "UA-1-20", "client", to("account.closing", "client")
    ),
    ("a", "wind-up", "winding_up"): Rule("paying_out", "UA-1-20", "clock"),
    ("a", "confirm-payout", "paying_out"): Rule(
        "closed", "UA-1-20", "payment_institution", to("account.closed", "client", "platform")
    ),
}
"""Of what is beside an order: by the letter of its kind, trigger and state."""
