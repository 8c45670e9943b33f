"""Owns what a deal is: one order to be, who takes part in it, what is bought, what it costs."""

from dataclasses import dataclass

from daigou.domain.commands import Line, LineCode
from daigou.domain.ids import CouponId, OrderId, PartyId
from daigou.domain.money import Money
from daigou.domain.order import Role
from daigou.simulator.world import Basket, Party

OTHER_FEE_FEN = 8_00
STORAGE_FEE_FEN = 3_50


def fee_of(price_fen: int) -> int:
    """The service fee: a thousandth of goods and freight, half a fen up (PSR-10-1)."""
    return (price_fen + 500) // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One order to be: who takes part, what is bought, and what it costs as quoted."""

    order: OrderId
    client: Party
    provider: Party
    storage: Party
    logistics: Party
    basket: Basket
    promoter: Party | None = None
    extra_lines: bool = False
    """Whether the provider adds a fee of its own and one of the storage's at the checkout."""

    @property
    def goods_fen(self) -> int:
        """Unit price times quantity."""
        return self.basket.offer.unit_price.amount * self.basket.quantity

    @property
    def freight_fen(self) -> int:
        """Freight to the warehouse."""
        return self.basket.offer.freight.amount

    @property
    def service_fee_fen(self) -> int:
        """The fee on the quoted price."""
        return fee_of(self.goods_fen + self.freight_fen)

    @property
    def other_fee_fen(self) -> int:
        """The provider's own other fee."""
        return OTHER_FEE_FEN if self.extra_lines else 0

    @property
    def third_party_fen(self) -> int:
        """What a third party collects, and the provider never gives back (PSR-7)."""
        return STORAGE_FEE_FEN if self.extra_lines else 0

    @property
    def amount_fen(self) -> int:
        """The whole order amount, as quoted."""
        of_provider = self.goods_fen + self.freight_fen + self.service_fee_fen
        return of_provider + self.other_fee_fen + self.third_party_fen

    @property
    def coupon(self) -> CouponId:
        """The coupon that the client has for this order, where it has one."""
        return CouponId(f"cpn_{self.order.removeprefix('ord_')}")

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that the provider adds at the checkout."""
        if not self.extra_lines:
            return ()
        return (
            Line(
                code=LineCode.OTHER_FEE,
                label="photographs of the goods",
                amount=Money(self.other_fee_fen),
                collector=self.provider.id,
            ),
            Line(
                code=LineCode.STORAGE_FEE,
                label="repacking at the storage",
                amount=Money(self.third_party_fen),
                collector=self.storage.id,
            ),
        )

    def party(self, role: Role) -> PartyId | None:
        """Who holds a role in this deal; None for a role that is not the deal's."""
        held = {
            Role.CLIENT: self.client,
            Role.PROVIDER: self.provider,
            Role.STORAGE: self.storage,
            Role.LOGISTICS: self.logistics,
        }.get(role)
        return held.id if held else None
