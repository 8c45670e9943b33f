"""What an order knows is folded from the rows that it took, and from nothing else."""

from functools import reduce

import pytest

from daigou.domain import commands
from daigou.domain.commands import Cause, CautionKind, Command, DriftLimit
from daigou.domain.facts import Cautioned, Facts, Requirement
from daigou.domain.lifecycle import FULFILMENT, PARCEL, REQUIREMENT
from daigou.domain.lifecycle.table import Row, Table, taken
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State, Trigger
from tests.domain import samples

Story = tuple[Table, Row, str, Command]


def _row(table: Table, source: State, trigger: Trigger, variant: int = 0) -> Row:
    return table.rows_from(source, trigger)[variant]


def _told(*stories: Story) -> Facts:
    request = _row(FULFILMENT, State.NEW, Trigger.REQUEST, 1)
    first: Story = (FULFILMENT, request, "", samples.REQUEST)

    def after(facts: Facts, story: Story) -> Facts:
        table, row, item, command = story
        return facts.after(
            taken(table, row, item=item, command=command, terms=samples.TERMS, at=samples.NOON)
        )

    return reduce(after, (first, *stories), Facts())


def test_a_request_says_what_is_agreed_at_first() -> None:
    facts = _told()

    assert (facts.quantity, facts.goods, facts.freight) == (300, Money(1_200_00), Money(30_00))
    assert (facts.price, facts.missing, facts.stage) == (Money(1_230_00), 300, State.PURCHASED)


@pytest.mark.clause("PSR-15-3")
def test_a_caution_is_open_until_it_is_acknowledged() -> None:
    said = commands.Caution(caution=CautionKind.LOW_REPUTATION)
    raised = _row(FULFILMENT, State.REQUESTED, Trigger.RAISE_CAUTION)
    acknowledged = _row(FULFILMENT, State.REQUESTED, Trigger.ACKNOWLEDGE_CAUTION)

    before = _told((FULFILMENT, raised, "", said))
    after = _told((FULFILMENT, raised, "", said), (FULFILMENT, acknowledged, "", said))

    assert before.unacknowledged == (CautionKind.LOW_REPUTATION,)
    assert after.cautions == (Cautioned(caution=CautionKind.LOW_REPUTATION, acknowledged=True),)


@pytest.mark.clause("PSR-3-1")
@pytest.mark.parametrize(
    ("trigger", "state"),
    [
        (Trigger.AGREE_REQUIREMENT, State.AGREED),
        (Trigger.DECLINE_REQUIREMENT, State.DECLINED),
        (Trigger.LAPSE, State.DECLINED),
    ],
)
def test_only_a_requirement_that_was_agreed_to_binds(trigger: Trigger, state: State) -> None:
    made = _row(REQUIREMENT, State.NEW, Trigger.REQUIRE)
    answer = _row(REQUIREMENT, State.PROPOSED, trigger)

    facts = _told(
        (REQUIREMENT, made, "ord_1/2", commands.Require(note_ref="note_1", needed=True)),
        (REQUIREMENT, made, "ord_1/3", commands.Require(note_ref="note_2")),
        (REQUIREMENT, answer, "ord_1/2", samples.command_of(trigger)),
    )

    assert facts.requirements == (
        Requirement(item="ord_1/2", needed=True, state=state),
        Requirement(item="ord_1/3", needed=False, state=State.PROPOSED),
    )


@pytest.mark.clause("PSR-7")
def test_only_charges_that_moved_no_money_are_unpaid() -> None:
    paid, unpaid = PARCEL.rows_from(State.STORED, Trigger.CHARGE_STORAGE)
    settled = _row(PARCEL, State.STORED, Trigger.PAY_STORAGE)
    charges: list[Story] = [(PARCEL, row, "p", commands.Plain()) for row in (unpaid, paid, unpaid)]

    owing = _told(*charges)
    clear = _told(*charges, (PARCEL, settled, "p", commands.Plain()))

    assert (owing.storage_unpaid, clear.storage_unpaid) == (Money(60_00), ZERO)


@pytest.mark.clause("PSR-17-2")
def test_every_cause_that_was_found_is_kept() -> None:
    order = _row(FULFILMENT, State.RECEIPT_OBJECTION, Trigger.SETTLE_OBJECTION, 1)
    parcel = _row(PARCEL, State.PACKAGE_REFUSED, Trigger.SETTLE_PACKAGE)

    facts = _told(
        (PARCEL, parcel, "p", commands.CauseFound(cause=Cause.LOGISTICS)),
        (FULFILMENT, order, "", commands.CauseFound(cause=Cause.SELLER)),
    )

    assert facts.causes == (Cause.LOGISTICS, Cause.SELLER)


@pytest.mark.clause("PSR-10-2")
def test_what_was_charged_counts_against_the_limit_until_it_is_said_anew() -> None:
    charged = _row(FULFILMENT, State.EFFECTIVE, Trigger.REPORT_PRICE, 2)
    fell = _row(FULFILMENT, State.EFFECTIVE, Trigger.REPORT_PRICE, 1)
    limit = _row(FULFILMENT, State.EFFECTIVE, Trigger.LIMIT_PRICE_DRIFT)
    said = commands.LimitPriceDrift(limit=DriftLimit(amount=Money(5_00)))

    rose = _told((FULFILMENT, charged, "", samples.WITHIN_LIMIT))
    fell_again = rose.after(
        taken(
            FULFILMENT, fell, item="", command=samples.LOWER, terms=samples.TERMS, at=samples.NOON
        )
    )
    anew = rose.after(
        taken(FULFILMENT, limit, item="", command=said, terms=samples.TERMS, at=samples.NOON)
    )

    assert (rose.drifted, fell_again.drifted, anew.drifted) == (Money(10_00), Money(10_00), ZERO)
    assert anew.drift_limit == said.limit


@pytest.mark.clause("PSR-9")
def test_an_offer_of_a_part_changes_nothing_until_it_is_taken() -> None:
    offered = _row(FULFILMENT, State.EFFECTIVE, Trigger.REPORT_PRICE)
    accepted = _row(FULFILMENT, State.AWAITING_CHOICE, Trigger.ACCEPT_PART)

    waiting = _told((FULFILMENT, offered, "", samples.PART))
    after = waiting.after(
        taken(
            FULFILMENT,
            accepted,
            item="",
            command=commands.Plain(),
            terms=samples.TERMS,
            at=samples.NOON,
        )
    )

    assert (waiting.quantity, waiting.goods, waiting.offer) == (300, Money(1_200_00), samples.PART)
    assert (after.quantity, after.goods, after.offer) == (100, Money(400_00), None)
