"""Owns the bodies that parties are registered with, one a role."""

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
