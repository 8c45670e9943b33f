"""Owns the moves of a chargeback: reported, judged, paid or offset, decided; what its order makes
of it.

Chargebacks are counted from 1. Each move but the first is of the `nth`, or of the latest.
"""

from datetime import UTC, datetime

from daigou.domain.commands import (
    DenyJustCause,
    DisposeGoods,
    DisputeReason,
    EvidenceBundle,
    Footing,
    Head,
    InstitutionVerdict,
    Message,
    Noted,
    PayChargeback,
    ReportChargeback,
)
from daigou.domain.ids import MovementRef
from daigou.domain.money import Money
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.ports.counterparties import Standing
from daigou.simulator.conduct import payment_method
from daigou.simulator.moves.happening import struck
from daigou.simulator.moves.latest import opens
from daigou.simulator.plans import ALL, Act, Cue, Event, Move, Share, dispute_of
from daigou.simulator.tally import Tally

_TABLE = TableName.CHARGEBACK
EVIDENCE_DUE = datetime(2100, 1, 1, tzinfo=UTC)
"""The institution of this world has time."""
_SAID = {
    Standing.DONE: Trigger.CONFIRM_CHARGEBACK_PAYMENT,
    Standing.REJECTED: Trigger.DECLINE_CHARGEBACK_PAYMENT,
}


def charge_back(
    at: State, share: Share = ALL, *, reason: DisputeReason = DisputeReason.CHANGED_MIND
) -> Move:
    """The institution takes a share of the latest payment back, where the order stands at `at`."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        fen = share.of(tally.payments[-1].whole)
        tally.charge_back(fen)
        command = ReportChargeback(
            order=tally.deal.order,
            dispute=dispute_of(tally.deal.order, len(tally.disputes)),
            # Which payment it is of is known by then, and what is known of the order says whoever
            # takes the report.
            payment=MovementRef(""),
            amount=Money(fen),
            reason=reason,
            evidence_due=EVIDENCE_DUE,
            footing=Footing(),
        )
        role, trigger = Role.PAYMENT_INSTITUTION, Trigger.REPORT_CHARGEBACK
        return opens(tally, _TABLE, role, trigger, at, command)

    return move


def find_just_cause(*, bought: bool, nth: int = 0, at: State = State.EXAMINING) -> Move:
    """The platform finds that the client had just cause; what was not `bought` is at its end."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.bear(is_bought=bought, nth=nth)
        command = Message(note_ref="the goods are not those of the offer (invented)")
        return _on(tally, nth, Role.PLATFORM, Trigger.FIND_JUST_CAUSE, at, command)

    return move


def deny_just_cause(head: Head = Head.OTHER, *, nth: int = 0) -> Move:
    """The platform finds no just cause, under a head."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        command = DenyJustCause(head=head, note_ref="all was as agreed (invented)")
        at = State.EXAMINING
        return _on(tally, nth, Role.PLATFORM, Trigger.DENY_JUST_CAUSE, at, command)

    return move


def pay_debt(
    share: Share,
    method: str = "",
    *,
    nth: int = 0,
    at: State = State.DEMANDED,
    recharges_fen: int = 0,
) -> Move:
    """The client pays what is owed: a share from the deposit, the rest by a payment method. Before
    that it puts something into its deposit, which may pay some of it already."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        if recharges_fen:
            tally.recharge(recharges_fen)
        owed = tally.dispute(nth).owed
        deposit = share.of(owed)
        command = PayChargeback(
            from_deposit=Money(deposit),
            from_institution=Money(owed - deposit),
            payment_method=method,
        )
        (act,) = _on(
            tally,
            nth,
            Role.CLIENT,
            Trigger.PAY_CHARGEBACK,
            at,
            command,
            recharges_fen=recharges_fen,
        )
        if deposit == owed:
            tally.pay_debt(deposit, nth=nth)
            return (act,)
        outcome = payment_method(method).capture.outcome
        if outcome == Standing.DONE:
            tally.pay_debt(deposit, nth=nth)
        else:
            tally.set_aside(deposit)
        said = Event(
            trigger=_SAID[outcome], at=State.PAYING, table=_TABLE, item=_number(tally, nth)
        )
        return act, said

    return move


