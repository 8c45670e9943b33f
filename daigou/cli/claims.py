"""Owns how claims are shown: what is claimed of whom, and what of it is admitted and paid."""

from typing import TYPE_CHECKING

from daigou.cli.subjects import Standing
from daigou.cli.telling import moment, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daigou.domain.lifecycle.table import Situation
    from daigou.domain.order import Role
    from gateway.answers import ClaimAnswer
    from gateway.client import DaigouClient


class Claims(Standing["ClaimAnswer"]):
    """Claims, as `daigou claim show` tells of them."""

    name = "claim"
    such_as = "clm_2026_0001"
    help = "Claims for a loss: where they stand."

    async def ask(self, client: "DaigouClient", subject: str) -> "ClaimAnswer":
        return await client.claim(subject)

    def heads(self, seen: "ClaimAnswer") -> "Iterator[str]":
        yield f"{seen.id} on {seen.order_id}, made at {moment(seen.made_at)}"
        yield f"against {seen.against} by {seen.basis}: {seen.basis_says}"

    def details(self, seen: "ClaimAnswer") -> "Iterator[str]":
        if seen.evidence:
            yield f"evidence: {', '.join(seen.evidence)}"

    def sums(self, seen: "ClaimAnswer") -> "Iterator[tuple[str, str]]":
        for loss in seen.losses:
            yield loss.head.replace("_", " "), str(loss.amount.money)
        yield "asked in all", str(seen.asked.money)
        paid = f"; paid as {seen.external_ref}" if seen.external_ref else ""
        yield from row_of(f"admitted{paid}", seen.admitted)

    def may_follow(self, seen: "ClaimAnswer") -> "Iterator[tuple[str, ...]]":
        """It depends on whom the claim is against, too."""
        from daigou.domain.allowed import allowances
        from daigou.domain.lifecycle import CLAIM
        from daigou.domain.order import Role

        for role in sorted(Role):
            situation = _as_seen_by(role, seen)
            for each in allowances(table=CLAIM, state=seen.state, situation=situation, clocks=()):
                if each.allowed:
                    yield role, each.trigger, each.says, each.clause


def _as_seen_by(role: "Role", claim: "ClaimAnswer") -> "Situation":
    from daigou.domain.facts import Facts
    from daigou.domain.ids import PartyId
    from daigou.domain.lifecycle.table import Situation
    from daigou.domain.money import ZERO
    from daigou.domain.order import Actor, Parties
    from daigou.domain.own_facts import Claimed
    from daigou.domain.terms import terms_of

    parties = Parties.of_claim(
        client=PartyId(claim.client_id),
        provider=PartyId(claim.provider_id),
        logistics=PartyId(claim.logistics_id) if claim.logistics_id else None,
    )
    claimed = Claimed(
        against=claim.against,
        asked=claim.asked.money,
        admitted=claim.admitted.money if claim.admitted else ZERO,
    )
    return Situation(
        actor=Actor(role=role, party=parties.holder(role) or PartyId("")),
        command=None,
        parties=parties,
        terms=terms_of(claim.terms_version),
        at=claim.made_at,
        facts=Facts(claim=claimed),
        order=claim.state,
    )
