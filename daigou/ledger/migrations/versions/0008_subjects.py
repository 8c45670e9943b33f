"""Subjects of any kind: what knew of orders and recharges alone knows of more.

Revision ID: 0008
Revises: 0007
"""

from daigou.ledger.migrations.scripts import run

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Replaces doors and guards; nothing in the books is changed."""
    run("0008_subjects.sql")
