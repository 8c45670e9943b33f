"""Owns how rows of tips and consultations become views."""

from daigou.domain.commands import Calendar, Topic
from daigou.domain.ids import ConsultationId, OrderId, PartyId, TipId
from daigou.domain.money import Money
from daigou.domain.order import ROLES_BOUND_TO_AN_ORDER, Role, State, TableName
from daigou.ledger.rows import Row, moment_in, moment_of, running_clocks
from daigou.ledger.side_views import ConsultationView, TipView


def tip_view(row: Row) -> TipView:
    """A tip from its row, whether of a query or of JSON."""
    state = State(row["state"])
    return TipView(
        id=TipId(row["id"]),
        order=OrderId(row["order_id"]),
        client=PartyId(row["client"]),
        provider=PartyId(row["provider"]),
        amount=Money(row["amount"]),
        state=state,
        sequence=row["sequence"],
        terms_version=row["terms_version"],
        clocks=running_clocks(table=TableName.TIP, state=state, json=row["clocks"]),
        next_actor=None if row["next_actor"] is None else Role(row["next_actor"]),
        given_at=moment_in(row["given_at"]),
        ended_at=moment_of(row["ended_at"]),
    )


def consultation_view(row: Row) -> ConsultationView:
    """A consultation from its row; whoever asks stands in the column of its role."""
    state = State(row["state"])
    role = next(role for role in sorted(ROLES_BOUND_TO_AN_ORDER) if row[role.value] is not None)
    return ConsultationView(
        id=ConsultationId(row["id"]),
        asker_role=role,
        asker=PartyId(row[role.value]),
        topic=Topic(row["topic"]),
        answer_by=row["answer_by"],
        calendar=Calendar(row["calendar"]),
        state=state,
        sequence=row["sequence"],
        terms_version=row["terms_version"],
        clocks=running_clocks(table=TableName.CONSULTATION, state=state, json=row["clocks"]),
        next_actor=None if row["next_actor"] is None else Role(row["next_actor"]),
        asked_at=row["asked_at"],
        ended_at=row["ended_at"],
    )
