"""Owns what every command's body is: strict, closed, and it becomes one frozen command."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from daigou.domain import commands
from daigou.domain.commands import Command
from daigou.domain.ids import EVIDENCE_ID, PARTY_ID, PartyId
from daigou.domain.order import Role
from daigou.domain.preview import DIGEST
from daigou.domain.refusals import RefusalCode
from gateway.wire import Asked, Note

EVIDENCE_MAX = 20

Digest = Annotated[
    str,
    StringConstraints(pattern=f"^{DIGEST.pattern}$"),
    Field(description="The digest of the preview that was shown; another is refused as stale."),
]
EvidenceRef = Annotated[str, StringConstraints(pattern=f"^{EVIDENCE_ID.pattern}$")]
Proofs = Annotated[
    tuple[EvidenceRef, ...],
    Field(
        max_length=EVIDENCE_MAX,
        description="Ids of evidence on this order: see POST …/evidence.",
        examples=[["evd_a2b3c4d5e6f7"]],
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A party that a body names, at a JSON pointer; any of `roles` will do.

    `clause` is the one that asks for it, where it is not that of the whole request.
    """

    pointer: str
    party: PartyId
    roles: frozenset[Role]
    clause: str = ""


EACH = "*"
"""In a path: every one of a list."""
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Where a body names parties that have to be registered; any of `roles` will do."""

    path: Path
    roles: frozenset[Role]


class ReferringBody(Asked):
    """A body that may name parties and evidence, which are looked up before it is heard."""

    refusals: ClassVar[tuple[RefusalCode, ...]] = ()
    """What the rules may say to it, beyond what they may say to any command."""
    names: ClassVar[tuple[Names, ...]] = ()
    proves: ClassVar[tuple[Path, ...]] = ()
    """Where it names evidence."""
    clauses: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The clauses that its fields are there for, where they are not that of the trigger."""

    @classmethod
    def clause_of(cls, field: str) -> str:
        """The clause that a field is there for; empty where it is the trigger's."""
        return cls.clauses.get(field, "")

    @classmethod
    def proofs_in(cls, said: object) -> Iterator[tuple[str, str]]:
        """The evidence that a body names, each with the JSON pointer where it does.

        It may be wrong otherwise: what is legible is found.
        """
        for path in cls.proves:
            yield from _texts_at(path, said)

    @classmethod
    def named_in(cls, said: object) -> Iterator[Named]:
        """The parties that must be registered for a body to make sense; it may be wrong otherwise:
        what is legible is found."""
        for names in cls.names:
            for pointer, text in _texts_at(names.path, said):
                if PARTY_ID.fullmatch(text):
                    yield Named(
                        pointer=pointer,
                        party=PartyId(text),
                        roles=names.roles,
                        clause=cls.clause_of(names.path[0]),
                    )


class CommandBody(ReferringBody, ABC):
    """A command as it travels. What a body says beyond its trigger is small, often nothing."""

    @abstractmethod
    def to_command(self, *, note_ref: str, item: str) -> Command:
        """The command, with what is said of it outside the body.

        `note_ref` is where its note was stored, `item` the item that the path names; empty where
        there is none.
        """


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


def _texts_at(path: Path, said: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every text at a path of a body, with its JSON pointer; other shapes are passed over."""
    if not path:
        if isinstance(said, str):
            yield pointer, said
        return
    if path[0] == EACH and isinstance(said, list):
        for index, each in enumerate(said):
            yield from _texts_at(path[1:], each, f"{pointer}/{index}")
    elif isinstance(said, dict) and path[0] in said:
        yield from _texts_at(path[1:], said[path[0]], f"{pointer}/{path[0]}")
