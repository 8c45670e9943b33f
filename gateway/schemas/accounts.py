"""Owns the bodies of what an account goes through: withdrawals, freezes, its closing."""

from types import MappingProxyType
from typing import Annotated

from pydantic import Field, StringConstraints

from daigou.domain import commands
from daigou.domain.commands import Block, Command, FreezeReason
from daigou.domain.ids import CLOSURE_ID, FREEZE_ID, WITHDRAWAL_ID, PartyId
from daigou.domain.money import CNY, ZERO
from daigou.domain.refusals import RefusalCode
from daigou.domain.terms import current
from gateway.schemas.body import CommandBody, ReferringBody
from gateway.wire import Note, OrderRef, PartyRef, Price, Reference

_LIMITS = current().limits
_OWN_ID = "Your own id; without it one is made from the Idempotency-Key."

PaidTo = Annotated[
    Reference,
    Field(description="The payment institution's token of where to pay it.", examples=["pm_ok"]),
]
ReportRef = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,119}$"),
    Field(
        description="The number of a report to the authorities, if one was filed (UA-1-9). "
        "Platform and support alone read it.",
        examples=["PSB-2026-0001"],
    ),
]


class WithdrawalBody(ReferringBody):
    """A withdrawal from the deposit through the payment institution (UA-1-8)."""

    refusals = (RefusalCode.DEPOSIT_TOO_SMALL, RefusalCode.ACCOUNT_FROZEN)

    withdrawal_id: Annotated[
        str | None, Field(pattern=f"^{WITHDRAWAL_ID.pattern}$", description=_OWN_ID)
    ] = None
    client_id: Annotated[PartyRef | None, Field(description="You, if you say nothing.")] = None
    amount: Annotated[
        Price,
        Field(
            description=f"From {_LIMITS.withdrawal_fen_min} to {_LIMITS.withdrawal_fen_max} fen.",
            examples=[{"amount": 20000, "currency": CNY}],
        ),
    ]
    payment_method: PaidTo


class PlaceFreezeBody(ReferringBody):
    """Why the account is to be frozen. For a breach it names the order whose contract the client
    broke, and the sum that is owed (UA-4-5)."""

    refusals = (RefusalCode.WRONG_REFERENCE,)
    clauses = MappingProxyType({"order_id": "UA-4-5", "amount": "UA-4-5", "report": "UA-1-9"})

    freeze_id: Annotated[
        str | None, Field(pattern=f"^{FREEZE_ID.pattern}$", description=_OWN_ID)
    ] = None
    reason: FreezeReason
    blocks: Annotated[
        tuple[Block, ...],
        Field(
            max_length=len(Block),
            description="What it forbids, of what its reason can; all of that if left out.",
        ),
    ] = ()
    order_id: OrderRef | None = None
    amount: Price | None = None
    report: ReportRef | None = None
    note: Note | None = None

    def to_command(self, *, client: PartyId, note_ref: str) -> commands.PlaceFreeze:
        """The freeze of a client's account."""
        return commands.PlaceFreeze(
            client=client,
            reason=self.reason,
            blocks=tuple(block for block in Block if block in self.blocks),
            order=self.order_id,
            amount=self.amount.money if self.amount else ZERO,
            report=self.report or "",
            note_ref=note_ref,
        )


class CloseAccountBody(ReferringBody):
    """The closing of the account, and where its rest is to be paid (UA-1-20)."""

    closure_id: Annotated[
        str | None, Field(pattern=f"^{CLOSURE_ID.pattern}$", description=_OWN_ID)
    ] = None
    payment_method: PaidTo
    note: Note | None = None


class PayoutMethodBody(CommandBody):
    """Where else the rest of the account is to be paid."""

    payment_method: PaidTo

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.PayoutMethod(payment_method=self.payment_method)
