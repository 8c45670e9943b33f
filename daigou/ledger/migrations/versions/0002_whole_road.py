"""The whole road: items on axes of their own, payments in steps, coupons, brokerage.

Revision ID: 0002
Revises: 0001
"""

from daigou.ledger.migrations.scripts import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds to the schema, and takes what it holds along."""
    run("0002_tables.sql", "0002_guards.sql", "0002_doors.sql")
