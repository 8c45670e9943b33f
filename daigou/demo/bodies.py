"""Owns how the demo's plans are said to the gateway: request bodies as they travel."""

from dataclasses import MISSING, asdict, fields
from datetime import datetime
from typing import Any

from daigou.domain.commands import Command, DriftLimit
from daigou.domain.ids import PartyId
from daigou.domain.mandate import MANDATES
from daigou.domain.money import Money
from daigou.domain.order import Role
from daigou.domain.terms import current
from daigou.simulator.plans import Plan
from daigou.simulator.world import Party

Body = dict[str, Any]

_RENAMED = {"logistics": "logistics_id", "note_ref": "note", "limit": "price_drift"}


def place_order(plan: Plan, *, agreed_at: datetime, balance_by: datetime) -> Body:
    """The request of a plan, as `POST /v1/orders` takes it.

    `balance_by` counts for goods with an advance deposit.
    """
    deal, path = plan.deal, plan.path
    offer, mandate = deal.basket.offer, MANDATES[current().mandate]
    body: Body = {
        "order_id": deal.order,
        "provider_id": deal.provider.id,
        "storage_id": deal.storage.id,
        "product_link": offer.link,
        "title": offer.title,
        "seller_name": offer.seller,
        "specification": offer.specification,
        "category": path.category or offer.category,
        "quantity": deal.basket.quantity,
        "unit_price": _price(offer.unit_price),
        "freight": _price(offer.freight),
        "mandate": {
            "version": mandate.version,
            "digest": mandate.digest,
            "agreed_at": agreed_at.isoformat(),
        },
    }
    if not path.logistics_later:
        body["logistics_id"] = deal.logistics.id
    if deal.promoter and not path.invited:
        body["promoter_id"] = deal.promoter.id
    if path.cautions:
        body["cautions"] = list(path.cautions)
    if plan.advance_fen:
        amount = _price(Money(plan.advance_fen))
        body["advance"] = {"amount": amount, "balance_by": balance_by.isoformat()}
    if path.drift != DriftLimit():
        body["price_drift"] = asdict(path.drift)
    return body


def command_body(command: Command) -> Body:
    """A command, as its path takes it."""
    said = {field.name: asdict(command)[field.name] for field in fields(command)}
    # What is as it would be anyway is not said: a note that nobody wrote, no more fees.
    unsaid = {
        field.name
        for field in fields(command)
        if field.default is not MISSING and getattr(command, field.name) == field.default
    }
    return {_RENAMED.get(name, name): said[name] for name in said if name not in unsaid}


def register_party(
    party: Party,
    *,
    agreed_at: datetime,
    invitation_code: str = "",
    account: PartyId | None = None,
) -> Body:
    """A party, as its registration takes it: a client with the code of who invited it, a promoter
    with the client from whose account it promotes."""
    if party.role == Role.CLIENT:
        body: Body = {
            "role": party.role,
            "party_id": party.id,
            "country": party.country,
            "agreement": {"version": current().version, "agreed_at": agreed_at.isoformat()},
            "contact": {"name": party.name, "email": f"{party.id}@example.invalid"},
        }
        return body | ({"invitation_code": invitation_code} if invitation_code else {})
    body = {"role": party.role, "party_id": party.id, "name": party.name}
    if party.address:
        body["address"] = party.address
    if account:
        body["client_id"] = account
    return body


def _price(money: Money) -> Body:
    return {"amount": money.amount, "currency": money.currency}
