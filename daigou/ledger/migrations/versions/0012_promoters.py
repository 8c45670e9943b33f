"""Promoters by contract with a promotion provider, and invitations.

Revision ID: 0012
Revises: 0011
"""

from daigou.ledger.migrations.scripts import run

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Adds to the books; contracts that were signed before hold as they were signed."""
    run("0012_promoters.sql")
