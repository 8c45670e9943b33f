"""Owns the form of what an audit proves."""

from typing import NamedTuple


class Check(NamedTuple):
    """What must hold, and the query for where it does not."""

    holds: str
    sql: str
