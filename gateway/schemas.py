"""Owns the bodies that commands arrive in, one a command type; each becomes a frozen command."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from daigou.domain import commands
from daigou.domain.commands import (
    Command,
    LineCode,
    ObjectionReason,
    RefusalReason,
    UnrealizableReason,
)
from daigou.domain.ids import MovementRef, PartyId
from daigou.domain.money import CNY, ZERO
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from gateway.principals import PrincipalBody
from gateway.wire import (
    Asked,
    Code,
    Country,
    Email,
    Moment,
    Note,
    PartyRef,
    Price,
    Reference,
    Text120,
    Text300,
)

_LIMITS = current().limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A party that a body names, at a JSON pointer; any of `roles` will do."""

    pointer: str
    party: PartyId
    roles: frozenset[Role]


class CommandBody(Asked):
    """A command as it travels. What a body says beyond its trigger is small, often nothing."""

    refusals: ClassVar[tuple[RefusalCode, ...]] = ()
    """What the rules may say to it, beyond what they may say to any command."""

    def to_command(self, *, note_ref: str) -> Command:
        """The command; `note_ref` is where its note was stored, empty without one."""
        raise NotImplementedError

    def named(self) -> tuple[Named, ...]:
        """The parties that must be registered for this command to make sense."""
        return ()


class NotedBody(CommandBody):
    """A command that may carry a note in free words."""

    note: Note | None = None


class AcceptLine(Asked):
    """A fee that the checkout shows beside goods, freight and service fee (PSR-6, PSR-7)."""

    code: Annotated[LineCode, Field(examples=["storage_fee"])]
    label: Annotated[Text120, Field(examples=["90 days of storage"])]
    amount: Price
    collector: Annotated[PartyRef, Field(description="Who collects it.", examples=["sto_yiwu"])]


class AcceptBody(CommandBody):
    """The provider's acceptance. Goods, freight and service fee are computed from the request;
    only further lines are named here."""

    refusals = (
        RefusalCode.LINE_NOT_ALLOWED,
        RefusalCode.NOT_REGISTERED,
    )

    lines: Annotated[tuple[AcceptLine, ...], Field(max_length=_LIMITS.lines_max)] = ()

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Accept(
            lines=tuple(
                commands.Line(
                    code=line.code,
                    label=line.label,
                    amount=line.amount.money,
                    collector=line.collector,
                )
                for line in self.lines
            )
        )

    def named(self) -> tuple[Named, ...]:
        return tuple(
            Named(
                pointer=f"/lines/{index}/collector",
                party=line.collector,
                roles=frozenset(Role) - {Role.CLIENT},
            )
            for index, line in enumerate(self.lines)
        )


class RefuseBody(NotedBody):
    """The provider's refusal, with its reason."""

    reason: RefusalReason

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Refuse(reason=self.reason, note_ref=note_ref)


class WithdrawBody(NotedBody):
    """The client takes the request back."""

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Withdraw(note_ref=note_ref)


class ChooseLogisticsBody(CommandBody):
    """Who ships the goods abroad."""

    refusals = (RefusalCode.NOT_REGISTERED,)

    logistics_id: Annotated[PartyRef, Field(examples=["log_sea"])]

    def to_command(self, *, note_ref: str) -> Command:
        return commands.ChooseLogistics(logistics=self.logistics_id)

    def named(self) -> tuple[Named, ...]:
        return (
            Named(
                pointer="/logistics_id",
                party=self.logistics_id,
                roles=frozenset({Role.LOGISTICS}),
            ),
        )


