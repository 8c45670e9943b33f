"""The demo's paths: every way that an order may go, as who does what, and where it ends."""

from collections.abc import Mapping
from types import MappingProxyType

from daigou.simulator.paths import (
    accounts,
    agreement,
    cancellation,
    chargebacks,
    claims,
    dissolution,
    goods,
    invitation,
    parcels,
    payments,
    prices,
    purchases,
    receipt,
    tips,
    unrealizable,
)
from daigou.simulator.plans import Path

GROUPS: Mapping[str, tuple[Path, ...]] = MappingProxyType(
    {
        "Received": receipt.RECEIVED,
        "No agreement": agreement.NONE,
        "Goods with a caution": agreement.CAUTIONED,
        "Talk": agreement.TALKED,
        "Payments": payments.PAYMENTS,
        "Advance deposits": payments.ADVANCES,
        "Purchases": purchases.PURCHASES,
        "Another price": prices.PRICES,
        "A part in stock": prices.PARTS,
        "Goods": goods.GOODS,
        "Several parcels": parcels.PARCELS,
        "Storage": goods.STORAGE,
        "At the door": receipt.AT_THE_DOOR,
        "Unrealizable": unrealizable.UNREALIZABLE,
        "Cancelled": cancellation.CANCELLED,
        "Cancelled, sent back": cancellation.SENT_BACK,
        "Cancelled, paid back late": cancellation.PAID_BACK_LATE,
        "Not cancelled in the end": cancellation.GONE_ON,
        "Dissolved": dissolution.DISSOLVED,
        "Not dissolved in the end": dissolution.KEPT,
        "Claimed": claims.CLAIMED,
        "Tipped": tips.TIPPED,
        "Invited": invitation.INVITED,
        "Charged back, and paid": chargebacks.PAID_AGAIN,
        "Charged back, not covered": chargebacks.NOT_COVERED,
        "Charged back, decided": chargebacks.DECIDED,
        "Accounts": accounts.ACCOUNTS,
    }
)
PATHS = tuple(path for paths in GROUPS.values() for path in paths)
