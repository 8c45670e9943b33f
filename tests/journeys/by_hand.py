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


RULES: dict[tuple[str, str], Rule] = {
    ("request", "new"): Rule("requested", "PSR-1-1", "client", ("order.requested to provider",)),
    ("accept", "requested"): Rule(
        "accepted",
        "PSR-2-1",
        "provider",
        ("order.accepted to client", "order.payment_due to client"),
    ),
    ("refuse", "requested"): Rule("refused", "PSR-2-1", "provider", ("order.refused to client",)),
    ("withdraw", "requested"): Rule(
        "withdrawn", "PSR-2-2", "client", ("order.withdrawn to provider",)
    ),
    ("withdraw", "accepted"): Rule(
        "withdrawn", "PSR-2-2", "client", ("order.withdrawn to provider",)
    ),
    ("lapse", "requested"): Rule(
        "lapsed", "PSR-2-1", "clock", ("order.lapsed to client", "order.lapsed to provider")
    ),
    ("lapse", "accepted"): Rule(
        "lapsed", "PSR-2-2", "clock", ("order.lapsed to client", "order.lapsed to provider")
    ),
    ("choose-logistics", "requested"): Rule("requested", "PSR-5", "client"),
    ("choose-logistics", "accepted"): Rule("accepted", "PSR-5", "client"),
    # Paid from the deposit alone; `pay-institution` is `pay` where the institution is asked.
    ("pay", "accepted"): Rule(
        "effective",
        "PSR-2-2",
        "client",
        ("order.effective to client", "order.effective to provider"),
    ),
    ("pay-institution", "accepted"): Rule("paying", "PSR-2-2", "client"),
    ("confirm-payment", "paying"): Rule(
        "effective",
        "PSR-2-2",
        "payment_institution",
        ("order.effective to client", "order.effective to provider"),
    ),
    ("decline-payment", "paying"): Rule(
        "accepted", "PSR-2-2", "payment_institution", ("order.payment_declined to client",)
    ),
    ("escalate", "paying"): Rule(
        "paying", "PSR-2-2", "clock", ("order.payment_outcome_unknown to platform",)
    ),
    ("purchase", "effective"): Rule("purchasing", "PSR-8", "provider"),
    ("report-unrealizable", "effective"): Rule(
        "unrealizable", "PSR-9", "provider", ("order.unrealizable to client",)
    ),
    ("escalate", "effective"): Rule(
        "effective",
        "PSR-8",
        "clock",
        ("order.purchase_overdue to provider", "order.purchase_overdue to platform"),
    ),
    ("record-purchase", "purchasing"): Rule(
        "purchased",
        "PSR-8",
        "platform",
        ("order.purchased to client", "order.purchased to storage"),
    ),
    ("record-purchase-by-hand", "purchasing"): Rule(
        "purchased",
        "PSR-8",
        "provider",
        ("order.purchased to client", "order.purchased to storage"),
    ),
    ("fail-purchase", "purchasing"): Rule(
        "effective", "PSR-8", "platform", ("order.purchase_failed to provider",)
    ),
    ("reject-purchase", "purchasing"): Rule(
        "unrealizable",
        "PSR-9",
        "platform",
        ("order.unrealizable to client", "order.unrealizable to provider"),
    ),
    ("escalate", "purchasing"): Rule(
        "purchasing",
        "PSR-8",
        "clock",
        (
            "order.purchase_outcome_unknown to provider",
            "order.purchase_outcome_unknown to platform",
        ),
    ),
    ("warehouse-receipt", "purchased"): Rule(
        "warehoused",
        "PSR-16",
        "storage",
        (
            "order.warehoused to client",
            "order.warehoused to provider",
            "order.warehoused to logistics",
        ),
    ),
    ("escalate", "purchased"): Rule(
        "purchased",
        "PSR-8",
        "clock",
        ("order.arrival_overdue to provider", "order.arrival_overdue to platform"),
    ),
    ("object-to-goods", "warehoused"): Rule(
        "warehouse_objection",
        "PSR-16",
        "logistics",
        ("order.goods_objected to client", "order.goods_objected to provider"),
    ),
    ("end-duty", "warehoused"): Rule(
        "stored", "PSR-16", "clock", ("order.stored to client", "order.stored to provider")
    ),
    ("resolve-objection", "warehouse_objection"): Rule(
        "stored", "PSR-16", "logistics", ("order.stored to client", "order.stored to provider")
    ),
    ("escalate", "warehouse_objection"): Rule(
        "warehouse_objection",
        "PSR-16",
        "clock",
        ("order.objection_unresolved to provider", "order.objection_unresolved to platform"),
    ),
    ("clear-customs", "stored"): Rule(
        "exported", "PSR-12-7", "logistics", ("order.exported to client",)
    ),
    ("deliver", "exported"): Rule(
        "delivered", "PSR-17-1", "logistics", ("order.delivered to client",)
    ),
    ("escalate", "exported"): Rule(
        "exported",
        "PSR-8",
        "clock",
        ("order.transit_overdue to logistics", "order.transit_overdue to platform"),
    ),
    ("advise", "delivered"): Rule(
        "delivered", "PSR-18-1", "clock", ("order.check_advised to client",)
    ),
    ("confirm-receipt", "delivered"): Rule(
        "received", "PSR-18-2", "client", ("order.received to provider",)
    ),
    ("deem-received", "delivered"): Rule(
        "received",
        "PSR-18-2",
        "clock",
        ("order.deemed_received to client", "order.deemed_received to provider"),
    ),
    ("close", "received"): Rule(
        "closed", "PSR-13-2", "clock", ("order.closed to client", "order.closed to provider")
    ),
    ("confirm-refund", "due"): Rule(
        "refunded", "PSR-9", "payment_institution", ("order.refunded to client",)
    ),
    ("fail-refund", "due"): Rule(
        "credited", "PSR-9", "payment_institution", ("order.refund_credited to client",)
    ),
    ("escalate", "due"): Rule("due", "PSR-9", "clock", ("order.refund_overdue to platform",)),
}
"""By trigger and state. The triggers with a suffix are told apart by who is asked or who acts."""

SUFFIXES = {"pay-institution": "pay", "record-purchase-by-hand": "record-purchase"}
"""As the product calls them."""