class PayBody(CommandBody):
    """Payment of the whole order amount: from the deposit, through the payment institution, or
    both. The two parts add up to the order amount exactly."""

    refusals = (
        RefusalCode.NO_LOGISTICS_CHOSEN,
        RefusalCode.DEPOSIT_TOO_SMALL,
        RefusalCode.ACCOUNT_FROZEN,
        RefusalCode.PART_PAYMENT,
    )

    from_deposit: Price | None = None
    from_institution: Price | None = None
    payment_method: Annotated[
        Reference | None,
        Field(
            validate_default=True,
            description="The payment institution's token; needed if it is to pay a part.",
            examples=["pm_ok"],
        ),
    ] = None

    @field_validator("payment_method")
    @classmethod
    def _names_a_method(cls, value: str | None, info: ValidationInfo) -> str | None:
        part = info.data.get("from_institution")
        if value is None and part is not None and part.amount:
            raise PydanticCustomError(
                "missing", "is missing: the payment institution is to pay a part"
            )
        return value

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Pay(
            from_deposit=self.from_deposit.money if self.from_deposit else ZERO,
            from_institution=self.from_institution.money if self.from_institution else ZERO,
            payment_method=self.payment_method or "",
        )


class PurchaseBody(CommandBody):
    """The provider orders from the seller; the price and the address are the order's own."""

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Purchase()


class RecordPurchaseBody(CommandBody):
    """What the seller's confirmed order says: it must be the agreed price and address."""

    refusals = (
        RefusalCode.PRICE_CHANGED,
        RefusalCode.WRONG_DELIVERY_ADDRESS,
        RefusalCode.WRONG_REFERENCE,
    )

    seller_order_no: Annotated[Reference, Field(examples=["900000000000000001"])]
    goods: Price
    freight: Price
    delivery_address: Text300

    def to_command(self, *, note_ref: str) -> Command:
        return commands.RecordPurchase(
            seller_order_no=self.seller_order_no,
            goods=self.goods.money,
            freight=self.freight.money,
            delivery_address=self.delivery_address,
        )


class ReportUnrealizableBody(NotedBody):
    """Why the purchase cannot be made."""

    reason: UnrealizableReason

    def to_command(self, *, note_ref: str) -> Command:
        return commands.ReportUnrealizable(reason=self.reason, note_ref=note_ref)


class WarehouseReceiptBody(CommandBody):
    """The storage's own number for the goods that it received."""

    parcel_ref: Annotated[Reference, Field(examples=["YW-2026-000123"])]

    def to_command(self, *, note_ref: str) -> Command:
        return commands.WarehouseReceipt(parcel_ref=self.parcel_ref)


class ObjectToGoodsBody(NotedBody):
    """What is wrong with the goods at the storage."""

    reason: ObjectionReason

    def to_command(self, *, note_ref: str) -> Command:
        return commands.ObjectToGoods(reason=self.reason, note_ref=note_ref)


class TransportBody(CommandBody):
    """A step of the way abroad, under the carrier's number."""

    tracking_ref: Annotated[Reference, Field(examples=["EX123456789CN"])]

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Transport(tracking_ref=self.tracking_ref)


class RefundOutcomeBody(CommandBody):
    """What became of a refund; which one, the path says."""

    refusals = (RefusalCode.WRONG_REFERENCE,)

    external_ref: Annotated[
        Reference | None, Field(description="The institution's own number.", examples=["txn_1"])
    ] = None
    reason: Annotated[Code | None, Field(description="Why it failed.")] = None

    def to_command(self, *, note_ref: str) -> Command:
        raise NotImplementedError("the path names the movement: see to_outcome()")

    def to_outcome(self, reference: MovementRef) -> commands.Outcome:
        """The command, for the movement of that reference."""
        return commands.Outcome(
            reference=reference, external_ref=self.external_ref or "", reason=self.reason or ""
        )


class OutcomeBody(RefundOutcomeBody):
    """What became of money that moved outside, by our reference for it."""

    reference: Annotated[
        Reference,
        Field(
            description="Our reference of the movement: see `movements` of GET …/statement.",
            examples=["ord_2026_0001/3"],
        ),
    ]

    def to_command(self, *, note_ref: str) -> Command:
        return self.to_outcome(MovementRef(self.reference))


class PlainBody(CommandBody):
    """A command that says nothing beyond its trigger."""

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Plain()


