"""Claims between the parties of an order.

Revision ID: 0009
Revises: 0008
"""

from daigou.ledger.migrations.scripts import run

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Adds to the books; nothing in them is changed."""
    run("0009_claims.sql")
