"""Owns the commands of what stands beside orders: tips for them, and consultations."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from daigou.domain.ids import OrderId
from daigou.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TipGrounds:
    """What is known of an order that a tip for it depends on (PSR-21-1).

    `paid` says that the order was paid, `given` how many tips its provider has or can still earn:
    those that went back do not count.
    """

    paid: bool = False
    given: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """A client tips the provider of its order, by what was known of the order then (PSR-21-1)."""

    order: OrderId
    amount: Money
    grounds: TipGrounds
    note_ref: str = ""
    kind: Literal["tip"] = "tip"


class Topic(StrEnum):
    """What a consultation is about (UA-4-6)."""

    SERVICES = "services"
    AGREEMENT = "agreement"


class Calendar(StrEnum):
    """By which calendar business days were counted: the State Council's, or, for days of which that
    one was not known yet, Mondays to Fridays."""

    STATE_COUNCIL = "state_council"
    WEEKDAYS = "weekdays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult:
    """Somebody asks the platform about its services or the agreement; the question is stored apart.

    It is answered in time strictly before `answer_by`, which was counted by `calendar` (UA-4-6).
    """

    topic: Topic
    answer_by: datetime
    calendar: Calendar
    note_ref: str
    kind: Literal["consult"] = "consult"
