"""Owns the bodies that parties are registered with, one a role."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from daigou.domain.ids import InvitationCode, PartyId
from daigou.domain.invitations import typed
from daigou.domain.order import Role
from gateway.principals import PrincipalBody
from gateway.wire import Asked, Country, Email, Moment, Text120, Text300

NoticeEmail = Annotated[
    Email | None,
    Field(
        description="Where a business is told by e-mail; kept apart, and never answered with.",
        examples=["orders@example.org"],
    ),
]


class Agreement(Asked):
    """The client's acceptance of the user agreement (UA-1-1)."""

    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,40}$", examples=["2026-11"])]
    agreed_at: Moment


class Contact(Asked):
    """Who a client is and how it is reached. Kept apart from all else, and never answered with."""

    name: Annotated[Text120, Field(examples=["Anna Example"])]
    email: Annotated[Email, Field(examples=["anna@example.org"])]
    phone: Annotated[str, Field(pattern=r"^(\+[0-9 ]{4,24})?$", examples=["+49 30 0000000"])] = ""


def _code(text: str) -> InvitationCode:
    try:
        return typed(text)
    except ValueError:
        raise PydanticCustomError("no_code", "is no invitation code") from None


TypedCode = Annotated[InvitationCode, StringConstraints(max_length=40), AfterValidator(_code)]


def _party_id(prefix: str) -> Any:
    return Field(pattern=rf"^{prefix}_[0-9A-Za-z_-]{{2,60}}$", examples=[f"{prefix}_example"])


class RegisterClient(Asked):
    """A client that accepted the user agreement."""

    role: Literal[Role.CLIENT]
    party_id: Annotated[PartyId, _party_id("cli")]
    country: Country
    agreement: Agreement
    contact: Contact
    invitation_code: Annotated[
        TypedCode | None,
        Field(
            description="The code of the client that invited it: now or never (UA-1-14).",
            examples=["K7WMP-3XQ9T"],
        ),
    ] = None


class RegisterProvider(Asked):
    """A purchasing service provider."""

    role: Literal[Role.PROVIDER]
    party_id: Annotated[PartyId, _party_id("prv")]
    name: Text120
    country: Country = "CN"
    principal: PrincipalBody | None = None
    notice_email: NoticeEmail = None


class RegisterStorage(Asked):
    """A domestic storage provider; its address is where its orders are delivered (PSR-11)."""

    role: Literal[Role.STORAGE]
    party_id: Annotated[PartyId, _party_id("sto")]
    name: Text120
    address: Text300
    country: Country = "CN"
    notice_email: NoticeEmail = None


class RegisterLogistics(Asked):
    """A logistics provider."""

    role: Literal[Role.LOGISTICS]
    party_id: Annotated[PartyId, _party_id("log")]
    name: Text120
    country: Country = "CN"
    notice_email: NoticeEmail = None


class RegisterPromoter(Asked):
    """A promoter: who wins orders for providers, by contracts with them (PSR-19). It earns once a
    promotion provider has engaged it (UA-1-11-13)."""

    role: Literal[Role.PROMOTER]
    party_id: Annotated[PartyId, _party_id("pro")]
    name: Text120
    country: Country = "CN"
    client_id: Annotated[
        PartyId | None,
        Field(
            pattern=r"^cli_[0-9A-Za-z_-]{2,60}$",
            description="The client from whose account it promotes: it wins what those order whom "
            "this client invited (UA-1-14). It may be told later, once.",
            examples=["cli_anna"],
        ),
    ] = None
    notice_email: NoticeEmail = None


class RegisterPromotionProvider(Asked):
    """A promotion provider: whose contract makes a promoter, and who stands for it (UA-1-11-13)."""

    role: Literal[Role.PROMOTION_PROVIDER]
    party_id: Annotated[PartyId, _party_id("psp")]
    name: Text120
    country: Country = "CN"
    notice_email: NoticeEmail = None


RegisterBusiness = (
    RegisterProvider
    | RegisterStorage
    | RegisterLogistics
    | RegisterPromoter
    | RegisterPromotionProvider
)
RegisterParty = Annotated[RegisterClient | RegisterBusiness, Field(discriminator="role")]
