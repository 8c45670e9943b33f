"""Owns the client's way to what wins orders: coupons and promoters' contracts."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction

from daigou.domain.commands import LineCode
from daigou.domain.money import Money
from gateway.client.calls import PAGE, Calls, price
from gateway.promotion import ContractAnswer, ContractList, CouponAnswer, CouponPage


class Winning(Calls):
    """Coupons and promoters' contracts."""

    async def issue_coupon(
        self,
        *,
        key: str,
        client_id: str,
        amount: Money,
        reduces: Iterable[LineCode],
        valid_from: datetime,
        valid_until: datetime,
        coupon_id: str | None = None,
    ) -> CouponAnswer:
        """The platform gives a client a coupon (UA-1-10)."""
        body = {
            "coupon_id": coupon_id,
            "client_id": client_id,
            "amount": price(amount),
            "reduces": list(reduces),
            "valid_from": valid_from.isoformat(),
            "valid_until": valid_until.isoformat(),
        }
        return await self._made("/v1/coupons", body, CouponAnswer, key=key)

    async def coupons(
        self, *, client: str | None = None, limit: int = 20, starting_after: str | None = None
    ) -> CouponPage:
        """One page of a client's coupons (UA-1-10)."""
        query = {"client": client, "limit": limit, "starting_after": starting_after}
        return await self._calling.get("/v1/coupons", CouponPage, query=query)

    async def sign_contract(
        self, *, key: str, promoter_id: str, provider_id: str, rate: Fraction, begins_at: datetime
    ) -> ContractAnswer:
        """The platform records a promoter's contract with a provider (PSR-19)."""
        body = {
            "promoter_id": promoter_id,
            "provider_id": provider_id,
            "rate": f"{rate.numerator}/{rate.denominator}",
            "begins_at": begins_at.isoformat(),
        }
        return await self._made("/v1/promoter-contracts", body, ContractAnswer, key=key)

    async def end_contract(self, contract: int, *, key: str, ends_at: datetime) -> ContractAnswer:
        """The platform ends a promoter's contract, for good (PSR-19)."""
        at = f"/v1/promoter-contracts/{contract}/end"
        return await self._made(at, {"ends_at": ends_at.isoformat()}, ContractAnswer, key=key)

    async def change_rate(
        self, contract: int, *, key: str, rate: Fraction, since: datetime
    ) -> ContractAnswer:
        """The platform records another rate between the same two; what replaces it (PSR-19)."""
        body = {"rate": f"{rate.numerator}/{rate.denominator}", "since": since.isoformat()}
        at = f"/v1/promoter-contracts/{contract}/change-rate"
        return await self._made(at, body, ContractAnswer, key=key)

    async def contracts(
        self, *, promoter: str | None = None, provider: str | None = None, limit: int = PAGE
    ) -> ContractList:
        """Promoters' contracts that one may see, the latest to begin first (PSR-19)."""
        query = {"promoter": promoter, "provider": provider, "limit": limit}
        return await self._calling.get("/v1/promoter-contracts", ContractList, query=query)
