"""Owns the body of a purchasing request: what PSR-1 wants to be told, and what it infers."""

import re
from datetime import datetime
from types import MappingProxyType
from typing import Annotated

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from daigou.domain.commands import CautionKind
from daigou.domain.mandate import MANDATES
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from gateway.schemas import DriftBody
from gateway.schemas.body import Names, ReferringBody
from gateway.wire import Asked, Moment, OrderRef, PartyRef, Price, Text120, Text300

_LIMITS = current().limits
PRODUCT_LINK = re.compile(r"https://(?:[A-Za-z0-9-]{1,63}\.){0,5}1688\.com(?::443)?/[!-~]*", re.A)
_SHOP_IN_LINK = re.compile(r"https://([A-Za-z0-9-]{1,63})\.1688\.com(?::443)?/", re.ASCII)
_PAGES_OF_1688 = frozenset({"www", "detail", "m", "s", "offer", "show", "page", "search", "sale"})
_OFFER_IN_LINK = re.compile(r"/offer/([0-9]{6,20})\.html(?:[?#].*)?$", re.ASCII)


class MandateBody(Asked):
    """The client's agreement to the mandate declaration, as `GET /v1/mandate-declaration` shows
    it (PSR-1-2)."""

    version: Annotated[str, Field(max_length=40, examples=["2026-11"])]
    digest: Annotated[
        str, Field(max_length=64, description="SHA-256 of the text that was agreed to, in hex.")
    ]
    agreed_at: Annotated[Moment, Field(description="The moment of the click.")]

    @field_validator("version")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in MANDATES:
            raise PydanticCustomError(
                RefusalCode.UNKNOWN_MANDATE.value,
                "is no version of the mandate declaration; the present one is {version}",
                {"version": current().mandate},
            )
        return value

    @field_validator("digest")
    @classmethod
    def _is_of_the_text(cls, value: str, info: ValidationInfo) -> str:
        version = info.data.get("version")
        if isinstance(version, str) and version in MANDATES and value != MANDATES[version].digest:
            raise PydanticCustomError(
                RefusalCode.UNKNOWN_MANDATE.value,
                "is not the digest of the mandate declaration {version}",
                {"version": version},
            )
        return value

    @field_validator("agreed_at")
    @classmethod
    def _has_been(cls, value: datetime, info: ValidationInfo) -> datetime:
        now = (info.context or {}).get("now")
        if now is not None and value > now:
            raise PydanticCustomError("future", "lies in the future")
        return value


class AdvanceBody(Asked):
    """Goods paid in two steps: `amount` of their price first, the rest by `balance_by`."""

    amount: Price
    balance_by: Annotated[Moment, Field(description="The date agreed with the seller.")]

    @field_validator("balance_by")
    @classmethod
    def _is_to_come(cls, value: datetime, info: ValidationInfo) -> datetime:
        now = (info.context or {}).get("now")
        if now is not None and value <= now:
            raise PydanticCustomError("past", "lies in the past", {"clause": "PSR-15-2"})
        return value


