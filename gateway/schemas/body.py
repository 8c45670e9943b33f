"""Owns what every command's body is: strict, closed, and it becomes one frozen command."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from daigou.domain import commands
from daigou.domain.commands import Command
from daigou.domain.ids import PartyId
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from gateway.wire import Asked, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A party that a body names, at a JSON pointer; any of `roles` will do.

    `clause` is the one that asks for it, where it is not that of the whole request.
    """

    pointer: str
    party: PartyId
    roles: frozenset[Role]
    clause: str = ""


class CommandBody(Asked, ABC):
    """A command as it travels. What a body says beyond its trigger is small, often nothing."""

    refusals: ClassVar[tuple[RefusalCode, ...]] = ()
    """What the rules may say to it, beyond what they may say to any command."""

    @abstractmethod
    def to_command(self, *, note_ref: str, item: str) -> Command:
        """The command, with what is said of it outside the body.

        `note_ref` is where its note was stored, `item` the item that the path names; empty where
        there is none.
        """

    def named(self) -> tuple[Named, ...]:
        """The parties that must be registered for this command to make sense."""
        return ()


class NotedBody(CommandBody):
    """A command that may carry a note in free words."""

    note: Note | None = None


class NoteOnlyBody(NotedBody):
    """A command that says nothing beyond its trigger, but may carry a note."""

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Noted(note_ref=note_ref)


class WordsBody(NotedBody):
    """Words to the other side; they are what the command is for, and cannot be left out."""

    note: Note

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Message(note_ref=note_ref)


class PlainBody(CommandBody):
    """A command that says nothing beyond its trigger."""

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.Plain()
