"""Owns the words of telling: channels, what becomes of a delivery, and how long a retry waits."""

from datetime import timedelta
from enum import StrEnum

FIRST_RETRY = timedelta(seconds=5)
RETRY_MOST = timedelta(hours=1)
TROUBLED_AFTER = 5
"""So many failures in a row, and a target is marked as troubled; it is still tried."""


class Channel(StrEnum):
    """How a party is told. `NONE`: it registered no channel, which is noted and shown."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    NONE = "none"


class DeliveryState(StrEnum):
    """What became of a notice on a channel (PSR-27)."""

    WAITING = "waiting"
    OUT = "out"
    WITHDRAWN = "withdrawn"
    """Its target was closed before it took the notice."""
    NO_CHANNEL = "no_channel"
    REROUTED = "rerouted"
    """There was no channel at first; by now there is one."""


NOT_OUT = (DeliveryState.WAITING, DeliveryState.NO_CHANNEL)
"""Where someone is not told yet."""


def back_off(failures: int) -> timedelta:
    """How long to wait after so many failures in a row, at least one: doubled each time, up to
    `RETRY_MOST`, and the same every time. What is retried is never given up (PSR-27)."""
    doublings = min(failures - 1, 16)
    return min(FIRST_RETRY * (1 << doublings), RETRY_MOST)
