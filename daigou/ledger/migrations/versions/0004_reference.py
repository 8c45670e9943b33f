"""What orders refer to: the screening list, principals, exchange rates, evidence, erasures.

Revision ID: 0004
Revises: 0003
"""

from daigou.ledger.migrations.scripts import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds the tables and their guards."""
    run("0004_reference.sql")
