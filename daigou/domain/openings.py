"""Owns what a subject is opened with, whoever opens it: an application, or a sweep."""

from dataclasses import dataclass
from datetime import datetime

from daigou.domain.commands import Command
from daigou.domain.ids import SubjectId
from daigou.domain.order import Actor, Parties


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What every subject is opened with. `time_scale` divides every duration while it lives."""

    actor: Actor
    command_id: str
    terms_version: str
    time_scale: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSubject(Start):
    """Starts a subject of any other kind.

    `parties` are those that take part in it. `due` is the date at which its clock of the term
    `AGREED_DATE` strikes, if it has one: a moment, whatever the scale of time.
    """

    subject: SubjectId
    request: Command
    parties: Parties
    due: datetime | None = None
