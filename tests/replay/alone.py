"""The courses of what is beside no order: recharges, questions, an account that nobody uses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from daigou.domain.commands import (
    Calendar,
    Command,
    Consult,
    FreezeReason,
    Message,
    Noted,
    Outcome,
    PlaceFreeze,
    RequestRecharge,
    Topic,
)
from daigou.domain.ids import MovementRef, PartyId, SubjectId, kind_of
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.simulator.world import Party
from tests.replay.courses import client_called, slug_of

RECHARGED = Money(500_00)
ANSWER_BY = datetime(2100, 1, 1, tzinfo=UTC)
"""What the books say; when its clock strikes, the course does."""
INACTIVE_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says once a trigger was pulled."""

    after: Trigger
    trigger: Trigger
    role: Role
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class AloneCourse:
    """What is opened by a role, by what `asks` makes of its client; `said` by persons, it comes to
    its end. A clock that was agreed on strikes `due_in` so much time."""

    prefix: str
    says: str
    asks: Callable[[PartyId], Command]
    end: State
    by: Role = Role.CLIENT
    said: tuple[Said, ...] = ()
    due_in: timedelta | None = None

    @property
    def name(self) -> str:
        """The name of its history."""
        return f"{kind_of(self.prefix).name}-{slug_of(self.says)}"

    @property
    def subject(self) -> SubjectId:
        """Its id."""
        return _subject(self.prefix, self.says)

    @property
    def client(self) -> Party:
        """Whose it is."""
        return client_called(f"of-{slug_of(self.says)}")


def _subject(prefix: str, says: str) -> SubjectId:
    return SubjectId(f"{prefix}_{slug_of(says)}")


def _recharge(
    says: str, payment_method: str, end: State, *, told: Trigger | None = None
) -> AloneCourse:
    """A recharge through a payment method; `told` is what a person says once it was escalated."""
    said = Outcome(reference=MovementRef(f"{_subject('rch', says)}/1"))
    institution = Role.PAYMENT_INSTITUTION
    return AloneCourse(
        prefix="rch",
        says=says,
        asks=lambda client: RequestRecharge(
            client=client, amount=RECHARGED, payment_method=payment_method
        ),
        end=end,
        said=(Said(after=Trigger.ESCALATE, trigger=told, role=institution, command=said),)
        if told
        else (),
    )


def _question(says: str, end: State, *said: Said) -> AloneCourse:
    return AloneCourse(
        prefix="cns",
        says=says,
        asks=lambda _: Consult(
            topic=Topic.SERVICES,
            answer_by=ANSWER_BY,
            calendar=Calendar.STATE_COUNCIL,
            note_ref="txt_1",
        ),
        end=end,
        said=said,
        due_in=timedelta(days=21),
    )


def _answered(after: Trigger) -> Said:
    answer = Message(note_ref="txt_2")
    trigger = Trigger.ANSWER_CONSULTATION
    return Said(after=after, trigger=trigger, role=Role.PLATFORM, command=answer)


def _inactive(says: str, end: State, *said: Said) -> AloneCourse:
    return AloneCourse(
        prefix="frz",
        says=says,
        asks=lambda client: PlaceFreeze(
            client=client, reason=FreezeReason.INACTIVITY, inactive_since=INACTIVE_SINCE
        ),
        end=end,
        by=Role.CLOCK,
        said=said,
    )


_TAKEN_BACK = Said(
    after=Trigger.CONSULT,
    trigger=Trigger.WITHDRAW_CONSULTATION,
    role=Role.CLIENT,
    command=Noted(),
)
_RECOVERED = Said(
    after=Trigger.FREEZE_INACTIVE,
    trigger=Trigger.RECOVER_ACCOUNT,
    role=Role.CLIENT,
    command=Noted(),
)
_CREDITED, _DECLINED = State.CREDITED, State.DECLINED

ALONE = {
    course.name: course
    for course in (
        _recharge("credited", "pm_ok", _CREDITED),
        _recharge("declined", "pm_declined", _DECLINED),
        _recharge("pending, then credited", "pm_pending_then_ok", _CREDITED),
        _recharge("pending, then declined", "pm_pending_then_declined", _DECLINED),
        _recharge("unanswered, credited", "pm_timeout_then_ok", _CREDITED),
        _recharge("unheard of, sent again", "pm_timeout_then_unheard", _CREDITED),
        _recharge("silent, person credits", "pm_silent", _CREDITED, told=Trigger.CONFIRM_RECHARGE),
        _recharge("silent, person declines", "pm_silent", _DECLINED, told=Trigger.DECLINE_RECHARGE),
        _question("answered in time", State.ANSWERED, _answered(Trigger.REMIND)),
        _question("answered too late", State.ANSWERED, _answered(Trigger.ESCALATE)),
        _question("taken back", State.WITHDRAWN, _TAKEN_BACK),
        _inactive("inactive, asked for again", State.LIFTED, _RECOVERED),
        _inactive("inactive, cancelled", State.CANCELLED),
    )
}
