"""Owns what is shown of an order's items: parcels, requirements, questions, cases, …"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import Field

from daigou.domain.commands import Basis, Ground, Remedy
from daigou.domain.facts import Case
from daigou.domain.ids import SubjectId, case_workflow_id
from daigou.domain.lifecycle import TABLES
from daigou.domain.order import Role, State, TableName
from daigou.ledger.subject_views import next_due
from daigou.ledger.views import ItemView, OrderView
from gateway.wire import Answered, Moment, Sum


class ItemAnswer(Answered):
    """Something of an order with a life of its own: a parcel, a requirement, a question, …"""

    item: Annotated[str, Field(examples=["ord_2026_0001/5"])]
    number: Annotated[str, Field(description="Its number in the path of its commands.")]
    state: State
    says: Annotated[str, Field(description="The state in words.")]
    next_actor: Role | None
    due_at: Moment | None
    opening: Annotated[dict[str, Any], Field(description="What the command said that opened it.")]
    opened_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, item: ItemView) -> Self:
        """The item as it travels."""
        return cls(
            item=item.item,
            number=item.number,
            state=item.state,
            says=TABLES[item.table].says(item.state),
            next_actor=item.next_actor if item.ended_at is None else None,
            due_at=next_due(item.clocks),
            opening=item.opening,
            opened_at=item.opened_at,
            ended_at=item.ended_at,
        )


class CaseAnswer(ItemAnswer, ABC):
    """A way out of an order. What was agreed and paid is told of its last case alone."""

    table: ClassVar[TableName]

    workflow_id: Annotated[
        str,
        Field(
            description="Its history in the Temporal UI.",
            examples=["order/ord_2026_0001/cancellation/1"],
        ),
    ]
    granted: Annotated[bool | None, Field(description="Whether it cannot be taken back any more.")]
    expected: Annotated[Sum | None, Field(description="What the seller pays back, in all.")]
    received: Annotated[Sum | None, Field(description="What of it has come.")]

    @classmethod
    def of_case(cls, item: ItemView, *, number: int, order: OrderView) -> Self:
        """An order's case of a number, counted from 1 among those of its kind, as it travels."""
        case = order.facts.case
        if case is not None and case.item != item.item:
            case = None
        return cls(
            **dict(ItemAnswer.of(item)),
            workflow_id=case_workflow_id(SubjectId(order.id), item.table, number),
            granted=case.granted if case else None,
            expected=Sum.of(case.expected) if case else None,
            received=Sum.of(case.received) if case else None,
            **cls._of_its_kind(item, case, order),
        )

    @classmethod
    @abstractmethod
    def _of_its_kind(cls, item: ItemView, case: Case | None, order: OrderView) -> Mapping[str, Any]:
        """What only cases of this kind tell."""


class CancellationAnswer(CaseAnswer):
    """A cancellation of an order (PSR-12)."""

    table: ClassVar = TableName.CANCELLATION

    penalty: Annotated[Sum | None, Field(description="What the seller charges for it (PSR-12-5).")]

    @classmethod
    def _of_its_kind(cls, item: ItemView, case: Case | None, order: OrderView) -> Mapping[str, Any]:
        return {"penalty": Sum.of(case.penalty) if case else None}


class DissolutionAnswer(CaseAnswer):
    """A dissolution of an order that was delivered (PSR-13)."""

    table: ClassVar = TableName.DISSOLUTION

    ground: Ground
    evidence: Annotated[
        tuple[str, ...],
        Field(description="Ids of what was handed in before the seller was asked (PSR-13-1)."),
    ]
    late_evidence: Annotated[
        tuple[str, ...] | None,
        Field(description="Ids of what came later: the seller may not have seen it."),
    ]
    remedy: Annotated[
        Remedy | None,
        Field(description="What the seller wants done with the goods, once it agreed (PSR-13-5)."),
    ]
    cost: Annotated[Sum | None, Field(description="What that cost: asked of the seller.")]
    cost_paid: Annotated[Sum | None, Field(description="What of that the seller has paid.")]
    gives_claim: Annotated[
        Basis | None,
        Field(
            description="The clause that the client may claim by, as it ended: PSR-13-4 of the "
            "seller that refused, PSR-17-2 of logistics where the cause lies, PSR-13-7 of the "
            "provider by whose fault it was dissolved."
        ),
    ]

    @classmethod
    def _of_its_kind(cls, item: ItemView, case: Case | None, order: OrderView) -> Mapping[str, Any]:
        return {
            "ground": Ground(item.opening["ground"]),
            "evidence": case.evidence if case else tuple(item.opening["evidence"]),
            "late_evidence": case.late if case else None,
            "remedy": case.remedy if case else None,
            "cost": Sum.of(case.cost) if case else None,
            "cost_paid": Sum.of(case.cost_paid) if case else None,
            "gives_claim": _claim_after(item, order),
        }


def _claim_after(item: ItemView, order: OrderView) -> Basis | None:
    """What a dissolution leaves the client to claim by."""
    match item.state:
        case State.REFUSED:
            return Basis.SELLER_REFUSED_DISSOLUTION
        case State.OVERTAKEN if order.grounds.with_logistics:
            return Basis.CAUSE_WITH_LOGISTICS
        case State.CHASING | State.DISSOLVED:
            return Basis.DISSOLUTION_BY_PROVIDERS_FAULT
        case _:
            return None


C = TypeVar("C", bound=CaseAnswer)


class RefundAnswer(Answered):
    """A refund through the payment institution, on an axis of its own (PSR-9)."""

    item: Annotated[str, Field(examples=["ord_2026_0001/5"])]
    number: Annotated[str, Field(description="Its number in the path of its commands.")]
    state: State
    amount: Sum


def collection_of(table: TableName) -> str:
    """What the items of a table are called in a path."""
    return f"{table}s"


def refunds_of(order: OrderView) -> tuple[RefundAnswer, ...]:
    """The refunds of an order, each with its number in the path of its commands."""
    return tuple(
        RefundAnswer(
            item=each.item, number=each.number, state=each.state, amount=Sum.of(each.amount)
        )
        for each in order.items_of(TableName.REFUND)
        if each.amount is not None
    )


def items_of(order: OrderView, table: TableName) -> tuple[ItemAnswer, ...]:
    """The items of an order that are of one table."""
    return tuple(ItemAnswer.of(item) for item in order.items_of(table))


def cases_of(order: OrderView, kind: type[C]) -> tuple[C, ...]:
    """The cases of an order that are of one kind, in the order of their requests."""
    return tuple(
        kind.of_case(item, number=number, order=order)
        for number, item in enumerate(order.items_of(kind.table), start=1)
    )
