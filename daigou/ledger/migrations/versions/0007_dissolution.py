"""Dissolutions of orders.

Revision ID: 0007
Revises: 0006
"""

from daigou.ledger.migrations.scripts import run

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds to the books; nothing in them is changed."""
    run("0007_dissolution.sql")
