"""Owns how what an account goes through is shown: withdrawals, freezes, closings, chargebacks."""

from typing import TYPE_CHECKING

from daigou.cli.subjects import Standing
from daigou.cli.telling import author, moment, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.answers import (
        ChargebackAnswer,
        ClosureAnswer,
        FreezeAnswer,
        WithdrawalAnswer,
    )
    from gateway.client import DaigouClient


class Withdrawals(Standing["WithdrawalAnswer"]):
    """Withdrawals, as `daigou withdrawal show` tells of them."""

    name = "withdrawal"
    such_as = "wdr_2026_0001"
    help = "Withdrawals from deposits: where they stand."

    async def ask(self, client: "DaigouClient", subject: str) -> "WithdrawalAnswer":
        return await client.withdrawal(subject)

    def heads(self, seen: "WithdrawalAnswer") -> "Iterator[str]":
        yield f"{seen.id} of {seen.client_id}, asked for at {moment(seen.requested_at)}"

    def sums(self, seen: "WithdrawalAnswer") -> "Iterator[tuple[str, str]]":
        yield "withdrawn", str(seen.amount.money)


class Freezes(Standing["FreezeAnswer"]):
    """Freezes that somebody placed, as `daigou freeze show` tells of them."""

    name = "freeze"
    such_as = "frz_2026_0001"
    help = "Freezes that somebody placed on accounts: where they stand."

    async def ask(self, client: "DaigouClient", subject: str) -> "FreezeAnswer":
        return await client.freeze(subject)

    def heads(self, seen: "FreezeAnswer") -> "Iterator[str]":
        yield (
            f"{seen.id} of {seen.client_id}, placed by "
            f"{author(seen.placed_by_role, seen.placed_by)} at {moment(seen.placed_at)}"
        )
        yield f"for {seen.reason.replace('_', ' ')} ({seen.clause}: {seen.clause_says})"

    def details(self, seen: "FreezeAnswer") -> "Iterator[str]":
        yield f"forbids: {', '.join(seen.blocks)}"
        yield f"released when: {seen.until}"
        if seen.order_id:
            yield f"about: {seen.order_id}, owed to {seen.provider_id or seen.logistics_id}"
        if seen.inactive_since:
            yield f"nothing was heard since {moment(seen.inactive_since)}"

    def may_follow(self, seen: "FreezeAnswer") -> "Iterator[tuple[str, ...]]":
        """By the clause of its reason: the table has rows for each."""
        for who, trigger, says, _ in super().may_follow(seen):
            yield who, trigger, says, seen.clause

    def sums(self, seen: "FreezeAnswer") -> "Iterator[tuple[str, str]]":
        yield from row_of("owed by a broken contract", seen.amount)
        yield from row_of("passed to whom it was broken with", seen.transferred)


class Closures(Standing["ClosureAnswer"]):
    """Closings of accounts, as `daigou closure show` tells of them."""

    name = "closure"
    such_as = "acl_2026_0001"
    help = "Closings of accounts: where they stand."

    async def ask(self, client: "DaigouClient", subject: str) -> "ClosureAnswer":
        return await client.closure(subject)

    def heads(self, seen: "ClosureAnswer") -> "Iterator[str]":
        yield f"{seen.id} of {seen.client_id}, asked for at {moment(seen.requested_at)}"

    def details(self, seen: "ClosureAnswer") -> "Iterator[str]":
        yield f"what it waits for: daigou account show {seen.client_id}"

    def sums(self, seen: "ClosureAnswer") -> "Iterator[tuple[str, str]]":
        yield from row_of("the rest, paid out", seen.paid_out)


_SETTLED = {
    "paid": "paid by the client",
    "offset": "taken from the deposit",
    "sold": "from the goods, sold for it",
    "order": "from what the order gave back",
    "borne": "borne by the provider",
    "waived": "waived, as it was won",
}


class Chargebacks(Standing["ChargebackAnswer"]):
    """Chargebacks, as `daigou chargeback show` tells of them."""

    name = "chargeback"
    such_as = "cbk_2026_0001.dp_77"
    help = "Payments that were charged back: where they stand."

    async def ask(self, client: "DaigouClient", subject: str) -> "ChargebackAnswer":
        return await client.chargeback(subject)

    def heads(self, seen: "ChargebackAnswer") -> "Iterator[str]":
        yield f"{seen.id} on {seen.order_id}, reported at {moment(seen.reported_at)}"
        yield (
            f"dispute {seen.dispute} of {seen.client_id} about {seen.payment}: "
            f"{seen.reason.replace('_', ' ')}"
        )

    def details(self, seen: "ChargebackAnswer") -> "Iterator[str]":
        if seen.head:
            yield f"no just cause: {seen.head_says} (PSR-22-4, head {seen.head})"
        known = seen.footing
        yield (
            "known of the order: "
            f"{'' if known.received else 'not '}received normally, "
            f"{'a' if known.providers_fault else 'no'} cause found with the provider"
        )
        yield f"the institution's verdict: {seen.verdict or 'none yet'}"
        yield f"evidence, strictly before {moment(seen.evidence_due)}: {_evidence(seen)}"

    def sums(self, seen: "ChargebackAnswer") -> "Iterator[tuple[str, str]]":
        yield "charged back", str(seen.amount.money)
        for name, says in _SETTLED.items():
            if (settled := getattr(seen.settled, name)).amount:
                yield says, str(settled.money)
        yield "still owed", str(seen.owed.money)
        if seen.given_back.amount:
            yield "given back to the deposit, as it was won", str(seen.given_back.money)
        if seen.sold:
            yield "the goods had cost", str(seen.sold.cost.money)
            yield "and fetched, sold for the debt", str(seen.sold.proceeds.money)
            yield "so they lost", str(seen.sold.lost.money)


def _evidence(seen: "ChargebackAnswer") -> str:
    if seen.submitted:
        return f"submitted, {seen.submitted}"
    return f"staged, {seen.staged}" if seen.staged else "none"
