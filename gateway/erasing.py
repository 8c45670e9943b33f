"""Owns how an erasure travels: what was erased, in counts."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field

from daigou.ledger.reference_views import ErasureView
from gateway.wire import Answered, Moment


class ErasureAnswer(Answered):
    """What was erased of a party (PSR-23); zeros where there was nothing left."""

    party_id: str
    at: Moment
    forced: Annotated[bool, Field(description="Whether orders of the party had not ended.")]
    contacts: int
    purchasing_persons: int
    notes: int
    evidence: Annotated[int, Field(description="Pieces whose bytes are gone.")]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "party_id": "cli_anna",
                    "at": "2026-11-22T01:30:00Z",
                    "forced": False,
                    "contacts": 1,
                    "purchasing_persons": 0,
                    "notes": 3,
                    "evidence": 2,
                }
            ]
        }
    )

    @classmethod
    def of(cls, view: ErasureView) -> Self:
        """The erasure as it travels."""
        return cls(
            party_id=view.party,
            at=view.at,
            forced=view.forced,
            contacts=view.contacts,
            purchasing_persons=view.purchasing_persons,
            notes=view.notes,
            evidence=view.evidence,
        )
