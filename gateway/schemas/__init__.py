"""The bodies of requests, by subject; and which body each command type arrives in."""

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
