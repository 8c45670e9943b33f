"""Cancellations of orders, their costs, and what clients owe.

Revision ID: 0006
Revises: 0005
"""

from daigou.ledger.migrations.scripts import run

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds to the books; nothing in them is changed."""
    run("0006_cancellation.sql")
