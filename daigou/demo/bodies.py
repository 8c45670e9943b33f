"""Owns how the demo's plans are said to the gateway: request bodies as they travel."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from daigou.domain.commands import Command, Outcome
from daigou.domain.ids import MovementRef
from daigou.domain.mandate import MANDATES
from daigou.domain.money import Money
from daigou.domain.order import Role
from daigou.domain.terms import current
from daigou.simulator.plans import Deal
from daigou.simulator.world import Party

Body = dict[str, Any]

_RENAMED = {"logistics": "logistics_id"}


def place_order(deal: Deal, *, logistics_later: bool, agreed_at: datetime) -> Body:
    """The request of a deal, as `POST /v1/orders` takes it."""
    offer, mandate = deal.basket.offer, MANDATES[current().mandate]
    return {
        "order_id": deal.order,
        "provider_id": deal.provider.id,
        "storage_id": deal.storage.id,
        **({} if logistics_later else {"logistics_id": deal.logistics.id}),
        "product_link": offer.link,
        "title": offer.title,
        "seller_name": offer.seller,
        "specification": offer.specification,
        "category": offer.category,
        "quantity": deal.basket.quantity,
        "unit_price": _price(offer.unit_price),
        "freight": _price(offer.freight),
        "mandate": {
            "version": mandate.version,
            "digest": mandate.digest,
            "agreed_at": agreed_at.isoformat(),
        },
    }


def command_body(command: Command, *, reference: MovementRef | None = None) -> Body:
    """A command, as its path takes it; `reference` is the movement that an outcome is of."""
    if isinstance(command, Outcome) and reference is not None:
        command = replace(command, reference=reference)
    said = asdict(command)
    del said["kind"]
    # What is empty is not said: a note that nobody wrote, a method that nobody needs.
    return {_RENAMED.get(name, name): value for name, value in said.items() if value != ""}


def register_party(party: Party, *, agreed_at: datetime) -> Body:
    """A party, as its registration takes it."""
    if party.role == Role.CLIENT:
        return {
            "role": party.role,
            "party_id": party.id,
            "country": party.country,
            "agreement": {"version": current().version, "agreed_at": agreed_at.isoformat()},
            "contact": {"name": party.name, "email": f"{party.id}@example.invalid"},
        }
    body: Body = {"role": party.role, "party_id": party.id, "name": party.name}
    if party.address:
        body["address"] = party.address
    return body


def _price(money: Money) -> Body:
    return {"amount": money.amount, "currency": money.currency}
