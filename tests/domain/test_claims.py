"""What a claim rests on, who answers it, and what it does to the money."""

from dataclasses import replace
from functools import reduce
from itertools import product
from typing import Any

import pytest

from daigou.domain import commands, postings
from daigou.domain.book import Book, JournalKind
from daigou.domain.claims import OPPONENTS, faults_of, grounds_of, weight_of
from daigou.domain.commands import (
    Admit,
    Basis,
    Cause,
    Command,
    Compensation,
    Grounds,
    Line,
    LineCode,
    Loss,
    LossHead,
    Opponent,
)
from daigou.domain.facts import Facts
from daigou.domain.ids import SubjectId
from daigou.domain.lifecycle import CLAIM
from daigou.domain.lifecycle.table import Row, taken
from daigou.domain.money import ZERO, Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.own_facts import Claimed
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples
from tests.domain.bookkeeper import all_legs, is_sound

NOTHING = Grounds(state=State.REQUESTED)


def fired(
    trigger: Trigger,
    role: Role,
    command: Command | None = None,
    *,
    state: State = State.MADE,
    against: Opponent = Opponent.PROVIDER,
) -> Row:
    """The row that somebody takes of a claim against somebody."""
    claimed = samples.a_claimed(against=against)
    situation = samples.situation(
        role, command or samples.command_of(trigger), facts=Facts(claim=claimed), order=state
    )
    return CLAIM.fire(state=state, trigger=trigger, situation=situation)


def losses(*sums: tuple[LossHead, int]) -> tuple[Loss, ...]:
    return tuple(Loss(head=head, amount=Money(fen)) for head, fen in sums)


# ---- what a claim rests on -----------------------------------------------------------------------


@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-13-7")
@pytest.mark.clause("PSR-17-2")
@pytest.mark.clause("PSR-24")
@pytest.mark.parametrize("basis", Basis)
def test_each_basis_gives_a_claim_against_one_opponent_and_no_other(basis: Basis) -> None:
    right = {
        "PSR-24": "provider",
        "PSR-13-7": "provider",
        "PSR-17-2": "logistics",
        "PSR-13-4": "seller",
    }

    for against in Opponent:
        claim = samples.a_claim(basis, against=against)
        codes = [(each.code, each.clause) for each in faults_of(claim, samples.GROUNDS)]

        wrong = against != right[basis.value]
        assert codes == ([(RefusalCode.NO_BASIS, basis.value)] if wrong else [])


MISSING: dict[Basis, dict[str, Any]] = {
    Basis.DISSOLUTION_BY_PROVIDERS_FAULT: {"state": State.CLOSED},
    Basis.CAUSE_WITH_LOGISTICS: {"with_logistics": False},
    Basis.SELLER_REFUSED_DISSOLUTION: {"seller_refused": False},
}


@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-13-7")
@pytest.mark.clause("PSR-17-2")
@pytest.mark.parametrize(("basis", "missing"), list(product(Basis, MISSING)))
def test_a_basis_holds_by_its_own_ground_and_by_no_other(basis: Basis, missing: Basis) -> None:
    grounds = replace(samples.GROUNDS, **MISSING[missing])

    reasons = faults_of(samples.a_claim(basis), grounds)

    expected = [(RefusalCode.NO_BASIS, basis.value)] if basis == missing else []
    assert [(each.code, each.clause) for each in reasons] == expected


@pytest.mark.clause("PSR-25")
@pytest.mark.parametrize("basis", Basis)
def test_nothing_can_be_claimed_of_an_order_on_which_nothing_was_agreed(basis: Basis) -> None:
    grounds = replace(samples.GROUNDS, agreed=False)

    (reason,) = faults_of(samples.a_claim(basis), grounds)

    assert (reason.code, reason.clause) == (RefusalCode.NOT_IN_THIS_STATE, "PSR-25")


