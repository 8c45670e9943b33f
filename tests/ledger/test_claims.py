"""Claims in the books: held against their order under its lock, capped, paid once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from daigou.domain import commands
from daigou.domain.commands import Basis, Cause, Loss, LossHead, Opponent
from daigou.domain.ids import ClaimId, SubjectId
from daigou.domain.money import Money
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.sweeps import SweepName
from daigou.domain.terms import current
from daigou.ledger.books import PostgresBooks
from daigou.ledger.erasing import Erasing, StillRunningError
from daigou.ledger.queries import Queries
from daigou.ledger.registry import Registry
from daigou.ledger.watch import PostgresWatch
from daigou.ports.books import StepConflictError
from daigou.ports.watch import START, Place
from tests.ledger.attack import (
    CHECK,
    HISTORY,
    READ_MODEL,
    STRANGER,
    UNIQUE,
    Rows,
    Sql,
    composed,
    refused,
    spoiled,
    written,
)
from tests.ledger.patience import Patience
from tests.ledger.road import (
    ANNA,
    BEN,
    SWIFT,
    WHOLE,
    YIWU,
    Subject,
    World,
    a_claim,
    a_price,
    sold_out,
)
from tests.ledger.sums import balances, card

LIABLE = "DG009"
TEN_DAYS = timedelta(days=10)


def admit(claim: Subject, amount: int) -> None:
    """Whom it is against admits so many fen."""
    claim.pull(Trigger.ADMIT_CLAIM, commands.Admit(amount=Money(amount)))


def pay(claim: Subject, amount: int, reference: str = "wire-1") -> None:
    """The platform records that so many fen were paid."""
    said = commands.Compensation(amount=Money(amount), external_ref=reference)
    claim.pull(Trigger.RECORD_COMPENSATION, said)


def reject(claim: Subject) -> None:
    claim.pull(Trigger.REJECT_CLAIM, commands.Message(note_ref="txt_0002"))


def blamed_on_logistics(world: World) -> Subject:
    """An order whose receipt was objected to; the platform found that the cause is logistics'."""
    order = world.delivered()
    order.pull(
        Trigger.OBJECT_TO_RECEIPT, commands.Objection(reason=commands.ObjectionReason.DAMAGED)
    )
    order.pull(Trigger.SETTLE_OBJECTION, commands.CauseFound(cause=Cause.LOGISTICS))
    return order


def _ended(world: World, **changes: Any) -> Subject:
    """An order of which nothing is open any more."""
    order = world.effective(**changes)
    sold_out(order)
    for refund in order.refunds():
        order.answer(Trigger.CONFIRM_REFUND, item=refund)
    return order


# ---- a claim on its way ------------------------------------------------------------------------


@pytest.mark.clause("PSR-25")
@pytest.mark.usefixtures("proved")
def test_a_claim_stands_in_the_books_with_its_heads_its_basis_and_its_deadline(
    world: World, queries: Queries
) -> None:
    order = world.effective()

    claim = world.claim(order, 30_000)

    view = queries.claim(ClaimId(claim.id))
    assert (view.order, view.client, view.provider, view.logistics) == (order.id, ANNA, YIWU, None)
    assert (view.claimed.against, view.basis) == (Opponent.PROVIDER, Basis.PROVIDERS_FAULT)
    assert view.losses == (Loss(head=LossHead.DIRECT_LOSS, amount=Money(30_000)),)
    assert (view.claimed.asked, view.claimed.admitted) == (Money(30_000), Money(0))
    assert (view.state, view.next_actor, view.evidence) == (
        State.MADE,
        Role.PROVIDER,
        ("evd_0001",),
    )
    assert [clock.due - view.made_at for clock in view.clocks] == [TEN_DAYS]
    assert card(claim.last) == {"claimed of the provider": "¥300.00"}
    assert queries.order(order.id).claims == (view,)


