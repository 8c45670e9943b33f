"""Owns what is shown of chargebacks, their money, and the evidence for the institution."""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from daigou.domain.book import JournalKind
from daigou.domain.commands import DisputeReason, Head, Stand
from daigou.domain.facts import Sold
from daigou.domain.ids import workflow_id
from daigou.domain.lifecycle import CHARGEBACK
from daigou.domain.lifecycle.chargeback import STANDS
from daigou.domain.money import ZERO
from daigou.domain.order import Role, State
from daigou.ledger.account_views import BundleView, ChargebackView
from daigou.ledger.views import JournalView, MovementView
from gateway.answers.money import JournalAnswer, MovementAnswer
from gateway.wire import Answered, Moment, Sum

_HEADS = {
    Head.RECEIVED_NORMALLY: "logistics received the goods normally",
    Head.NOT_THE_PROVIDERS: "the reason is not the provider's",
    Head.ACCOUNT_STOLEN: "a stolen or misused account of the platform",
    Head.PAYMENT_MISUSED: "a misused payment account",
    Head.OTHER: "another case that is not the provider's to bear",
}


_SETTLED_BY = {
    "paid": JournalKind.CHARGEBACK_PAID,
    "offset": JournalKind.OFFSET,
    "sold": JournalKind.DISPOSAL,
    "order": JournalKind.REFUND_DISPUTED,
    "borne": JournalKind.CHARGEBACK_BORNE,
    "waived": JournalKind.CHARGEBACK_WON,
}


class FootingAnswer(Answered):
    """What was known of the order when the chargeback was reported (PSR-22-4)."""

    received: Annotated[bool, Field(description="Logistics received goods of it normally.")]
    providers_fault: Annotated[bool, Field(description="A cause was found with the provider.")]


class SettledAnswer(Answered):
    """How what was charged back was settled, up to now; with what is owed it comes to that sum."""

    paid: Annotated[Sum, Field(description="The client paid it.")]
    offset: Annotated[Sum, Field(description="Taken from the deposit (PSR-22-2, UA-1-19).")]
    sold: Annotated[Sum, Field(description="From what retained goods fetched (PSR-22-3).")]
    order: Annotated[Sum, Field(description="From what the order gave back.")]
    borne: Annotated[Sum, Field(description="The provider bears it (PSR-22-4).")]
    waived: Annotated[Sum, Field(description="Not owed any more since the institution paid.")]

    @classmethod
    def of(cls, chargeback: ChargebackView) -> Self:
        """How it was settled, as it travels."""
        by = {
            name: Sum.of(chargeback.settled.get(kind, ZERO)) for name, kind in _SETTLED_BY.items()
        }
        return cls(**by)


class SoldAnswer(Answered):
    """Retained goods of the order that were sold for the debt (PSR-22-3)."""

    cost: Annotated[Sum, Field(description="What they had cost.")]
    proceeds: Annotated[Sum, Field(description="What they fetched.")]
    lost: Annotated[Sum, Field(description="The difference: below zero where they fetched more.")]

    @classmethod
    def of(cls, sold: Sold) -> Self:
        """What was sold, as it travels."""
        return cls(
            cost=Sum.of(sold.cost),
            proceeds=Sum.of(sold.proceeds),
            lost=Sum.of(sold.cost - sold.proceeds),
        )


class ChargebackAnswer(Answered):
    """A payment of an order that was charged back, all or some of it (PSR-22)."""

    id: Annotated[str, Field(examples=["cbk_2026_0001.dp_77"])]
    order_id: str
    client_id: str
    provider_id: str
    state: State
    says: Annotated[str, Field(description="The state in words.")]
    sequence: int
    next_actor: Role | None
    due_at: Moment | None
    dispute: Annotated[str, Field(description="The institution's own id of it.")]
    payment: Annotated[str, Field(description="Our reference of the payment.")]
    amount: Sum
    reason: DisputeReason
    footing: FootingAnswer
    head: Annotated[
        Head | None, Field(description="Under which head of PSR-22-4 there is no just cause.")
    ]
    head_says: str | None
    owed: Annotated[Sum, Field(description="What the client owes of it now.")]
    returned: Annotated[
        Sum, Field(description="What its order gave back of it: it paid the debt, or the deposit.")
    ]
    settled: SettledAnswer
    given_back: Annotated[
        Sum, Field(description="What went back into the deposit when it was won (PSR-22-1).")
    ]
    sold: Annotated[SoldAnswer | None, Field(description="The order's goods, if they were sold.")]
    verdict: Annotated[str | None, Field(description="`won`, `lost`, or none yet.")]
    evidence_due: Annotated[Moment, Field(description="Evidence is taken strictly before it.")]
    staged: Annotated[str | None, Field(description="The digest of the evidence that is ready.")]
    submitted: Annotated[str | None, Field(description="The digest of what the institution has.")]
    terms_version: str
    workflow_id: Annotated[
        str,
        Field(
            description="Its history in the Temporal UI.",
            examples=["order/ord_2026_0001/chargeback/dp_77"],
        ),
    ]
    reported_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, chargeback: ChargebackView) -> Self:
        """The chargeback as it travels."""
        known = chargeback.charged_back
        return cls(
            id=chargeback.id,
            order_id=chargeback.order,
            client_id=chargeback.client,
            provider_id=chargeback.provider,
            state=chargeback.state,
            says=CHARGEBACK.says(chargeback.state),
            sequence=chargeback.sequence,
            next_actor=chargeback.next_actor,
            due_at=chargeback.next_due_at,
            dispute=chargeback.dispute,
            payment=chargeback.payment,
            amount=Sum.of(known.amount),
            reason=known.reason,
            footing=FootingAnswer(
                received=known.footing.received, providers_fault=known.footing.providers_fault
            ),
            head=known.head,
            head_says=_HEADS[known.head] if known.head else None,
            owed=Sum.of(chargeback.owed),
            returned=Sum.of(chargeback.returned),
            settled=SettledAnswer.of(chargeback),
            given_back=Sum.of(chargeback.given_back),
            sold=SoldAnswer.of(chargeback.sold) if chargeback.sold else None,
            verdict="won" if known.won else "lost" if known.lost else None,
            evidence_due=known.evidence_due,
            staged=known.staged or None,
            submitted=known.submitted or None,
            terms_version=chargeback.terms_version,
            workflow_id=workflow_id(chargeback.id),
            reported_at=chargeback.reported_at,
            ended_at=chargeback.ended_at,
        )