class PlaceOrder(ReferringBody):
    """A purchasing request (PSR-1-1). Prices are those that the seller quotes."""

    names = (
        Names(path=("provider_id",), roles=frozenset({Role.PROVIDER})),
        Names(path=("storage_id",), roles=frozenset({Role.STORAGE})),
        Names(path=("logistics_id",), roles=frozenset({Role.LOGISTICS})),
        Names(path=("promoter_id",), roles=frozenset({Role.PROMOTER})),
    )
    clauses = MappingProxyType(
        {
            "mandate": "PSR-1-2",
            "promoter_id": "PSR-19",
            "advance": "PSR-15-2",
            "price_drift": "PSR-10-2",
        }
    )

    order_id: Annotated[
        OrderRef | None,
        Field(description="Your own id; without it one is made from the Idempotency-Key."),
    ] = None
    client_id: Annotated[PartyRef | None, Field(description="You, if you say nothing.")] = None
    provider_id: Annotated[PartyRef, Field(examples=["prv_yiwu"])]
    storage_id: Annotated[PartyRef, Field(examples=["sto_yiwu"])]
    logistics_id: Annotated[
        PartyRef | None,
        Field(description="May be chosen until the payment (PSR-5).", examples=["log_sea"]),
    ] = None
    product_link: Annotated[
        str,
        Field(
            max_length=2000,
            description="The product's page on 1688.com or a subdomain, over https.",
            json_schema_extra={"format": "uri", "pattern": f"^{PRODUCT_LINK.pattern}$"},
            examples=["https://detail.1688.com/offer/900000000001.html"],
        ),
    ]
    offer_id: Annotated[
        str | None,
        Field(
            validate_default=True,
            pattern=r"^[0-9]{6,20}$",
            description="Inferred from the product link if left out (PSR-1-3).",
            examples=["900000000001"],
        ),
    ] = None
    title: Annotated[Text300, Field(examples=["kettle"])]
    seller_name: Annotated[
        Text120 | None,
        Field(
            validate_default=True,
            description="Inferred from the product link if that is on the seller's own shop "
            "(PSR-1-3).",
            examples=["Yiwu Kitchenware Example Shop"],
        ),
    ] = None
    specification: Annotated[Text300, Field(examples=["1.7 l, red"])]
    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,59}$", examples=["household"])]
    quantity: Annotated[int, Field(ge=1, le=_LIMITS.quantity_max, examples=[300])]
    unit_price: Annotated[Price, Field(examples=[{"amount": 410, "currency": "CNY"}])]
    freight: Annotated[Price, Field(description="From the seller to the storage.")]
    delivery_address: Annotated[
        Text300 | None,
        Field(
            description="The storage's registered address; inferred if left out (PSR-1-3, PSR-11)."
        ),
    ] = None
    mandate: MandateBody
    promoter_id: Annotated[
        PartyRef | None,
        Field(description="The promoter that won the order (PSR-19).", examples=["pro_example"]),
    ] = None
    cautions: Annotated[
        tuple[CautionKind, ...],
        Field(
            max_length=len(CautionKind), description="Cautions that apply to the goods (PSR-15)."
        ),
    ] = ()
    advance: Annotated[
        AdvanceBody | None,
        Field(description="For goods that the seller sells against an advance deposit (PSR-15-2)."),
    ] = None
    price_drift: Annotated[
        DriftBody | None, Field(description="How much more the seller may charge without asking.")
    ] = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "provider_id": "prv_yiwu",
                    "storage_id": "sto_yiwu",
                    "logistics_id": "log_sea",
                    "product_link": "https://detail.1688.com/offer/900000000001.html",
                    "title": "kettle",
                    "seller_name": "Yiwu Kitchenware Example Shop",
                    "specification": "1.7 l, red",
                    "category": "household",
                    "quantity": 300,
                    "unit_price": {"amount": 410, "currency": "CNY"},
                    "freight": {"amount": 0, "currency": "CNY"},
                    "mandate": {
                        "version": current().mandate,
                        "digest": MANDATES[current().mandate].digest,
                        "agreed_at": "2026-11-22T09:30:00+08:00",
                    },
                }
            ]
        }
    )

    @field_validator("product_link")
    @classmethod
    def _is_on_1688(cls, value: str) -> str:
        if not PRODUCT_LINK.fullmatch(value):
            raise PydanticCustomError(
                "product_link", "is an https link to a product on 1688.com or a subdomain"
            )
        return value

    @field_validator("offer_id")
    @classmethod
    def _is_the_links(cls, value: str | None, info: ValidationInfo) -> str | None:
        link = info.data.get("product_link")
        if link is None:
            return value
        in_link = offer_in(link)
        if value is None and in_link is None:
            raise PydanticCustomError("missing", "is missing: the product link does not name it")
        if value is not None and in_link is not None and value != in_link:
            raise PydanticCustomError(
                "contradiction",
                "contradicts the product link, which names {offer}",
                {"offer": in_link, "clause": "PSR-1-3"},
            )
        return value

    @field_validator("seller_name")
    @classmethod
    def _is_known(cls, value: str | None, info: ValidationInfo) -> str | None:
        link = info.data.get("product_link")
        if value is None and (link is None or seller_in(link) is None):
            raise PydanticCustomError("missing", "is missing: the product link does not name it")
        return value

    @field_validator("unit_price")
    @classmethod
    def _is_a_price(cls, value: Price) -> Price:
        if value.amount == 0:
            raise PydanticCustomError("out_of_range", "is at least 1 fen")
        return value


def seller_in(link: str) -> str | None:
    """The seller whose own shop a product link leads to without doubt, if it does.

    1688 keeps a shop under a subdomain of the seller's; its own pages are under others.
    """
    found = _SHOP_IN_LINK.match(link)
    return found[1].lower() if found and found[1].lower() not in _PAGES_OF_1688 else None


def offer_in(link: str) -> str | None:
    """The offer that a product link names without doubt, if it does."""
    found = _OFFER_IN_LINK.search(link)
    return found[1] if found else None