@pytest.mark.clause("PSR-24")
@pytest.mark.usefixtures("proved")
def test_what_a_provider_admits_and_pays_is_in_the_clients_deposit(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    before = balances(queries)

    claim = world.claim(order, 30_000)
    admit(claim, 20_001)
    pay(claim, 20_001)

    view = queries.claim(ClaimId(claim.id))
    assert (view.state, view.claimed.admitted) == (State.COMPENSATED, Money(20_001))
    assert (view.external_ref, view.ended_at, view.next_actor) == ("wire-1", claim.at, None)
    assert queries.deposit(ANNA).balance == Money(20_001)
    moved = {
        account: after - before.get(account, 0)
        for account, after in balances(queries).items()
        if after != before.get(account, 0)
    }
    assert moved == {"bank": 20_001, "deposit:cli_anna": -20_001}
    (journal,) = queries.journals(claim.id)
    assert (journal.kind, journal.clause) == ("compensation", "PSR-24")
    assert card(claim.last) == {
        "claimed of the provider": "¥300.00",
        "admitted": "¥200.01",
        "paid": "¥200.01",
    }


@pytest.mark.usefixtures("proved")
def test_a_payment_is_posted_once_however_often_its_step_is_tried(
    world: World, books: PostgresBooks, queries: Queries
) -> None:
    claim = world.claim(world.effective())
    admit(claim, 10_000)
    pay(claim, 10_000)

    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(books.commit, [(claim.steps[-1],)] * 8))

    assert found == {(claim.last,)}
    assert queries.deposit(ANNA).balance == Money(10_000)


@pytest.mark.clause("PSR-17-2")
@pytest.mark.usefixtures("proved")
def test_what_logistics_pays_is_recorded_by_its_number_and_moves_nothing_here(
    world: World, queries: Queries
) -> None:
    order = blamed_on_logistics(world)
    losses = tuple(Loss(head=head, amount=Money(5_000_00)) for head in LossHead)

    claim = world.claim(order, basis=Basis.CAUSE_WITH_LOGISTICS, losses=losses)
    admit(claim, 15_000_00)
    pay(claim, 15_000_00, "swift-7")

    view = queries.claim(ClaimId(claim.id))
    assert (view.logistics, view.state, view.external_ref) == (SWIFT, State.COMPENSATED, "swift-7")
    assert view.claimed.admitted == Money(15_000_00)
    assert queries.journals(claim.id) == ()
    assert claim.steps[0].next_actor == Role.LOGISTICS


