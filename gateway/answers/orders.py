"""Owns what is shown of an order as it stands."""

from typing import Annotated, Literal, Self

from pydantic import Field

from daigou.domain.lifecycle import FULFILMENT
from daigou.domain.order import Role, State, TableName
from daigou.ledger.views import OrderView
from gateway.answers.chargebacks import ChargebackAnswer, payment_hold_of
from gateway.answers.claims import ClaimAnswer
from gateway.answers.facts import (
    AdvanceAnswer,
    AgreedAnswer,
    CautionAnswer,
    FeeAnswer,
    InferenceAnswer,
    LineAnswer,
    MandateAnswer,
    ProductAnswer,
)
from gateway.answers.items import (
    CancellationAnswer,
    DissolutionAnswer,
    ItemAnswer,
    RefundAnswer,
    cases_of,
    items_of,
    refunds_of,
)
from gateway.answers.sides import TipAnswer
from gateway.wire import Answered, Moment, Sum


class OrderAnswer(Answered):
    """An order."""

    id: str
    state: State
    says: Annotated[str, Field(description="The state in words.")]
    sequence: int
    next_actor: Role | None
    due_at: Moment | None
    client_id: str
    provider_id: str
    storage_id: str
    logistics_id: str | None
    promoter_id: str | None
    product: ProductAnswer
    freight: Sum
    delivery_address: str
    mandate: MandateAnswer
    inferred: tuple[InferenceAnswer, ...]
    terms_version: str
    lines: Annotated[tuple[LineAnswer, ...], Field(description="Empty until the provider accepts.")]
    fee: FeeAnswer | None
    amount: Annotated[Sum | None, Field(description="The whole order amount.")]
    collected: Sum
    refunded: Sum
    fee_earned: Sum
    due_now: Annotated[Sum | None, Field(description="What the client is to pay now, in whole.")]
    agreed: AgreedAnswer
    offer: Annotated[
        AgreedAnswer | None, Field(description="A part that the seller offers instead (PSR-9).")
    ]
    advance: AdvanceAnswer | None
    cautions: tuple[CautionAnswer, ...]
    storage_unpaid: Annotated[Sum, Field(description="Charges that the deposit could not pay.")]
    brokerage_rate: Annotated[
        str | None, Field(description="Fixed at payment (PSR-19).", examples=["1/5"])
    ]
    parcels: tuple[ItemAnswer, ...]
    requirements: tuple[ItemAnswer, ...]
    questions: tuple[ItemAnswer, ...]
    opinions: Annotated[
        tuple[ItemAnswer, ...], Field(description="The platform's; none is final (PSR-20).")
    ]
    cancellations: Annotated[
        tuple[CancellationAnswer, ...], Field(description="Every one that was asked for (PSR-12).")
    ]
    cancellable_until: Annotated[
        Moment | None,
        Field(
            description="A cancellation is asked for strictly before this moment (PSR-12-2); null "
            "before the agreement takes effect."
        ),
    ]
    held: Annotated[
        bool, Field(description="Whether its own deadlines stand still, for a case that is open.")
    ]
    dissolutions: Annotated[
        tuple[DissolutionAnswer, ...], Field(description="Every one that was asked for (PSR-13).")
    ]
    refunds: tuple[RefundAnswer, ...]
    claims: Annotated[
        tuple[ClaimAnswer, ...], Field(description="Those that you may see (PSR-25).")
    ]
    chargebacks: Annotated[
        tuple[ChargebackAnswer, ...], Field(description="Those that you may see (PSR-22).")
    ]
    payment_hold: Annotated[
        Literal["none", "held", "owing"],
        Field(
            description="How chargebacks hold it up: `held`: nothing is done for it until that is "
            "settled; `owing`: the deposit did not cover them, and service is refused (PSR-22). By "
            "those that you may see."
        ),
    ]
    tips: Annotated[tuple[TipAnswer, ...], Field(description="Those that you may see (PSR-21).")]
    placed_at: Moment
    entered_at: Annotated[Moment, Field(description="Since when it is in this state.")]
    ended_at: Moment | None

    @classmethod
    def of(cls, order: OrderView) -> Self:
        """The order as it travels."""
        request, parties, facts = order.request, order.parties, order.facts
        return cls(
            id=order.id,
            state=order.state,
            says=FULFILMENT.says(order.state),
            sequence=order.sequence,
            next_actor=order.next_actor,
            due_at=order.next_due_at,
            client_id=parties.client,
            provider_id=parties.provider,
            storage_id=parties.storage,
            logistics_id=parties.logistics,
            promoter_id=parties.promoter,
            product=ProductAnswer.of(request),
            freight=Sum.of(request.freight),
            delivery_address=request.delivery_address,
            mandate=MandateAnswer.of(request.mandate),
            inferred=tuple(InferenceAnswer.of(each) for each in request.inferred),
            terms_version=order.terms_version,
            lines=tuple(LineAnswer.of(line) for line in order.lines),
            fee=FeeAnswer.of(order.fee) if order.fee else None,
            amount=Sum.of(order.amount) if order.amount is not None else None,
            collected=Sum.of(order.collected),
            refunded=Sum.of(order.refunded),
            fee_earned=Sum.of(order.fee_earned),
            due_now=Sum.of(order.due_now) if order.due_now is not None else None,
            agreed=AgreedAnswer.of(facts),
            offer=AgreedAnswer.of(facts.offer) if facts.offer else None,
            advance=AdvanceAnswer.of(facts.advance, bought=facts.advance_bought)
            if facts.advance
            else None,
            cautions=tuple(CautionAnswer.of(each) for each in facts.cautions),
            storage_unpaid=Sum.of(facts.storage_unpaid),
            brokerage_rate=str(order.brokerage_rate) if order.brokerage_rate else None,
            parcels=items_of(order, TableName.PARCEL),
            requirements=items_of(order, TableName.REQUIREMENT),
            questions=items_of(order, TableName.QUESTION),
            opinions=items_of(order, TableName.OPINION),
            cancellations=cases_of(order, CancellationAnswer),
            dissolutions=cases_of(order, DissolutionAnswer),
            cancellable_until=facts.cancellable_until,
            held=facts.held,
            refunds=refunds_of(order),
            claims=tuple(ClaimAnswer.of(claim) for claim in order.claims),
            chargebacks=tuple(ChargebackAnswer.of(each) for each in order.chargebacks),
            payment_hold=payment_hold_of(order.chargebacks),
            tips=tuple(TipAnswer.of(tip) for tip in order.tips),
            placed_at=order.placed_at,
            entered_at=order.entered_at,
            ended_at=order.ended_at,
        )


class OrderPage(Answered):
    """Some orders, the newest first; ask on with `starting_after` the last one's id."""

    data: tuple[OrderAnswer, ...]
    has_more: bool
