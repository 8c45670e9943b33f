"""Owns whose turn it is: so many acts are under way at once as the machine keeps up with."""

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from itertools import count

SLOTS = 4
"""So many acts are under way at once: two cores keep up with them."""


class Turn(IntEnum):
    """Who comes first. An order whose days are short acts alone; one that goes on has deadlines; a
    new one can wait."""

    ALONE = 0
    GOING_ON = 1
    NEW = 2


class Turns:
    """Gives the turns, the most urgent first, and among equals in the order of asking."""

    def __init__(self) -> None:
        self._free = SLOTS
        self._number = count()
        self._waiting: list[tuple[Turn, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def take(self, turn: Turn) -> AsyncIterator[None]:
        """Waits for a turn, and gives it back."""
        came: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (turn, next(self._number), came))
        self._call_next()
        try:
            await came
        except asyncio.CancelledError:
            if came.done() and not came.cancelled():
                self._give_back(turn)
            raise
        try:
            yield
        finally:
            self._give_back(turn)

    def _give_back(self, turn: Turn) -> None:
        self._free += _slots(turn)
        self._call_next()

    def _call_next(self) -> None:
        while self._waiting:
            turn, _, came = self._waiting[0]
            if came.done():
                # Whoever waited has gone away.
                heapq.heappop(self._waiting)
                continue
            if self._free < _slots(turn):
                return
            heapq.heappop(self._waiting)
            self._free -= _slots(turn)
            came.set_result(None)


def _slots(turn: Turn) -> int:
    return SLOTS if turn == Turn.ALONE else 1
