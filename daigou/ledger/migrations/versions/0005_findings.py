"""What sweeps find, and the indexes by which they look.

Revision ID: 0005
Revises: 0004
"""

from daigou.ledger.migrations.scripts import run

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds to the books; nothing in them is changed."""
    run("0005_findings.sql")
