"""Owns the kinds of subjects in the books: each has its main lifecycle table, and a read model."""

from collections.abc import Mapping
from types import MappingProxyType

from daigou.domain.order import TableName

READ_MODELS: Mapping[TableName, str] = MappingProxyType(
    {
        TableName.FULFILMENT: "purchase_order",
        TableName.RECHARGE: "recharge",
        TableName.CLAIM: "claim",
        TableName.WITHDRAWAL: "withdrawal",
        TableName.FREEZE: "freeze",
        TableName.CLOSURE: "closure",
        TableName.CHARGEBACK: "chargeback",
        TableName.TIP: "tip",
        TableName.CONSULTATION: "consultation",
    }
)
"""By the main lifecycle table of a kind, the database's table with a row a subject (see
migrations/sql/0008_subjects.sql). Whoever looks at all subjects goes through these."""