@pytest.mark.usefixtures("proved")
def test_a_claim_is_made_long_after_its_order_ended_and_leaves_it_as_it_was(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    sold_out(order)
    ended = queries.order(order.id)

    world.claim(order, WHOLE)

    assert replace(queries.order(order.id), claims=()) == ended
    assert ended.ended_at is not None


def test_who_has_to_know_is_told(world: World, sql: Sql) -> None:
    order = blamed_on_logistics(world)
    of_provider = world.claim(order)
    of_logistics = world.claim(order, basis=Basis.CAUSE_WITH_LOGISTICS)
    admit(of_provider, 10_000)
    reject(of_logistics)

    told = sql.execute(
        "SELECT event, recipient_party FROM notice WHERE subject = ANY (%s) ORDER BY event, 2",
        ([of_provider.id, of_logistics.id],),
    ).fetchall()

    assert told == [
        ("claim.admitted", "cli_anna"),
        ("claim.admitted", "plt_platform"),
        ("claim.admitted", "prv_yiwu"),
        ("claim.made", "log_swift"),
        ("claim.made", "prv_yiwu"),
        ("claim.rejected", "cli_anna"),
        ("claim.rejected", "log_swift"),
        ("claim.rejected", "prv_yiwu"),
    ]


# ---- what its order gives ----------------------------------------------------------------------


@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-13-7")
@pytest.mark.clause("PSR-17-2")
@pytest.mark.parametrize("basis", [basis for basis in Basis if basis != Basis.PROVIDERS_FAULT])
def test_the_books_look_themselves_what_a_claim_rests_on(world: World, basis: Basis) -> None:
    order = world.effective()  # Whatever the sender of `a_claim` says it saw.

    with pytest.raises(Refused) as caught:
        world.claim(order, basis=basis)

    assert (caught.value.code, caught.value.clause) == (RefusalCode.NO_BASIS, basis.value)


@pytest.mark.clause("PSR-25")
def test_all_that_is_wrong_is_named_at_once(world: World, queries: Queries) -> None:
    order = world.accepted()
    losses = (
        Loss(head=LossHead.PAID_TO_OTHERS, amount=Money(WHOLE)),
        Loss(head=LossHead.COST_OF_DISPUTE, amount=Money(1)),
    )

    with pytest.raises(Refused) as caught:
        world.claim(order, basis=Basis.DISSOLUTION_BY_PROVIDERS_FAULT, losses=losses)

    assert [(each.code, each.clause) for each in caught.value.reasons] == [
        (RefusalCode.NOT_IN_THIS_STATE, "PSR-25"),
        (RefusalCode.NO_BASIS, "PSR-13-7"),
        (RefusalCode.LOSS_NOT_COVERED, "PSR-24"),
        (RefusalCode.CLAIM_TOO_HIGH, "PSR-24"),
    ]
    assert queries.order(order.id).claims == ()


def test_a_claim_is_about_an_order_that_there_is(world: World) -> None:
    with pytest.raises(StepConflictError, match="is about no order"):
        world.claim(world.subject())


# ---- the cap -----------------------------------------------------------------------------------


def _refused_as_too_high(claiming: Callable[[], Any]) -> bool:
    try:
        claiming()
    except Refused as error:
        if (error.code, error.clause) != (RefusalCode.CLAIM_TOO_HIGH, "PSR-24"):
            raise
        return True
    return False


def _claims_too_much(order: Subject, claim: Subject) -> bool:
    """Whether ¥100.00 more, claimed now, are too much of the order."""
    return _refused_as_too_high(lambda: claim.pull(Trigger.MAKE_CLAIM, a_claim(order, 10_000)))


@pytest.mark.clause("PSR-24")
@pytest.mark.usefixtures("proved")
def test_a_provider_is_liable_for_the_order_amount_and_not_a_fen_more(world: World) -> None:
    order = world.effective()

    assert _refused_as_too_high(lambda: world.claim(order, WHOLE + 1))
    assert not _refused_as_too_high(lambda: world.claim(order, WHOLE))
    assert _refused_as_too_high(lambda: world.claim(order, 1))


@pytest.mark.clause("PSR-24")
@pytest.mark.usefixtures("proved")
def test_claims_against_others_do_not_count(world: World) -> None:
    order = blamed_on_logistics(world)
    world.claim(order, 10 * WHOLE, basis=Basis.CAUSE_WITH_LOGISTICS)

    assert not _refused_as_too_high(lambda: world.claim(order, WHOLE))


@pytest.mark.clause("PSR-24")
@pytest.mark.parametrize(
    ("what", "room"),
    [
        (reject, WHOLE),
        (lambda claim: claim.pull(Trigger.WITHDRAW_CLAIM, commands.Noted()), WHOLE),
        (lambda claim: admit(claim, 23_123), 100_000),
        (lambda claim: (admit(claim, 23_123), pay(claim, 23_123)), 100_000),
    ],
    ids=["rejected", "withdrawn", "admitted in part", "paid in part"],
)
@pytest.mark.usefixtures("proved")
def test_what_is_not_admitted_makes_room_again(
    world: World, what: Callable[[Subject], Any], room: int
) -> None:
    order = world.effective()
    what(world.claim(order, WHOLE))

    assert _refused_as_too_high(lambda: world.claim(order, room + 1))
    assert not _refused_as_too_high(lambda: world.claim(order, room))


@pytest.mark.clause("PSR-24")
@pytest.mark.usefixtures("proved")
def test_no_more_is_admitted_than_the_order_comes_to_by_then(world: World) -> None:
    order = world.effective()
    claim = world.claim(order, WHOLE)
    order.pull(Trigger.REPORT_PRICE, a_price(order, 100_000))  # 1,000.00 + 30.00 + 1.03

    assert _refused_as_too_high(lambda: admit(claim, 103_104))
    assert not _refused_as_too_high(lambda: admit(claim, 103_103))


@pytest.mark.clause("PSR-24")
@pytest.mark.usefixtures("proved")
def test_claims_that_race_never_pass_the_cap_together(world: World, queries: Queries) -> None:
    order = world.effective()
    claims = [world.unmade_claim(order) for _ in range(30)]
    ask = Patience(30).ask

    with ThreadPoolExecutor(30) as threads:
        each = [threads.submit(ask, _claims_too_much, order, claim) for claim in claims]
        refused_ = [asked.result() for asked in each]

    # ¥1,231.23 are twelve claims of ¥100.00, and ¥31.23.
    assert Counter(refused_) == {False: 12, True: 18}
    assert queries.order(order.id).grounds.claimed == Money(120_000)


@pytest.mark.clause("PSR-24")
@pytest.mark.usefixtures("proved")
def test_claims_race_with_answers_to_others_and_with_their_order(
    world: World, queries: Queries
) -> None:
    order = world.effective()
    first = [world.claim(order, 12_000) for _ in range(10)]
    more = [world.unmade_claim(order) for _ in range(20)]
    step = order.step(Trigger.PURCHASE, commands.Purchase())
    ask = Patience(31).ask

    with ThreadPoolExecutor(31) as threads:
        answering = [threads.submit(ask, admit, claim, 2_000) for claim in first]
        making = [threads.submit(ask, _claims_too_much, order, claim) for claim in more]
        threads.submit(ask, world.books.commit, (step,)).result()
        assert not any(each.result() for each in answering)
        made = sum(not each.result() for each in making)

    # 200.00 are admitted, so that there is room for ten more of 100.00, if they come late enough.
    assert made <= 10
    assert queries.order(order.id).grounds.claimed == Money(20_000 + made * 10_000)


# ---- whoever goes around the one door ----------------------------------------------------------


@pytest.fixture
def making(world: World, sql: Sql) -> Rows:
    """The rows of a claim of the provider that is to be made."""
    order = world.effective()
    claim = world.unmade_claim(order)
    step = claim.step(Trigger.MAKE_CLAIM, a_claim(order, 30_000))
    return composed(sql, step)


def test_rows_of_a_claim_as_the_door_writes_them_are_taken(making: Rows, sql: Sql) -> None:
    assert written(sql, making) is None


@pytest.mark.clause("PSR-24")
def test_the_database_refuses_what_is_above_the_cap(world: World, making: Rows, sql: Sql) -> None:
    assert written(sql, spoiled(making, "new_own", change={"asked": WHOLE + 1})) == LIABLE
    assert written(sql, spoiled(making, "new_own", change={"asked": WHOLE})) is None

    order = world.effective()
    first, second = world.claim(order, 23_123), world.claim(order, 100_000)
    admitting = composed(sql, first.step(Trigger.ADMIT_CLAIM, commands.Admit(amount=Money(23_123))))
    sql.execute("ALTER TABLE claim DISABLE TRIGGER USER")
    sql.execute("UPDATE claim SET asked = 100_001 WHERE id = %s", (second.id,))
    sql.execute("ALTER TABLE claim ENABLE TRIGGER USER")
    sql.commit()
    assert written(sql, admitting) == LIABLE


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"against": "logistics"}, CHECK),
        ({"against": "seller"}, CHECK),
        ({"basis": "PSR-17-2"}, CHECK),
        ({"basis": "PSR-9"}, CHECK),
        ({"logistics": "log_swift"}, CHECK),
        ({"losses": []}, CHECK),
        ({"losses": [{"head": "paid_to_others", "amount": {"amount": 30_000}}]}, CHECK),
        ({"asked": 0}, CHECK),
        ({"admitted": 1}, CHECK),
        ({"external_ref": "wire-1"}, CHECK),
        ({"currency": "EUR"}, CHECK),
        ({"state": "admitted", "admitted": 30_001}, CHECK),
        ({"state": "compensated", "admitted": 30_000}, CHECK),
        ({"state": "rejected"}, CHECK),
        ({"ended_at": "2026-11-22T12:00:00Z"}, CHECK),
        ({"client": "cli_ben"}, STRANGER),
        ({"order_id": "ord_none"}, STRANGER),
        ({"state": "admitted", "admitted": 30_000}, READ_MODEL),
        ({"sequence": 2}, "23503"),
    ],
)
def test_a_claim_is_what_its_step_says_of_the_parties_of_its_order(
    making: Rows, sql: Sql, change: Rows, state: str
) -> None:
    assert written(sql, spoiled(making, "new_own", change=change)) == state


