"""Owns what wins orders: clients' coupons, and the contracts of promoters with providers."""

from collections.abc import Collection
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects.postgresql import insert

from daigou.domain.commands import LineCode
from daigou.domain.ids import CouponId, OrderId, PartyId
from daigou.domain.money import Money
from daigou.domain.refusals import Refused
from daigou.ledger.engine import autocommit, transaction
from daigou.ledger.queries import LIMIT_MAX
from daigou.ledger.registry import RegistryConflictError
from daigou.ledger.rows import differs
from daigou.ledger.tables import METADATA
from daigou.ledger.views import ContractView, CouponView

_COUPON = METADATA.tables["coupon"]
_CONTRACT = METADATA.tables["brokerage_contract"]


class Promotion:
    """Coupons and promoters' contracts. It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer, and
    `StepForbiddenError` where a constraint refuses what it was given.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def issue_coupon(
        self,
        *,
        id: CouponId,  # noqa: A002 - the views call it so, too
        client: PartyId,
        amount: Money,
        reduces: Collection[LineCode],
        valid_from: datetime,
        valid_until: datetime,
        issued_by: PartyId,
    ) -> CouponView:
        """Gives a client a coupon (UA-1-10); the same again changes nothing and answers the same.

        It takes up to `amount` off the lines that it `reduces`, from `valid_from` on and before
        `valid_until`, once.

        Raises:
            Refused: no such client, or it has not accepted the user agreement (UA-1-1).
            RegistryConflictError: the id is a coupon with other content.
        """
        said = {
            "id": id,
            "client": client,
            "amount": amount.amount,
            "currency": amount.currency,
            "reduces": sorted(code.value for code in reduces),
            "valid_from": valid_from,
            "valid_until": valid_until,
            "issued_by": issued_by,
        }
        query = select(_COUPON).where(_COUPON.c.id == id)
        with transaction(self._engine) as connection:
            connection.execute(insert(_COUPON).values(said).on_conflict_do_nothing())
            row = connection.execute(query).mappings().one()
        if differs(row, said):
            raise RegistryConflictError(f"{id} is a coupon with other particulars")
        return _coupon_view(row)

    def coupons(
        self, client: PartyId, *, limit: int = LIMIT_MAX, starting_after: CouponId | None = None
    ) -> tuple[CouponView, ...]:
        """A client's coupons by their ids, redeemed and expired ones too; `LIMIT_MAX` at most.

        `starting_after` is the last id of the page before.
        """
        query = (
            select(_COUPON)
            .where(_COUPON.c.client == client)
            .order_by(_COUPON.c.id)
            .limit(min(limit, LIMIT_MAX))
        )
        if starting_after is not None:
            query = query.where(_COUPON.c.id > starting_after)
        with autocommit(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(_coupon_view(row) for row in rows)

    def sign_contract(
        self, *, promoter: PartyId, provider: PartyId, rate: Fraction, begins_at: datetime
    ) -> ContractView:
        """Has a provider pay a promoter a part of its fees, until it is ended (PSR-19).

        It counts for orders that are paid from `begins_at` on while the promoter is active. The
        same again changes nothing and answers the same.

        Raises:
            Refused: one of them is not registered as such, or they have a contract for that time.
        """
        parties = {"promoter": promoter, "provider": provider, "begins_at": begins_at}
        terms = {"numerator": rate.numerator, "denominator": rate.denominator}
        new = insert(_CONTRACT).values(parties | terms).returning(_CONTRACT)
        try:
            with transaction(self._engine) as connection:
                row = connection.execute(new).mappings().one()
        except Refused:
            signed = self.contracts(promoter=promoter, provider=provider)
            for each in signed:
                if each.begins_at == begins_at and each.rate == rate:
                    return each
            raise
        return _contract_view(row)

    def end_contract(self, contract: int, *, ends_at: datetime) -> ContractView:
        """Ends a contract, for good; orders that were paid before `ends_at` keep its rate.

        Raises:
            LookupError: no such contract.
            RegistryConflictError: it was ended at another moment.
        """
        change = (
            update(_CONTRACT)
            .where(_CONTRACT.c.id == contract, _CONTRACT.c.ends_at.is_(None))
            .values(ends_at=ends_at)
        )
        query = select(_CONTRACT).where(_CONTRACT.c.id == contract)
        with transaction(self._engine) as connection:
            connection.execute(change)
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise LookupError(f"no contract {contract}")
        if row["ends_at"] != ends_at:
            raise RegistryConflictError(f"contract {contract} was ended at {row['ends_at']}")
        return _contract_view(row)

    def change_rate(self, contract: int, *, rate: Fraction, since: datetime) -> ContractView:
        """Ends a contract and signs the next with another rate, from the same moment on (PSR-19).

        Orders that were paid before `since` keep the rate that they have. The same again changes
        nothing and answers the same.

        Raises:
            LookupError: no such contract.
            Refused: the two have another contract from then on.
            RegistryConflictError: it was ended at another moment, or changed otherwise.
        """
        query = select(_CONTRACT).where(_CONTRACT.c.id == contract)
        ending = (
            update(_CONTRACT)
            .where(_CONTRACT.c.id == contract, _CONTRACT.c.ends_at.is_(None))
            .values(ends_at=since)
        )
        with transaction(self._engine) as connection:
            row = connection.execute(query.with_for_update()).mappings().one_or_none()
            if row is None:
                raise LookupError(f"no contract {contract}")
            said = {
                "promoter": row["promoter"],
                "provider": row["provider"],
                "numerator": rate.numerator,
                "denominator": rate.denominator,
                "begins_at": since,
                "replaces": contract,
            }
            if row["ends_at"] is None:
                connection.execute(ending)
                connection.execute(insert(_CONTRACT).values(said))
            changed = select(_CONTRACT).where(_CONTRACT.c.replaces == contract)
            new = connection.execute(changed).mappings().one_or_none()
        if new is None or differs(new, said):
            raise RegistryConflictError(f"contract {contract} was ended or changed otherwise")
        return _contract_view(new)

    def contracts(
        self,
        *,
        promoter: PartyId | None = None,
        provider: PartyId | None = None,
        limit: int = LIMIT_MAX,
    ) -> tuple[ContractView, ...]:
        """The contracts of a promoter, a provider, or between both, the latest to begin first.

        Ended ones are among them; `LIMIT_MAX` at most.
        """
        query = (
            select(_CONTRACT)
            .order_by(_CONTRACT.c.begins_at.desc(), _CONTRACT.c.id.desc())
            .limit(min(limit, LIMIT_MAX))
        )
        if promoter is not None:
            query = query.where(_CONTRACT.c.promoter == promoter)
        if provider is not None:
            query = query.where(_CONTRACT.c.provider == provider)
        with autocommit(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(_contract_view(row) for row in rows)


def _coupon_view(row: Any) -> CouponView:
    redeemed = row["redeemed_subject"]
    return CouponView(
        id=CouponId(row["id"]),
        client=PartyId(row["client"]),
        amount=Money(row["amount"], row["currency"]),
        reduces=frozenset(LineCode(code) for code in row["reduces"]),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        issued_by=PartyId(row["issued_by"]),
        issued_at=row["issued_at"],
        redeemed_for=None if redeemed is None else OrderId(redeemed),
    )


def _contract_view(row: Any) -> ContractView:
    return ContractView(
        id=row["id"],
        promoter=PartyId(row["promoter"]),
        provider=PartyId(row["provider"]),
        rate=Fraction(row["numerator"], row["denominator"]),
        begins_at=row["begins_at"],
        ends_at=row["ends_at"],
        replaces=row["replaces"],
    )
