"""What sweeps find, and the indexes by which they look.

Revision ID: 0005
Revises: 0001
"""

from importlib import resources

from alembic import op

revision = "0005"
down_revision = "0001"


def upgrade() -> None:
    """Adds to the books; nothing in them is changed."""
    part = resources.files("daigou.ledger.migrations").joinpath("sql", "0005_findings.sql")
    op.get_bind().connection.cursor().execute(part.read_text(encoding="utf-8"))