def test_the_axis_of_a_claim_is_a_claims(making: Rows, sql: Sql) -> None:
    for change in (
        {"axis": "fulfilment"},
        {"axis": "recharge"},
        {"axis": "refund", "item": "clm_0001/1"},
        {"item": "clm_0001/1"},
        {"subject": "ord_9999"},
        {"subject": "clx_9999"},
        {"subject": "clm_!"},
    ):
        assert written(sql, spoiled(making, "transition", change=change)) == CHECK, change


def test_what_was_claimed_stays_and_moves_by_steps_alone(world: World, sql: Sql) -> None:
    claim = world.claim(world.effective())

    for change in ("asked = 1", "state = 'rejected', ended_at = now()", "client = 'cli_ben'"):
        assert refused(sql, f"UPDATE claim SET {change}") == READ_MODEL, change
    assert refused(sql, "DELETE FROM claim") == HISTORY
    assert refused(sql, "TRUNCATE claim") == HISTORY
    for column, value in (
        ("asked", 1),
        ("client", "cli_ben"),
        ("losses", [{"head": "direct_loss"}]),
        ("basis", "PSR-13-7"),
    ):
        rows = composed(sql, claim.step(Trigger.WITHDRAW_CLAIM, commands.Noted()))
        assert written(sql, spoiled(rows, "own", change={column: value})) == HISTORY, column


