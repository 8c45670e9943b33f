"""What a client's account goes through: withdrawals, freezes, its closing, chargebacks.

Revision ID: 0010
Revises: 0009
"""

from daigou.ledger.migrations.scripts import run

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Adds to the books; what is in them stays as it is."""
    run("0010_accounts.sql")
