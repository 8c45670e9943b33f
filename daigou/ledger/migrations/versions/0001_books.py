"""The books: tables, the guards that refuse what must not be, the doors of the posting path.

Revision ID: 0001
Revises: none
"""

from importlib import resources

from alembic import op

revision = "0001"
down_revision = None

_PARTS = ("0001_tables.sql", "0001_guards.sql", "0001_doors.sql")


def upgrade() -> None:
    """Makes the schema in an empty database."""
    folder = resources.files("daigou.ledger.migrations").joinpath("sql")
    cursor = op.get_bind().connection.cursor()
    for part in _PARTS:
        cursor.execute(folder.joinpath(part).read_text(encoding="utf-8"))
