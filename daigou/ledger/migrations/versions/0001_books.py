"""The books: tables, the guards that refuse what must not be, the doors of the posting path.

Revision ID: 0001
Revises: none
"""

from daigou.ledger.migrations.scripts import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the schema in an empty database."""
    run("0001_tables.sql", "0001_guards.sql", "0001_doors.sql")
