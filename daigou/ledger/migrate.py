"""Owns the schema's upgrade: any number of processes may ask for it, one does it."""

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

_LOCK = 0x6461_6967_6F75
"""The advisory lock's number: "daigou" in ASCII."""


def upgrade(database_url: str) -> None:
    """Brings the database to the newest schema; does nothing where it is there already.

    It is all one transaction: a process that dies in it leaves the schema as it was.

    Raises:
        sqlalchemy.exc.OperationalError: the database does not answer.
    """
    engine = create_engine(database_url, poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", "daigou.ledger:migrations")
    with engine.begin() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
