"""Owns the cautions of PSR-15: what each warns of, and what it excludes later."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from daigou.domain.commands import CautionKind, Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class CautionRule:
    """A caution in words for the client, and what it may not ask for afterwards.

    `excludes_grounds` are those of a dissolution that the client was told of (PSR-13-3).
    """

    says: str
    clause: str
    excludes_inspection: bool = False
    excludes_deposit_refund: bool = False
    excludes_grounds: frozenset[Ground] = frozenset()


CAUTIONS: Mapping[CautionKind, CautionRule] = MappingProxyType(
    {
        CautionKind.CUSTOMISED: CautionRule(
            says="made to order: settle the details with the seller yourself; no inspection, and "
            "usually no return",
            clause="PSR-15-1",
            excludes_inspection=True,
        ),
        CautionKind.ADVANCE_DEPOSIT: CautionRule(
            says="paid in two steps: the deposit is lost if you withdraw or miss the balance",
            clause="PSR-15-2",
            excludes_deposit_refund=True,
        ),
        CautionKind.LOW_REPUTATION: CautionRule(
            says="the seller has a low reputation: quality and service may be poor",
            clause="PSR-15-3",
            excludes_grounds=frozenset({Ground.NOT_AS_PROMISED, Ground.DEFECTIVE}),
        ),
        CautionKind.NO_MARKET_PRICE: CautionRule(
            says="rare or without a market price: the goods cannot be unpacked and inspected",
            clause="PSR-15-4",
            excludes_inspection=True,
        ),
        CautionKind.SENSITIVE: CautionRule(
            says="sensitive or restricted at customs: the order may be refused even after its "
            "acceptance, at your cost",
            clause="PSR-15-5",
        ),
    }
)
