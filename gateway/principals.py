"""Owns how principal information travels: as a provider declares it, and as a client reads it."""

from dataclasses import asdict
from typing import Annotated, Self

from pydantic import ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as NumberError

from daigou.domain.ids import OrderId, PartyId
from daigou.domain.principal import FACTS, Principal, acts_for
from daigou.ledger.reference_views import PrincipalView
from gateway.wire import Answered, Asked, Email, Moment, Text120, Text300

_EXAMPLE = {
    "legal_name": "Yiwu Example Purchasing Co., Ltd.",
    "registration_number": "91110000600037341L",
    "registered_address": "Room 1, 1 Example Road, Yiwu",
    "business_email": "office@example.com",
    "business_phone": "+86 579 0000 0000",
}


class PrincipalBody(Asked):
    """The legal entity behind a provider, and who buys for it: all of it, or none (PSR-4)."""

    legal_name: Text120
    registration_number: Annotated[
        str,
        Field(
            pattern="^[0-9A-Z]{18}$",
            description="The unified social credit code, with its check digit (GB 32100-2015).",
        ),
    ]
    registered_address: Text300
    business_email: Email
    business_phone: Annotated[str, Field(pattern=r"^\+[0-9 ]{4,24}$")]
    purchasing_person: Annotated[
        Text120, Field(description="Who buys. Kept apart, and erased on request (PSR-23).")
    ]

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_EXAMPLE, "purchasing_person": "Kai Example"}]}
    )

    @field_validator("registration_number")
    @classmethod
    def _is_a_number(cls, value: str) -> str:
        try:
            return str(uscc.validate(value))
        except NumberError:
            raise PydanticCustomError(
                "registration_number", "is no unified social credit code: its check digit is wrong"
            ) from None

    @property
    def principal(self) -> Principal:
        """The business data alone."""
        return Principal(
            legal_name=self.legal_name,
            registration_number=self.registration_number,
            registered_address=self.registered_address,
            business_email=self.business_email,
            business_phone=self.business_phone,
        )


class DeclaredAnswer(Answered):
    """The version of the principal information that is in force now."""

    provider_id: str
    version: int
    declared_at: Moment

    @classmethod
    def of(cls, view: PrincipalView) -> Self:
        """The declaration as it travels; who buys is not told again (PSR-23)."""
        return cls(provider_id=view.provider, version=view.version, declared_at=view.at)


class PrincipalAnswer(Answered):
    """For whom the purchasing person of an order acts (PSR-4)."""

    order_id: str
    provider_id: str
    version: Annotated[
        int | None, Field(description="Null where the provider has declared nothing yet.")
    ]
    declared_at: Moment | None
    legal_name: str | None
    registration_number: str | None
    registered_address: str | None
    business_email: str | None
    business_phone: str | None
    purchasing_person: Annotated[
        str | None, Field(description="Null with a version: the name was erased (PSR-23).")
    ]
    says: Annotated[str, Field(description="In whose name the purchasing person acts.")]
    missing: Annotated[tuple[str, ...], Field(description="What the provider has not told.")]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "order_id": "ord_2026_0001",
                    "provider_id": "prv_yiwu",
                    "version": 1,
                    "declared_at": "2026-11-01T01:30:00Z",
                    **_EXAMPLE,
                    "purchasing_person": "Kai Example",
                    "says": acts_for(Principal(**_EXAMPLE)),
                    "missing": [],
                }
            ]
        }
    )

    @classmethod
    def of(cls, order: OrderId, provider: PartyId, view: PrincipalView | None) -> Self:
        """The information as it travels; of one that was never declared, what is missing."""
        if view is None:
            return cls(
                order_id=order,
                provider_id=provider,
                version=None,
                declared_at=None,
                **dict.fromkeys(FACTS),
                says=f"{provider} has not declared for whom its purchasing person acts.",
                missing=FACTS,
            )
        return cls(
            order_id=order,
            provider_id=provider,
            version=view.version,
            declared_at=view.at,
            **asdict(view.principal),
            purchasing_person=view.purchasing_person,
            says=acts_for(view.principal),
            missing=(),
        )
