"""Owns the bodies that commands arrive in, one a command type; each becomes a frozen command."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from daigou.domain import commands
from daigou.domain.commands import (
    Cause,
    CautionKind,
    Command,
    DriftLimit,
    LineCode,
    ObjectionReason,
    RefusalReason,
    UnrealizableReason,
)
from daigou.domain.ids import CouponId, MovementRef, PartyId
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


class NoteOnlyBody(NotedBody):
    """A command that says nothing beyond its trigger, but may carry a note."""

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Noted(note_ref=note_ref)


class VerdictBody(NotedBody):
    """A person's decision on goods that the screening was in doubt about (PSR-14)."""

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Verdict(note_ref=note_ref)


class CautionBody(NotedBody):
    """A caution about the goods (PSR-15). Who acknowledges one about customised goods says in the
    note what was settled with the seller."""

    refusals = (RefusalCode.WRONG_REFERENCE, RefusalCode.INVALID_REQUEST)

    caution: CautionKind

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Caution(caution=self.caution, note_ref=note_ref)


class DriftBody(Asked):
    """How much more the seller may charge without the client being asked first: up to an amount,
    or anything. Nothing at all is the default (PSR-10-2)."""

    amount: Price | None = None
    any: bool = False

    @property
    def limit(self) -> DriftLimit:
        """The limit."""
        return DriftLimit(amount=self.amount.money if self.amount else ZERO, any=self.any)


class LimitPriceDriftBody(CommandBody):
    """The client says how much more the seller may charge without asking."""

    price_drift: DriftBody

    def to_command(self, *, note_ref: str) -> Command:
        return commands.LimitPriceDrift(limit=self.price_drift.limit)


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
        RefusalCode.CAUTION_NOT_ACKNOWLEDGED,
        RefusalCode.EXCLUDED_BY_CAUTION,
    )

    lines: Annotated[tuple[AcceptLine, ...], Field(max_length=_LIMITS.lines_max)] = ()

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Accept(lines=_lines(self.lines))

    def named(self) -> tuple[Named, ...]:
        return _collectors("/lines", self.lines)