BODIES: MappingProxyType[type[Command], type[CommandBody]] = MappingProxyType(
    {
        commands.Accept: AcceptBody,
        commands.Refuse: RefuseBody,
        commands.Withdraw: WithdrawBody,
        commands.ChooseLogistics: ChooseLogisticsBody,
        commands.Pay: PayBody,
        commands.Purchase: PurchaseBody,
        commands.RecordPurchase: RecordPurchaseBody,
        commands.ReportUnrealizable: ReportUnrealizableBody,
        commands.WarehouseReceipt: WarehouseReceiptBody,
        commands.ObjectToGoods: ObjectToGoodsBody,
        commands.Transport: TransportBody,
        commands.Outcome: OutcomeBody,
        commands.Plain: PlainBody,
    }
)
"""The body of each command type: a new row in a table needs none, a new command type needs one."""


class RechargeBody(Asked):
    """A recharge of the deposit through the payment institution (UA-1-8)."""

    recharge_id: Annotated[
        str | None,
        Field(
            pattern=r"^rch_[0-9A-Za-z_-]{4,60}$",
            description="Your own id; without it one is made from the Idempotency-Key.",
        ),
    ] = None
    client_id: Annotated[PartyRef | None, Field(description="You, if you say nothing.")] = None
    amount: Annotated[
        Price,
        Field(
            description=f"From {_LIMITS.recharge_fen_min} to {_LIMITS.recharge_fen_max} fen.",
            examples=[{"amount": 100000, "currency": CNY}],
        ),
    ]
    payment_method: Annotated[Reference, Field(examples=["pm_ok"])]

    @field_validator("amount")
    @classmethod
    def _is_within_limits(cls, value: Price) -> Price:
        if not _LIMITS.recharge_fen_min <= value.amount <= _LIMITS.recharge_fen_max:
            raise PydanticCustomError(
                "out_of_range",
                "is from {least} to {most} fen",
                {"least": _LIMITS.recharge_fen_min, "most": _LIMITS.recharge_fen_max},
            )
        return value


class Agreement(Asked):
    """The client's acceptance of the user agreement (UA-1-1)."""

    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,40}$", examples=["2026-11"])]
    agreed_at: Moment


class Contact(Asked):
    """Who a client is and how it is reached. Kept apart from all else, and never answered with."""

    name: Annotated[Text120, Field(examples=["Anna Example"])]
    email: Annotated[Email, Field(examples=["anna@example.org"])]
    phone: Annotated[str, Field(pattern=r"^(\+[0-9 ]{4,24})?$", examples=["+49 30 0000000"])] = ""


def _party_id(prefix: str) -> Any:
    return Field(pattern=rf"^{prefix}_[0-9A-Za-z_-]{{2,60}}$", examples=[f"{prefix}_example"])


class RegisterClient(Asked):
    """A client that accepted the user agreement."""

    role: Literal[Role.CLIENT]
    party_id: Annotated[PartyId, _party_id("cli")]
    country: Country
    agreement: Agreement
    contact: Contact


class RegisterProvider(Asked):
    """A purchasing service provider."""

    role: Literal[Role.PROVIDER]
    party_id: Annotated[PartyId, _party_id("prv")]
    name: Text120
    country: Country = "CN"
    principal: PrincipalBody | None = None


class RegisterStorage(Asked):
    """A domestic storage provider; its address is where its orders are delivered (PSR-11)."""

    role: Literal[Role.STORAGE]
    party_id: Annotated[PartyId, _party_id("sto")]
    name: Text120
    address: Text300
    country: Country = "CN"


class RegisterLogistics(Asked):
    """A logistics provider."""

    role: Literal[Role.LOGISTICS]
    party_id: Annotated[PartyId, _party_id("log")]
    name: Text120
    country: Country = "CN"


RegisterParty = Annotated[
    RegisterClient | RegisterProvider | RegisterStorage | RegisterLogistics,
    Field(discriminator="role"),
]
