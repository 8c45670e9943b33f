"""Callers who find the books busy, and ask again as an activity would."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from daigou.ports.books import BooksUnavailableError

Said = ParamSpec("Said")
T = TypeVar("T")


class Patience:
    """That of so many callers together; `busy` is what they were told meanwhile."""

    def __init__(self, callers: int) -> None:
        self.busy: list[str] = []
        self._most = 10 * callers

    def ask(self, act: Callable[Said, T], *said: Said.args, **named: Said.kwargs) -> T:
        """The answer, as soon as there is one; not for ever."""
        while True:
            try:
                return act(*said, **named)
            except BooksUnavailableError as error:
                self.busy.append(str(error))
                if len(self.busy) > self._most:
                    raise
