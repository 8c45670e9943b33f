"""Owns what stands beside the example's order: a tip for it, and a question to the platform."""

from datetime import timedelta

from daigou.domain.clocks import Clock
from daigou.domain.commands import Topic
from daigou.domain.ids import ConsultationId, TipId
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.terms import terms_of
from daigou.ledger.side_views import ConsultationView, TipView
from daigou.ledger.views import OrderView
from gateway.answers import ConsultationAnswer, ConsultationPage, TipAnswer, TipList
from gateway.business_days import business_days_after
from gateway.wire import Answered


def side_examples(order: OrderView) -> tuple[Answered, ...]:
    """An example of each large answer that tips and consultations have."""
    tip, asked = TipAnswer.of(_tip(order)), ConsultationAnswer.of(_consultation(order))
    return (tip, TipList(data=(tip,)), asked, ConsultationPage(data=(asked,), has_more=False))


def _tip(order: OrderView) -> TipView:
    given = order.placed_at + timedelta(days=40)
    return TipView(
        id=TipId("tip_2026_0001"),
        order=order.id,
        client=order.parties.client,
        provider=order.parties.provider,
        amount=Money(50_00),
        state=State.HELD,
        sequence=1,
        terms_version=order.terms_version,
        clocks=(
            Clock(
                term="tip_refund",
                trigger=Trigger.EARN_TIP,
                due=given + terms_of(order.terms_version).duration("tip_refund"),
                clause="PSR-21-2",
            ),
        ),
        next_actor=Role.CLOCK,
        given_at=given,
        ended_at=None,
    )


def _consultation(order: OrderView) -> ConsultationView:
    asked, terms = order.placed_at, terms_of(order.terms_version)
    due = business_days_after(asked, days=terms.consultation_business_days)
    return ConsultationView(
        id=ConsultationId("cns_2026_0001"),
        asker_role=Role.CLIENT,
        asker=order.parties.client,
        topic=Topic.AGREEMENT,
        answer_by=due.at,
        calendar=due.calendar,
        state=State.ASKED,
        sequence=1,
        terms_version=order.terms_version,
        clocks=(
            Clock(
                term="consultation_reminder",
                trigger=Trigger.REMIND,
                due=asked + terms.duration("consultation_reminder"),
                clause="UA-4-6",
            ),
        ),
        next_actor=Role.PLATFORM,
        asked_at=asked,
        ended_at=None,
    )
