"""Owns how alembic runs: on the connection that it is handed, in one transaction."""

from alembic import context

from daigou.ledger.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
