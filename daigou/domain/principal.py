"""Owns the principal information: the legal entity that a purchasing person acts for (PSR-4)."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A provider as the client may know it before paying: business data, nothing personal.

    `registration_number` is the unified social credit code of GB 32100-2015.
    """

    legal_name: str
    registration_number: str
    registered_address: str
    business_email: str
    business_phone: str


FACTS = (*(field.name for field in fields(Principal)), "purchasing_person")
"""Everything that principal information consists of; what is not told is named as missing."""


def acts_for(principal: Principal) -> str:
    """In whose name the purchasing person acts, as one sentence (PSR-4)."""
    return (
        f"The purchasing person acts for {principal.legal_name}, "
        f"registered under {principal.registration_number}, and not in an own name."
    )