class RefuseBody(NotedBody):
    """The provider's refusal, with its reason. After the acceptance only a special requirement
    that stands in the way (PSR-3-2) and sensitive goods (PSR-15-5) are reasons."""

    refusals = (
        RefusalCode.REASON_NOT_ALLOWED,
        RefusalCode.LINE_NOT_ALLOWED,
        RefusalCode.NOT_REGISTERED,
    )

    reason: RefusalReason
    requirement: Annotated[
        str,
        Field(
            pattern=r"^([A-Za-z0-9][A-Za-z0-9._:/#-]{0,119})?$",
            description="The item of the requirement that stands in the way.",
            examples=["ord_2026_0001/2"],
        ),
    ] = ""
    costs: Annotated[
        tuple[AcceptLine, ...],
        Field(
            max_length=_LIMITS.lines_max,
            description="What sensitive goods cost up to now, borne by the client (PSR-15-5).",
        ),
    ] = ()
    loss: Annotated[
        Price | None,
        Field(description="What a request for prohibited goods cost you: recorded (PSR-14)."),
    ] = None

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Refuse(
            reason=self.reason,
            note_ref=note_ref,
            requirement=self.requirement,
            costs=_lines(self.costs),
            loss=self.loss.money if self.loss else ZERO,
        )

    def named(self) -> tuple[Named, ...]:
        return _collectors("/costs", self.costs)


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
    """Payment of the whole of what is due: from the deposit, through the payment institution, or
    both. The two parts, with what the coupons take off, add up to it exactly (`due_now`)."""

    refusals = (
        RefusalCode.NO_LOGISTICS_CHOSEN,
        RefusalCode.DEPOSIT_TOO_SMALL,
        RefusalCode.ACCOUNT_FROZEN,
        RefusalCode.PART_PAYMENT,
        RefusalCode.COUPON_NOT_USABLE,
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

    coupons: Annotated[
        tuple[Annotated[CouponId, Field(pattern=r"^cpn_[0-9A-Za-z_-]{4,60}$")], ...],
        Field(max_length=10, description="Coupons of yours that reduce fees (UA-1-10)."),
    ] = ()

    @field_validator("coupons")
    @classmethod
    def _are_named_once(cls, value: tuple[CouponId, ...]) -> tuple[CouponId, ...]:
        if len(set(value)) != len(value):
            raise PydanticCustomError("repeated", "names a coupon twice")
        return value

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Pay(
            from_deposit=self.from_deposit.money if self.from_deposit else ZERO,
            from_institution=self.from_institution.money if self.from_institution else ZERO,
            payment_method=self.payment_method or "",
            coupons=self.coupons,
        )


class ActualPriceBody(CommandBody):
    """What the seller asks now, for all of the goods that it has: sums for the whole quantity."""

    refusals = (RefusalCode.PRICE_CHANGED, RefusalCode.INVALID_REQUEST)

    goods: Price
    freight: Price
    quantity: Annotated[int, Field(ge=1, le=_LIMITS.quantity_max)]
    reference: Annotated[
        Reference | None,
        Field(description="Our reference of the purchase that the seller answered so."),
    ] = None

    def to_command(self, *, note_ref: str) -> Command:
        return commands.ActualPrice(
            goods=self.goods.money,
            freight=self.freight.money,
            quantity=self.quantity,
            reference=MovementRef(self.reference or ""),
        )


class PurchaseBody(CommandBody):
    """The provider orders from the seller; the price and the address are the order's own."""

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Purchase()


class RecordPurchaseBody(CommandBody):
    """What the seller's confirmed order says: the agreed address, and no more than the agreed
    price; what it is less goes back."""

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
    seller_refund: Annotated[
        Price | None, Field(description="What the seller gave back of an advance deposit.")
    ] = None

    def to_command(self, *, note_ref: str) -> Command:
        return commands.ReportUnrealizable(
            reason=self.reason,
            note_ref=note_ref,
            seller_refund=self.seller_refund.money if self.seller_refund else ZERO,
        )


class DispatchBody(CommandBody):
    """A parcel that the seller sent, under the carrier's number."""

    refusals = (RefusalCode.TOO_MANY_GOODS, RefusalCode.WHICH_ITEM)

    tracking_ref: Annotated[Reference, Field(examples=["SF1234567890"])]
    quantity: Annotated[
        int | None,
        Field(
            ge=1,
            le=_LIMITS.quantity_max,
            description="How many of the goods are in it; all that are missing if left out.",
        ),
    ] = None

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Dispatch(tracking_ref=self.tracking_ref, quantity=self.quantity)


class WarehouseReceiptBody(CommandBody):
    """The storage's own number for the parcel that it received; a parcel that nobody announced
    comes to be by it."""

    refusals = (RefusalCode.TOO_MANY_GOODS, RefusalCode.WHICH_ITEM)

    parcel_ref: Annotated[Reference, Field(examples=["YW-2026-000123"])]
    quantity: Annotated[
        int | None,
        Field(
            ge=1,
            le=_LIMITS.quantity_max,
            description="For an unannounced parcel; all that are missing if left out.",
        ),
    ] = None

    def to_command(self, *, note_ref: str) -> Command:
        return commands.WarehouseReceipt(parcel_ref=self.parcel_ref, quantity=self.quantity)


class ObjectionBody(NotedBody):
    """What is wrong, with evidence that was handed in before."""

    reason: ObjectionReason
    evidence: Annotated[
        tuple[Annotated[str, Field(pattern=r"^evd_[0-9A-Za-z_-]{4,60}$")], ...],
        Field(max_length=20, description="Ids of evidence: see POST …/evidence."),
    ] = ()

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Objection(reason=self.reason, note_ref=note_ref, evidence=self.evidence)


class CauseFoundBody(NotedBody):
    """Where the cause lies, as far as was found out with logistics (PSR-17-2)."""

    cause: Cause

    def to_command(self, *, note_ref: str) -> Command:
        return commands.CauseFound(cause=self.cause, note_ref=note_ref)


class SellerRefundBody(CommandBody):
    """What the seller paid back for a parcel: all of it, with the fee on it, goes to the client."""

    goods: Price
    freight: Price
    external_ref: Annotated[Reference, Field(examples=["SR-2026-0001"])]

    def to_command(self, *, note_ref: str) -> Command:
        return commands.SellerRefund(
            goods=self.goods.money, freight=self.freight.money, external_ref=self.external_ref
        )


class WordsBody(NotedBody):
    """Words to the other side; they are what the command is for, and cannot be left out."""

    note: Note

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Message(note_ref=note_ref)


class RequireBody(WordsBody):
    """A special requirement, in words (PSR-3-1)."""

    needed: Annotated[
        bool, Field(description="Whether the order is of no use to you without it.")
    ] = False

    def to_command(self, *, note_ref: str) -> Command:
        return commands.Require(note_ref=note_ref, needed=self.needed)


class TransportBody(CommandBody):
    """A step of a parcel's way, under the carrier's number."""

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


def _lines(lines: tuple[AcceptLine, ...]) -> tuple[commands.Line, ...]:
    return tuple(
        commands.Line(
            code=line.code,
            label=line.label,
            amount=line.amount.money,
            collector=line.collector,
        )
        for line in lines
    )


def _collectors(at: str, lines: tuple[AcceptLine, ...]) -> tuple[Named, ...]:
    return tuple(
        Named(
            pointer=f"{at}/{index}/collector",
            party=line.collector,
            roles=frozenset(Role) - {Role.CLIENT},
        )
        for index, line in enumerate(lines)
    )


BODIES: MappingProxyType[type[Command], type[CommandBody]] = MappingProxyType(
    {
        commands.Verdict: VerdictBody,
        commands.Caution: CautionBody,
        commands.LimitPriceDrift: LimitPriceDriftBody,
        commands.Accept: AcceptBody,
        commands.Refuse: RefuseBody,
        commands.Withdraw: WithdrawBody,
        commands.ChooseLogistics: ChooseLogisticsBody,
        commands.Pay: PayBody,
        commands.ActualPrice: ActualPriceBody,
        commands.Purchase: PurchaseBody,
        commands.RecordPurchase: RecordPurchaseBody,
        commands.ReportUnrealizable: ReportUnrealizableBody,
        commands.Noted: NoteOnlyBody,
        commands.Dispatch: DispatchBody,
        commands.WarehouseReceipt: WarehouseReceiptBody,
        commands.Objection: ObjectionBody,
        commands.CauseFound: CauseFoundBody,
        commands.SellerRefund: SellerRefundBody,
        commands.Transport: TransportBody,
        commands.Require: RequireBody,
        commands.Message: WordsBody,
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
