"""Tips for orders, and consultations of the platform.

Revision ID: 0011
Revises: 0010
"""

from daigou.ledger.migrations.scripts import run

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds to the books; nothing in them is changed."""
    run("0011_tips_and_consultations.sql")
