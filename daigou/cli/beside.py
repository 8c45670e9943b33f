"""Owns how tips and consultations are shown: `daigou tip show`, `daigou consultation show`."""

from typing import TYPE_CHECKING

from daigou.cli.subjects import Standing
from daigou.cli.telling import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.answers import ConsultationAnswer, TipAnswer
    from gateway.client import DaigouClient


class Tips(Standing["TipAnswer"]):
    """Tips, as `daigou tip show` tells of them."""

    name = "tip"
    such_as = "tip_2026_0001"
    help = "Tips for orders: held, had back or earned."

    async def ask(self, client: "DaigouClient", subject: str) -> "TipAnswer":
        return await client.tip(subject)

    def heads(self, seen: "TipAnswer") -> "Iterator[str]":
        yield f"{seen.id} for {seen.order_id}, given at {moment(seen.given_at)}"
        yield f"from {seen.client_id} to {seen.provider_id}"

    def sums(self, seen: "TipAnswer") -> "Iterator[tuple[str, str]]":
        yield "tip", str(seen.amount.money)


class Consultations(Standing["ConsultationAnswer"]):
    """Questions to the platform, as `daigou consultation show` tells of them."""

    name = "consultation"
    such_as = "cns_2026_0001"
    help = "Questions to the platform: by when they are answered."

    async def ask(self, client: "DaigouClient", subject: str) -> "ConsultationAnswer":
        return await client.consultation(subject)

    def heads(self, seen: "ConsultationAnswer") -> "Iterator[str]":
        yield f"{seen.id} of {seen.asker_id}, asked at {moment(seen.asked_at)}"
        yield f"about the {seen.topic} of the platform"

    def details(self, seen: "ConsultationAnswer") -> "Iterator[str]":
        by = "the State Council's calendar" if seen.calendar == "state_council" else "weekdays"
        yield f"to be answered before {moment(seen.answer_by)}, counted by {by} (UA-4-6)"

    def sums(self, seen: "ConsultationAnswer") -> "Iterator[tuple[str, str]]":
        return iter(())