@pytest.mark.clause("PSR-24")
@pytest.mark.clause("PSR-25")
@pytest.mark.parametrize(("basis", "head"), list(product(Basis, LossHead)))
def test_a_provider_is_liable_for_direct_loss_alone_others_for_every_head(
    basis: Basis, head: LossHead
) -> None:
    claim = samples.a_claim(basis, losses=losses((LossHead.DIRECT_LOSS, 1_00), (head, 2_00)))

    reasons = faults_of(claim, samples.GROUNDS)

    of_provider = OPPONENTS[basis] == Opponent.PROVIDER
    expected = (
        [(RefusalCode.LOSS_NOT_COVERED, "PSR-24")]
        if of_provider and head != LossHead.DIRECT_LOSS
        else []
    )
    assert [(each.code, each.clause) for each in reasons] == expected


@pytest.mark.clause("PSR-25")
@pytest.mark.parametrize(
    "named",
    [
        (),
        losses((LossHead.DIRECT_LOSS, 0)),
        losses((LossHead.DIRECT_LOSS, 1), (LossHead.DIRECT_LOSS, 0)),
    ],
)
def test_a_claim_names_what_it_is_for_and_how_much(named: tuple[Loss, ...]) -> None:
    claim = samples.a_claim(Basis.CAUSE_WITH_LOGISTICS, losses=named)

    (reason,) = faults_of(claim, samples.GROUNDS)

    assert (reason.code, reason.clause) == (RefusalCode.INVALID_REQUEST, "PSR-25")


@pytest.mark.clause("PSR-24")
@pytest.mark.parametrize(
    ("claimed", "asked", "too_high"),
    [
        (0, 1_231_23, False),
        (0, 1_231_24, True),
        (1_231_22, 1, False),
        (1_231_22, 2, True),
        (1_231_23, 1, True),
    ],
)
def test_a_provider_is_liable_for_the_order_amount_over_all_claims(
    claimed: int, asked: int, *, too_high: bool
) -> None:
    grounds = replace(samples.GROUNDS, claimed=Money(claimed))
    claim = samples.a_claim(Basis.PROVIDERS_FAULT, losses=losses((LossHead.DIRECT_LOSS, asked)))

    reasons = faults_of(claim, grounds)

    assert [each.code for each in reasons] == ([RefusalCode.CLAIM_TOO_HIGH] if too_high else [])


@pytest.mark.clause("PSR-24")
@pytest.mark.parametrize("basis", [Basis.CAUSE_WITH_LOGISTICS, Basis.SELLER_REFUSED_DISSOLUTION])
def test_claims_against_others_have_no_cap(basis: Basis) -> None:
    claim = samples.a_claim(basis, losses=losses((LossHead.DIRECT_LOSS, 9_999_999_00)))

    assert faults_of(claim, samples.GROUNDS) == ()


@pytest.mark.clause("PSR-25")
def test_the_table_names_all_that_is_wrong_at_once() -> None:
    claim = samples.a_claim(
        Basis.DISSOLUTION_BY_PROVIDERS_FAULT,
        losses=losses((LossHead.COST_OF_DISPUTE, 1_00), (LossHead.DIRECT_LOSS, 0)),
        grounds=NOTHING,
    )

    with pytest.raises(Refused) as caught:
        fired(Trigger.MAKE_CLAIM, Role.CLIENT, claim, state=State.NEW)

    assert [(each.code, each.clause) for each in caught.value.reasons] == [
        (RefusalCode.NOT_IN_THIS_STATE, "PSR-25"),
        (RefusalCode.NO_BASIS, "PSR-13-7"),
        (RefusalCode.INVALID_REQUEST, "PSR-25"),
        (RefusalCode.LOSS_NOT_COVERED, "PSR-24"),
        (RefusalCode.CLAIM_TOO_HIGH, "PSR-24"),
    ]
    assert (caught.value.code, caught.value.clause) == (RefusalCode.NOT_IN_THIS_STATE, "PSR-25")