def test_a_claim_begins_once(making: Rows, sql: Sql) -> None:
    assert written(sql, making) is None

    assert written(sql, making) in (UNIQUE, "DG006")


# ---- what else looks at claims -----------------------------------------------------------------


def _pages(read: Callable[[Place], Any]) -> list[Any]:
    place: Place | None = START
    pages = []
    while place is not None:
        pages.append(read(place))
        place = pages[-1].after
    return pages


def test_claims_are_watched_like_every_subject(world: World, engine: Engine) -> None:
    watch = PostgresWatch(engine)
    order = _ended(world)
    open_, over = world.claim(order), world.claim(order)
    reject(over)

    def late(before: datetime) -> list[tuple[str, str]]:
        pages = _pages(
            lambda place: watch.late(SweepName.OVERDUE, before=before, limit=2, after=place)
        )
        return [(each.subject, each.detail) for page in pages for each in page.found]

    due = open_.at + TEN_DAYS
    open_pages = _pages(lambda place: watch.open_subjects(limit=2, after=place))
    stands = watch.standings([open_.id, over.id, order.id])

    assert late(due) == []
    assert late(due + timedelta(seconds=1)) == [(open_.id, "claim/made")]
    assert [each for page in open_pages for each in page.subjects] == [open_.id]
    assert watch.waiting(SweepName.OVERDUE) == 1
    assert {id_: (each.state, each.open) for id_, each in stands.items()} == {
        open_.id: (State.MADE, True),
        over.id: (State.REJECTED, False),
        order.id: (State.UNREALIZABLE, False),
    }


@pytest.mark.clause("PSR-23")
def test_what_was_noted_on_a_clients_claim_is_erased_with_it(world: World, engine: Engine) -> None:
    registry, erasing = Registry(engine), Erasing(engine)
    order = _ended(world, client=BEN)
    claim = world.claim(order)
    note = registry.add_note(
        subject=SubjectId(claim.id), author=YIWU, body="Ben was at home", id="txt_claim"
    )

    for party in (BEN, YIWU):
        with pytest.raises(StillRunningError) as running:
            erasing.erase(party=party, author="plt_platform")
        assert running.value.subjects == (claim.id,)
    reject(claim)
    erased = erasing.erase(party=BEN, author="plt_platform")

    assert erased.notes == 1
    with pytest.raises(LookupError):
        registry.note(note)


def test_terms_of_a_claim_are_kept(world: World, queries: Queries) -> None:
    claim = world.claim(world.effective())

    assert queries.claim(ClaimId(claim.id)).terms_version == current().version
    with pytest.raises(LookupError):
        queries.claim(ClaimId("clm_none"))
