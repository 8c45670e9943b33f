"""Notices go out: endpoints, deliveries and the log of their tries (PSR-27).

Revision ID: 0003
Revises: 0002
"""

from daigou.ledger.migrations.scripts import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds what sending needs; notices written before are sent as well."""
    run("0003_notices.sql")
