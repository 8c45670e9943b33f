"""What the payment institution tells us of disputes, and the evidence that it is given.

Revision ID: 0013
Revises: 0012
"""

from daigou.ledger.migrations.scripts import run

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Adds to what there is; nothing in the books is touched."""
    run("0013_institution.sql")