class ChargebackList(Answered):
    """The chargebacks on an order that you may see, the oldest first."""

    data: tuple[ChargebackAnswer, ...]


class ChargebackPage(Answered):
    """Some chargebacks: those that go on first, the newest first; ask on with `starting_after`."""

    data: tuple[ChargebackAnswer, ...]
    has_more: bool


class ChargebackStatementAnswer(Answered):
    """A chargeback's money: what was taken back, what is owed of it, every entry behind it, and
    what of it moved outside."""

    id: str
    order_id: str
    amount: Sum
    owed: Sum
    returned: Sum
    journals: tuple[JournalAnswer, ...]
    movements: tuple[MovementAnswer, ...]

    @classmethod
    def of(
        cls,
        chargeback: ChargebackView,
        journals: tuple[JournalView, ...],
        movements: tuple[MovementView, ...],
    ) -> Self:
        """The chargeback's money as it travels."""
        return cls(
            id=chargeback.id,
            order_id=chargeback.order,
            amount=Sum.of(chargeback.charged_back.amount),
            owed=Sum.of(chargeback.owed),
            returned=Sum.of(chargeback.returned),
            journals=tuple(JournalAnswer.of(each) for each in journals),
            movements=tuple(MovementAnswer.of(each) for each in movements),
        )


class BundleHeadAnswer(Answered):
    """A bundle of evidence that was staged, without what is in it."""

    digest: str
    staged_at: Moment
    staged_by: str
    submitted: Annotated[bool, Field(description="Whether it is the one the institution has.")]
    erased_at: Annotated[Moment | None, Field(description="When its words were erased.")]

    @classmethod
    def of(cls, bundle: BundleView, *, submitted: str) -> Self:
        """The bundle as it travels; `submitted` is the digest of the one that was."""
        return cls(**_head(bundle, submitted))


class BundleList(Answered):
    """The bundles of a chargeback, the newest first."""

    data: tuple[BundleHeadAnswer, ...]


class BundleAnswer(BundleHeadAnswer):
    """A bundle of evidence as it was staged.

    `content` is canonical JSON, a text: its SHA-256 is `digest`. It has ids, sums, codes and
    moments, and in `words_digest` the SHA-256 of `words`, canonical JSON too: free words by their
    references, and names. Those can be erased (PSR-23).
    """

    content: str
    words: str | None

    @classmethod
    def whole(cls, bundle: BundleView, *, submitted: str) -> Self:
        """The bundle as it travels, with what is in it."""
        return cls(**_head(bundle, submitted), content=bundle.content, words=bundle.words)

    @property
    def says(self) -> Any:
        """What is in it, without the words."""
        return json.loads(self.content)


Hold = Literal["none", "held", "owing"]


def payment_hold_of(chargebacks: tuple[ChargebackView, ...]) -> Hold:
    """How chargebacks hold their order up: `owing` where service is refused, `held` where
    fulfilment waits, `none` (PSR-22)."""
    stands = {_stand(each) for each in chargebacks}
    if Stand.OWING in stands:
        return "owing"
    return "held" if Stand.HOLDS in stands else "none"


def _stand(chargeback: ChargebackView) -> Stand | None:
    if chargeback.state == State.PAYING:
        return STANDS[chargeback.charged_back.paying_in or State.DEMANDED]
    return STANDS.get(chargeback.state)


def _head(bundle: BundleView, submitted: str) -> dict[str, Any]:
    return {
        "digest": bundle.digest,
        "staged_at": bundle.staged_at,
        "staged_by": bundle.staged_by,
        "submitted": bundle.digest == submitted,
        "erased_at": bundle.erased_at,
    }