@pytest.mark.parametrize("basis", Basis)
def test_a_claim_is_made_by_the_clause_that_gives_it(basis: Basis) -> None:
    row = fired(Trigger.MAKE_CLAIM, Role.CLIENT, samples.a_claim(basis), state=State.NEW)

    of_logistics = basis == Basis.CAUSE_WITH_LOGISTICS
    answerer = Role.LOGISTICS if of_logistics else Role.PROVIDER
    assert (row.clause, row.next_actor) == (basis.value, answerer)
    assert [(each.event, each.to) for each in row.notices] == [("claim.made", answerer)]


def test_whether_an_order_can_have_a_claim_is_told_without_one() -> None:
    def fire(facts: Facts) -> Row:
        sample = samples.situation(Role.CLIENT, None, facts=facts)
        return CLAIM.fire(state=State.NEW, trigger=Trigger.MAKE_CLAIM, situation=sample)

    assert fire(Facts(cancellable_until=samples.NOON)).target == State.MADE
    with pytest.raises(Refused) as caught:
        fire(Facts())

    assert (caught.value.code, caught.value.clause) == (RefusalCode.NOT_IN_THIS_STATE, "PSR-25")


def test_grounds_are_read_from_an_order_without_what_its_cancellation_cost() -> None:
    facts = Facts(
        cancellable_until=samples.NOON,
        causes=(Cause.NONE_FOUND, Cause.LOGISTICS),
        seller_refused=True,
    )
    lines = [
        Line(code=code, label="-", amount=Money(fen), collector=samples.PROVIDER)
        for code, fen in (
            (LineCode.GOODS, 1_200_00),
            (LineCode.SERVICE_FEE, 1_23),
            (LineCode.STORAGE_FEE, 5_00),
            (LineCode.CANCELLATION_COST, 70_00),
            (LineCode.SELLER_PENALTY, 9_00),
        )
    ]

    assert grounds_of(state=State.CLOSED, facts=facts, lines=lines, claimed=Money(2)) == Grounds(
        state=State.CLOSED,
        agreed=True,
        with_logistics=True,
        seller_refused=True,
        amount=Money(1_206_23),
        claimed=Money(2),
    )
    assert grounds_of(state=State.REQUESTED, facts=Facts(), lines=()) == NOTHING


@pytest.mark.clause("PSR-24")
@pytest.mark.parametrize(
    ("against", "state", "admitted", "weight"),
    [
        (Opponent.PROVIDER, State.MADE, 0, 5_00),
        (Opponent.PROVIDER, State.ADMITTED, 3_00, 3_00),
        (Opponent.PROVIDER, State.COMPENSATED, 3_00, 3_00),
        (Opponent.PROVIDER, State.REJECTED, 0, 0),
        (Opponent.PROVIDER, State.WITHDRAWN, 0, 0),
        (Opponent.LOGISTICS, State.MADE, 0, 0),
        (Opponent.SELLER, State.ADMITTED, 3_00, 0),
    ],
)
def test_a_claim_counts_for_what_was_admitted_or_else_for_what_is_asked(
    against: Opponent, state: State, admitted: int, weight: int
) -> None:
    counted = weight_of(against=against, state=state, asked=Money(5_00), admitted=Money(admitted))

    assert counted == Money(weight)


# ---- who answers ---------------------------------------------------------------------------------

ANSWERS = {
    Opponent.PROVIDER: {Role.PROVIDER, Role.PLATFORM},
    Opponent.LOGISTICS: {Role.LOGISTICS, Role.PLATFORM},
    Opponent.SELLER: {Role.PROVIDER, Role.PLATFORM},
}


