"""What orders refer to: the screening list, principals, exchange rates, evidence, erasures.

Revision ID: 0004
Revises: 0001
"""

from importlib import resources

from alembic import op

revision = "0004"
down_revision = "0001"


def upgrade() -> None:
    """Adds the tables and their guards."""
    folder = resources.files("daigou.ledger.migrations").joinpath("sql")
    cursor = op.get_bind().connection.cursor()
    cursor.execute(folder.joinpath("0004_reference.sql").read_text(encoding="utf-8"))