def offset(*, nth: int = 0) -> Move:
    """Not paid in time: the deposit pays it whole."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.offset_whole(nth=nth)
        return _struck(tally, nth, Trigger.OFFSET_DEPOSIT)

    return move


def offset_part(fen: int, *, nth: int = 0) -> Move:
    """Not paid in time: the deposit holds just so much, and pays it."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.offset_part(fen, nth=nth)
        return _struck(tally, nth, Trigger.OFFSET_DEPOSIT)

    return move


def stage_evidence(at: State, *, nth: int = 0) -> Move:
    """The provider makes evidence ready."""
    return _shown(Trigger.STAGE_EVIDENCE, at, nth)


def submit_evidence(at: State, *, nth: int = 0) -> Move:
    """The provider hands the evidence that is ready to the institution."""
    return _shown(Trigger.SUBMIT_EVIDENCE, at, nth)


def win(at: State = State.COVERED, *, nth: int = 0) -> Move:
    """The institution decides for the platform, and gives the money back."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.win(nth=nth)
        return _decided(tally, nth, Trigger.WIN_CHARGEBACK, at)

    return move


def lose(at: State = State.COVERED, *, nth: int = 0) -> Move:
    """The institution leaves the money with the client."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        return _decided(tally, nth, Trigger.LOSE_CHARGEBACK, at)

    return move


def refuse_service(at: State) -> Move:
    """The provider does not buy for a client who owes."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        tally.end_unrealized()
        command = Noted(note_ref="the debt is not covered (invented)")
        act = Act(role=Role.PROVIDER, trigger=Trigger.REFUSE_SERVICE, at=at, command=command)
        return (act,)

    return move


def sell_goods(at: State, share: Share, *, storage_fen: int = 0, more_fen: int = 0) -> Move:
    """The provider sells the goods for a share of what is owed and so much more, of which the
    storage gets its due."""

    def move(tally: Tally) -> tuple[Cue, ...]:
        owed = sum(dispute.owed for dispute in tally.disputes)
        proceeds = share.of(owed) + more_fen
        tally.sell(proceeds, storage_fen)
        act = Act(
            role=Role.PROVIDER,
            trigger=Trigger.DISPOSE_GOODS,
            at=at,
            command=DisposeGoods(
                proceeds=Money(proceeds),
                storage_costs=Money(storage_fen),
                external_ref=f"BY-{tally.deal.basket.offer.id}",
            ),
            sells_fen=proceeds,
        )
        return (act,)

    return move


def _number(tally: Tally, nth: int) -> int:
    return nth or tally.opened[_TABLE]


def _on(
    tally: Tally,
    nth: int,
    role: Role,
    trigger: Trigger,
    at: State,
    command: Message | DenyJustCause | PayChargeback | InstitutionVerdict | EvidenceBundle,
    *,
    recharges_fen: int = 0,
) -> tuple[Act, ...]:
    return (
        Act(
            role=role,
            trigger=trigger,
            at=at,
            command=command,
            table=_TABLE,
            item=_number(tally, nth),
            recharges_fen=recharges_fen,
        ),
    )


def _struck(tally: Tally, nth: int, trigger: Trigger) -> tuple[Cue, ...]:
    return struck(trigger, State.DEMANDED, table=_TABLE, item=_number(tally, nth))(tally)


def _shown(trigger: Trigger, at: State, nth: int) -> Move:
    def move(tally: Tally) -> tuple[Cue, ...]:
        # The digest is known once it is staged.
        return _on(tally, nth, Role.PROVIDER, trigger, at, EvidenceBundle(digest=""))

    return move


def _decided(tally: Tally, nth: int, trigger: Trigger, at: State) -> tuple[Cue, ...]:
    number = _number(tally, nth)
    command = InstitutionVerdict(external_ref=f"VD-{tally.deal.basket.offer.id}-{number}")
    return _on(tally, nth, Role.PAYMENT_INSTITUTION, trigger, at, command)