@pytest.mark.clause("PSR-17-2")
@pytest.mark.parametrize("trigger", [Trigger.ADMIT_CLAIM, Trigger.REJECT_CLAIM])
@pytest.mark.parametrize(
    ("against", "role"),
    list(product(Opponent, (Role.PROVIDER, Role.LOGISTICS, Role.PLATFORM))),
)
def test_who_it_is_against_answers_or_the_platform_for_it(
    trigger: Trigger, against: Opponent, role: Role
) -> None:
    if role in ANSWERS[against]:
        assert fired(trigger, role, against=against).target in (State.ADMITTED, State.REJECTED)
        return

    with pytest.raises(Refused) as caught:
        fired(trigger, role, against=against)

    clause = "PSR-17-2" if against == Opponent.LOGISTICS else "PSR-25"
    assert (caught.value.code, caught.value.clause) == (RefusalCode.NOT_YOUR_ROLE, clause)


@pytest.mark.clause("PSR-13-4")
@pytest.mark.parametrize("state", [State.MADE, State.ADMITTED])
def test_a_provider_assists_against_the_seller_and_against_nobody_else(state: State) -> None:
    row = fired(Trigger.RECORD_ASSISTANCE, Role.PROVIDER, state=state, against=Opponent.SELLER)

    assert (row.target, row.clause) == (state, "PSR-13-4")
    assert [(each.event, each.to) for each in row.notices] == [("claim.assisted", Role.CLIENT)]
    for against, clause in ((Opponent.PROVIDER, "PSR-13-4"), (Opponent.LOGISTICS, "PSR-17-2")):
        with pytest.raises(Refused) as caught:
            fired(Trigger.RECORD_ASSISTANCE, Role.PROVIDER, state=state, against=against)
        assert (caught.value.code, caught.value.clause) == (RefusalCode.NO_BASIS, clause)


@pytest.mark.clause("PSR-25")
@pytest.mark.parametrize(("fen", "goes"), [(0, False), (1, True), (500_00, True), (500_01, False)])
def test_nobody_admits_more_than_is_claimed_nor_nothing(fen: int, *, goes: bool) -> None:
    admit = Admit(amount=Money(fen))

    if goes:
        assert fired(Trigger.ADMIT_CLAIM, Role.PROVIDER, admit).target == State.ADMITTED
        return
    with pytest.raises(Refused) as caught:
        fired(Trigger.ADMIT_CLAIM, Role.PROVIDER, admit)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "PSR-25")


@pytest.mark.clause("PSR-24")
@pytest.mark.parametrize("against", Opponent)
@pytest.mark.parametrize(("fen", "goes"), [(299_99, False), (300_00, True), (300_01, False)])
def test_what_is_paid_is_what_was_admitted_to_the_fen(
    against: Opponent, fen: int, *, goes: bool
) -> None:
    paid = Compensation(amount=Money(fen), external_ref="wire-1")

    def record() -> Row:
        return fired(
            Trigger.RECORD_COMPENSATION,
            Role.PLATFORM,
            paid,
            state=State.ADMITTED,
            against=against,
        )

    if goes:
        row = record()
        through_us = against == Opponent.PROVIDER
        assert row.target == State.COMPENSATED
        assert (row.posts is not None) == through_us
        assert row.notices[0].event == ("claim.compensated" if through_us else "claim.paid_outside")
        return
    with pytest.raises(Refused) as caught:
        record()

    assert (caught.value.code, caught.value.clause) == (RefusalCode.INVALID_REQUEST, "PSR-24")


@pytest.mark.parametrize("against", Opponent)
def test_what_is_overdue_is_told_to_the_platform_and_to_whom_it_waits_for(
    against: Opponent,
) -> None:
    answerer = Role.LOGISTICS if against == Opponent.LOGISTICS else Role.PROVIDER

    unanswered = fired(Trigger.ESCALATE, Role.CLOCK, against=against)
    unpaid = fired(Trigger.ESCALATE, Role.CLOCK, state=State.ADMITTED, against=against)

    assert (unanswered.next_actor, unpaid.next_actor) == (answerer, None)
    assert [(each.event, each.to) for each in unanswered.notices + unpaid.notices] == [
        ("claim.answer_overdue", Role.PLATFORM),
        ("claim.answer_overdue", answerer),
        ("claim.payment_overdue", Role.PLATFORM),
        ("claim.payment_overdue", answerer),
    ]


