"""Owns the way to what wins orders: coupons and promoters' contracts.

Beside `gateway.backend` and `gateway.records`, this is the one file of the gateway that knows the
signatures of `daigou.ledger`.
"""

from collections.abc import Collection
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Engine

from daigou.domain.commands import LineCode
from daigou.domain.ids import CouponId, PartyId
from daigou.domain.money import Money
from daigou.ledger.promotion import Promotion
from daigou.ledger.views import ContractView, CouponView
from gateway.records import Ask


class Promoting:
    """Coupons and contracts, as the gateway needs them.

    Every method raises `ProblemError` (503) where the database does not answer in time, and
    `Refused` where the rules forbid it.
    """

    def __init__(self, *, engine: Engine, ask: Ask) -> None:
        self._ask = ask
        self._promotion = Promotion(engine)

    async def issue_coupon(
        self,
        *,
        id: CouponId,  # noqa: A002 - the id of the coupon, as commands name it
        client: PartyId,
        amount: Money,
        reduces: Collection[LineCode],
        valid_from: datetime,
        valid_until: datetime,
        issued_by: PartyId,
    ) -> CouponView:
        """Gives a client a coupon; the same again answers the same.

        Raises:
            ConflictError: the id is a coupon with other particulars.
        """
        return await self._ask(
            self._promotion.issue_coupon,
            id=id,
            client=client,
            amount=amount,
            reduces=reduces,
            valid_from=valid_from,
            valid_until=valid_until,
            issued_by=issued_by,
        )

    async def coupons(
        self, client: PartyId, *, limit: int, starting_after: CouponId | None
    ) -> tuple[CouponView, ...]:
        """Some of a client's coupons by their ids, redeemed and expired ones too."""
        return await self._ask(
            self._promotion.coupons, client, limit=limit, starting_after=starting_after
        )

    async def sign_contract(
        self, *, promoter: PartyId, provider: PartyId, rate: Fraction, begins_at: datetime
    ) -> ContractView:
        """Has a provider pay a promoter a part of its fees; the same again answers the same."""
        return await self._ask(
            self._promotion.sign_contract,
            promoter=promoter,
            provider=provider,
            rate=rate,
            begins_at=begins_at,
        )

    async def end_contract(self, contract: int, *, ends_at: datetime) -> ContractView | None:
        """Ends a contract, for good; None where there is none of that number.

        Raises:
            ConflictError: it was ended at another moment, or would end before it began.
        """
        try:
            return await self._ask(self._promotion.end_contract, contract, ends_at=ends_at)
        except LookupError:
            return None

    async def change_rate(
        self, contract: int, *, rate: Fraction, since: datetime
    ) -> ContractView | None:
        """Ends a contract and signs the next with another rate; None where there is none.

        Raises:
            ConflictError: it was ended at another moment, or changed otherwise.
        """
        try:
            return await self._ask(self._promotion.change_rate, contract, rate=rate, since=since)
        except LookupError:
            return None

    async def contracts(
        self, *, promoter: PartyId | None, provider: PartyId | None, limit: int
    ) -> tuple[ContractView, ...]:
        """Some contracts, the latest to begin first."""
        return await self._ask(
            self._promotion.contracts, promoter=promoter, provider=provider, limit=limit
        )
