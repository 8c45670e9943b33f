"""Owns how a revision runs its SQL files, in the connection and transaction of the upgrade."""

from importlib import resources

from alembic import op


def run(*names: str) -> None:
    """Runs files of the `sql` folder, in order."""
    folder = resources.files("daigou.ledger.migrations").joinpath("sql")
    cursor = op.get_bind().connection.cursor()
    for name in names:
        cursor.execute(folder.joinpath(name).read_text(encoding="utf-8"))