# ---- facts and money -----------------------------------------------------------------------------


def _told(*steps: tuple[Trigger, State, Command]) -> Facts:
    def after(facts: Facts, step: tuple[Trigger, State, Command]) -> Facts:
        trigger, state, command = step
        row = CLAIM.rows_from(state, trigger)[0]
        return facts.after(
            taken(CLAIM, row, item="", command=command, terms=samples.TERMS, at=samples.NOON)
        )

    return reduce(after, steps, Facts())


def test_a_claim_knows_whom_it_is_against_what_is_asked_and_what_was_admitted() -> None:
    made = (Trigger.MAKE_CLAIM, State.NEW, samples.a_claim(Basis.SELLER_REFUSED_DISSOLUTION))
    admitted = (Trigger.ADMIT_CLAIM, State.MADE, Admit(amount=Money(7)))
    assisted = (Trigger.RECORD_ASSISTANCE, State.MADE, commands.Message(note_ref="txt_1"))

    assert _told(made, assisted).claim == Claimed(against=Opponent.SELLER, asked=Money(500_00))
    assert _told(made, admitted, assisted).claim == Claimed(
        against=Opponent.SELLER, asked=Money(500_00), admitted=Money(7)
    )
    assert replace(_told(made), claim=None) == Facts()


def _book(*, claimed: int = 0, against: Opponent = Opponent.PROVIDER) -> Book:
    return Book(
        subject=SubjectId("clm_kettles"),
        sequence=1,
        fee_rate=samples.TERMS.fee_rate,
        client=samples.CLIENT,
        provider=samples.PROVIDER,
        facts=Facts(claim=samples.a_claimed(against=against, admitted=ZERO)),
        grounds=replace(samples.GROUNDS, claimed=Money(claimed)),
    )


@pytest.mark.clause("PSR-24")
def test_what_a_provider_pays_comes_by_bank_and_is_in_the_clients_deposit() -> None:
    paid = Compensation(amount=Money(300_00), external_ref="wire-1")

    effects = postings.pay_compensation(_book(), paid)

    assert all_legs(effects) == [{"bank": 300_00, "deposit:cli_anna": -300_00}]
    assert is_sound(effects.journals[0])
    assert (effects.journals[0].kind, effects.journals[0].clause) == (
        JournalKind.COMPENSATION,
        "PSR-24",
    )


@pytest.mark.clause("PSR-24")
def test_a_claim_is_held_against_the_books_and_not_against_what_its_sender_saw() -> None:
    claim = samples.a_claim(Basis.PROVIDERS_FAULT, grounds=NOTHING)

    assert postings.hold_to_its_grounds(_book(claimed=731_23), claim).journals == ()
    with pytest.raises(Refused) as caught:
        postings.hold_to_its_grounds(_book(claimed=731_24), samples.CLAIM)

    assert caught.value.code == RefusalCode.CLAIM_TOO_HIGH


@pytest.mark.clause("PSR-24")
@pytest.mark.parametrize("against", Opponent)
def test_no_more_is_admitted_for_a_provider_than_is_left_of_the_order_amount(
    against: Opponent,
) -> None:
    admit = Admit(amount=Money(231_24))

    if against != Opponent.PROVIDER:
        postings.hold_to_the_cap(_book(claimed=1_000_00, against=against), admit)
        return
    postings.hold_to_the_cap(_book(claimed=999_99), admit)
    with pytest.raises(Refused) as caught:
        postings.hold_to_the_cap(_book(claimed=1_000_00), admit)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.CLAIM_TOO_HIGH, "PSR-24")
