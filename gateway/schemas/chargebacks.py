"""Owns the bodies of chargebacks: what was charged back, whether for just cause, how it is paid."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from daigou.domain import commands
from daigou.domain.commands import Command, DisputeReason, Footing, Head
from daigou.domain.ids import DISPUTE_ID, MovementRef, OrderId
from daigou.domain.money import CNY, ZERO
from daigou.domain.preview import DIGEST
from daigou.domain.refusals import RefusalCode
from gateway.schemas.body import CommandBody, NotedBody, ReferringBody
from gateway.wire import Moment, Note, Price, Reference


def _is_a_sum(value: Price) -> Price:
    if not value.amount:
        raise PydanticCustomError("out_of_range", "is at least 1 fen")
    return value


DisputeRef = Annotated[
    str,
    Field(
        pattern=f"^{DISPUTE_ID.pattern}$",
        description="The institution's own id of the dispute.",
        examples=["dp_77"],
    ),
]
Disputed = Annotated[
    Price,
    AfterValidator(_is_a_sum),
    Field(description="How much of the payment.", examples=[{"amount": 123123, "currency": CNY}]),
]
PaymentRef = Annotated[
    Reference,
    Field(
        description="Our reference of the captured payment: see `movements` of GET …/statement.",
        examples=["ord_2026_0001/3"],
    ),
]


class ReportChargebackBody(ReferringBody):
    """A payment of the order that the institution took back, or a part of it (PSR-22-1)."""

    refusals = (RefusalCode.WRONG_REFERENCE, RefusalCode.ALREADY_RECORDED)

    dispute: DisputeRef
    payment: PaymentRef
    amount: Disputed
    reason: DisputeReason
    evidence_due: Annotated[
        Moment, Field(description="The institution takes evidence strictly before this moment.")
    ]

    def to_command(self, *, order: OrderId, footing: Footing) -> commands.ReportChargeback:
        """The chargeback of a payment of an order, by what is known of that one now."""
        return commands.ReportChargeback(
            order=order,
            dispute=self.dispute,
            payment=MovementRef(self.payment),
            amount=self.amount.money,
            reason=self.reason,
            evidence_due=self.evidence_due,
            footing=footing,
        )


class DenyJustCauseBody(NotedBody):
    """Under which head of PSR-22-4 there is no just cause, and why."""

    head: Annotated[Head, Field(description="1 to 5, as PSR-22-4 counts them.")]
    note: Note

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.DenyJustCause(head=self.head, note_ref=note_ref)


class PayChargebackBody(CommandBody):
    """Payment of the whole of what is owed of the chargeback (`owed`): from the deposit, even if it
    is frozen, through the payment institution, or both."""

    refusals = (
        RefusalCode.DEPOSIT_TOO_SMALL,
        RefusalCode.ACCOUNT_FROZEN,
        RefusalCode.PART_PAYMENT,
        RefusalCode.NOTHING_TO_PAY,
    )

    from_deposit: Price | None = None
    from_institution: Price | None = None
    payment_method: Annotated[
        Reference | None,
        Field(
            validate_default=True,
            description="The payment institution's token; needed if it is to pay a part.",
            examples=["pm_ok"],
        ),
    ] = None

    @field_validator("payment_method")
    @classmethod
    def _names_a_method(cls, value: str | None, info: ValidationInfo) -> str | None:
        part = info.data.get("from_institution")
        if value is None and part is not None and part.amount:
            raise PydanticCustomError(
                "missing", "is missing: the payment institution is to pay a part"
            )
        return value

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.PayChargeback(
            from_deposit=self.from_deposit.money if self.from_deposit else ZERO,
            from_institution=self.from_institution.money if self.from_institution else ZERO,
            payment_method=self.payment_method or "",
        )


class InstitutionVerdictBody(CommandBody):
    """The institution's decision, by its own number of it."""

    refusals = (RefusalCode.ALREADY_RECORDED,)

    external_ref: Annotated[Reference, Field(examples=["vd-2026-0001"])]

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.InstitutionVerdict(external_ref=self.external_ref)


class StageEvidenceBody(CommandBody):
    """Nothing: what there is to show is put together here."""

    refusals = (RefusalCode.ALREADY_RECORDED,)

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.EvidenceBundle(digest="")


class SubmitEvidenceBody(CommandBody):
    """The bundle that is staged, by its digest."""

    refusals = (
        RefusalCode.ALREADY_RECORDED,
        RefusalCode.NO_EVIDENCE,
        RefusalCode.WRONG_REFERENCE,
    )

    digest: Annotated[
        str,
        Field(
            pattern=f"^{DIGEST.pattern}$",
            description="Of the bundle: see `staged` of the chargeback.",
            examples=["0" * 64],
        ),
    ]

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.EvidenceBundle(digest=self.digest)


class DisposeGoodsBody(NotedBody):
    """What retained goods fetched, and what the storage is owed of it (PSR-22-3)."""

    refusals = (RefusalCode.LINE_NOT_ALLOWED,)

    proceeds: Price
    storage_costs: Annotated[
        Price, Field(description="What of it the storage gets; not more than the goods fetched.")
    ]
    external_ref: Annotated[
        Reference,
        Field(description="The buyer's number of the payment.", examples=["buyer-2026-0001"]),
    ]

    def to_command(self, *, note_ref: str, item: str) -> Command:
        return commands.DisposeGoods(
            proceeds=self.proceeds.money,
            storage_costs=self.storage_costs.money,
            external_ref=self.external_ref,
            note_ref=note_ref,
        )
