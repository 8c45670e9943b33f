"""Owns what a step writes: every row of its one transaction, composed before the first is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from daigou.domain.book import BANK, AccountKind, Book, Effects, MovementKind
from daigou.domain.clocks import Timing, clocks_after
from daigou.domain.commands import ChooseLogistics, Request, RequestRecharge
from daigou.domain.facts import Facts
from daigou.domain.ids import MovementRef, PartyId, SubjectId
from daigou.domain.lifecycle import REFUND, TABLES
from daigou.domain.lifecycle.table import Row as LifecycleRow
from daigou.domain.lifecycle.table import taken
from daigou.domain.money import CNY, ZERO, Money
from daigou.domain.order import Parties, Role, State, TableName
from daigou.domain.steps import Committed, MoneyLine, Step
from daigou.domain.terms import terms_of
from daigou.ledger.figures import Figures
from daigou.ledger.rows import (
    account_named,
    captured_of,
    clocks_of,
    clockwork,
    command_json,
    committed_json,
    coupon_of,
    facts_in,
    facts_json,
    line_of,
    line_rows,
    moment_of,
    movement_of,
    movement_row,
    paid_of,
    parties_of,
    request_of,
    request_row,
)
from daigou.ports.books import StepConflictError

PLATFORM = PartyId("plt_platform")
"""The party that notices to the platform go to."""

Rows = dict[str, Any]
"""Rows by table, as `write_step` takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What `open_book` found of a subject: its rows, as JSON; None where there are none yet.

    `written` is what the step's sequence already holds, `command_sequence` the sequence that its
    command was written under; `held` is owed in fen, by kind of the subject's own accounts, and
    `moved` is what its journals put into each account. `lines` are the checkout as it is now, of
    `lines_written` in all; `items` are those that have not ended.
    """

    written: Rows | None
    command_sequence: int | None
    order: Rows | None
    request: Rows | None
    recharge: Rows | None
    lines: list[Rows]
    lines_written: int
    items: list[Rows]
    held: dict[str, int]
    moved: dict[str, int]
    captured: list[Rows]
    coupons: list[Rows]
    brokerage: Rows | None
    movement: Rows | None


def lifecycle_row(step: Step) -> LifecycleRow:
    """The table's row that a step takes.

    Raises:
        StepConflictError: the table has no such row.
    """
    rows = TABLES[step.table].rows_from(step.source, step.trigger)
    if step.variant < len(rows) and rows[step.variant].target == step.target:
        return rows[step.variant]
    raise StepConflictError(
        f"{step.subject}/{step.sequence}: the table {step.table} has no row "
        f"{step.source} -{step.trigger}-> {step.target}"
    )


def compose(*, step: Step, digest: str, found: Found) -> tuple[Rows, Committed]:
    """All rows of a step, and the result that its caller gets.

    Raises:
        Refused: the step's template refuses.
        StepConflictError: the step belongs to no subject there is, or to no row of its table.
    """
    lifecycle = lifecycle_row(step)
    writer = (
        _RechargeWriter(step=step, found=found)
        if step.table == TableName.RECHARGE
        else _OrderWriter(step=step, found=found)
    )
    effects = lifecycle.posts(writer.book, step.command) if lifecycle.posts else Effects()
    rows, committed = writer.write(effects)
    rows["transition"] = _transition(step, digest, committed)
    rows.update(_postings(step, effects))
    rows.update(_movements(step, effects))
    if lifecycle.notices:
        rows["notice"] = [
            {
                "subject": step.subject,
                "sequence": step.sequence,
                "number": number,
                "event": notice.event,
                "recipient_role": notice.to,
                "recipient_party": writer.recipient(notice.to),
                "at": step.at,
            }
            for number, notice in enumerate(lifecycle.notices, start=1)
        ]
    return rows, committed


class _OrderWriter:
    """An order's read model, moved on by a step of its fulfilment or of one of its refunds."""

    def __init__(self, *, step: Step, found: Found) -> None:
        self._step = step
        self._found = found
        self._request, self._parties = self._whose()
        lines = tuple(line_of(row) for row in found.lines)
        order = found.order
        terms = terms_of(step.terms_version)
        moved = {account_named(id_): Money(fen) for id_, fen in found.moved.items()}
        self._before = Figures(
            lines=lines,
            paid=paid_of(order) if order else None,
            held={AccountKind(kind): Money(owed) for kind, owed in found.held.items()},
            collected=Money(order["collected"] if order else 0),
            refunded=Money(order["refunded"] if order else 0),
            fee_earned=Money(order["fee_earned"] if order else 0),
            to_seller=-moved.get(BANK, ZERO),
        )
        self._facts = facts_in(order["facts"]) if order else Facts()
        self.book = Book(
            subject=step.subject,
            sequence=step.sequence,
            fee_rate=terms.fee_rate,
            client=self._parties.client,
            provider=self._parties.provider,
            storage=self._parties.storage,
            promoter=self._parties.promoter,
            request=self._request,
            facts=self._facts,
            lines=lines,
            paid=self._before.paid,
            captured=tuple(captured_of(row) for row in found.captured),
            coupons=tuple(coupon_of(row) for row in found.coupons),
            coupons_reduce=terms.coupons_reduce,
            storage_charge=terms.storage_charge,
            brokerage_rate=_rate_of(found.brokerage),
            held=self._before.held,
            moved=moved,
            movement=movement_of(found.movement) if found.movement else None,
        )

    def recipient(self, role: Role) -> PartyId | None:
        """Who is told of a notice to `role`; None where nobody holds it on this order yet."""
        return PLATFORM if role == Role.PLATFORM else self._parties.holder(role)

    def write(self, effects: Effects) -> tuple[Rows, Committed]:
        """The rows of the read model, the checkout and the items, and the step's result."""
        step = self._step
        figures = self._before.after(effects, subject=step.subject)
        rows: Rows = {}
        opened = [self._refund_row(refund.reference) for refund in effects.refunds]
        if step.item and step.source == State.NEW:
            opened.append(self._item_row() | {"sequence": step.sequence, "opened_at": step.at})
        elif step.item:
            rows["item"] = self._item_row()
        if opened:
            rows["new_item"] = opened
        if self._found.order is None:
            rows["purchase_request"] = request_row(step.subject, self._request)
            rows["new_order"] = self._order_row(figures, effects)
        else:
            rows["order"] = self._order_row(figures, effects) | self._waiting(rows, opened)
        if effects.lines:
            rows["order_line"] = line_rows(
                subject=step.subject,
                sequence=step.sequence,
                after=self._found.lines_written,
                lines=effects.lines,
                fee=effects.fee,
            )
        if effects.redeems:
            rows["coupons"] = list(effects.redeems)
        if effects.frees_coupons:
            rows["freed_coupons"] = {"redeemed_by": self._declined_payment()}
        return rows, Committed(
            sequence=step.sequence,
            at=step.at,
            intends=effects.intends.reference if effects.intends else MovementRef(""),
            refunds=tuple(refund.reference for refund in effects.refunds),
            amount=figures.amount,
            money=figures.in_words(),
        )

    def _declined_payment(self) -> int | None:
        """The step whose payment was declined; None where all that was ever paid goes back."""
        movement = self._found.movement
        if movement is None or movement["kind"] != MovementKind.CAPTURE:
            return None
        sequence: int = movement["sequence"]
        return sequence

    def _whose(self) -> tuple[Request, Parties]:
        if self._found.order and self._found.request:
            request = request_of(self._found.order, self._found.request)
            parties = parties_of(self._found.order)
        elif isinstance(self._step.command, Request):
            request = self._step.command
            parties = Parties(
                client=request.client,
                provider=request.provider,
                storage=request.storage,
                logistics=request.logistics,
                promoter=request.promoter,
            )
        else:
            raise StepConflictError(f"{self._step.subject} has no request yet")
        return request, parties

    def _order_row(self, figures: Figures, effects: Effects) -> Rows:
        step, before = self._step, self._found.order
        row: Rows = dict(before) if before else self._new_order()
        row |= {
            "sequence": step.sequence,
            "amount": None if figures.amount is None else figures.amount.amount,
            "collected": figures.collected.amount,
            "refunded": figures.refunded.amount,
            "fee_earned": figures.fee_earned.amount,
            "facts": facts_json(self._facts_after()),
        }
        if figures.paid:
            row |= {
                "paid_from_deposit": figures.paid.from_deposit.amount,
                "paid_from_institution": figures.paid.from_institution.amount,
                "paid_from_coupons": figures.paid.from_coupons.amount,
            }
        if effects.fixes_brokerage is not None:
            row |= {
                "brokerage_numerator": effects.fixes_brokerage.numerator,
                "brokerage_denominator": effects.fixes_brokerage.denominator,
            }
        if isinstance(step.command, ChooseLogistics):
            row["logistics"] = step.command.logistics
        if step.table == TableName.FULFILMENT:
            clocks = clockwork(table=step.table, state=step.target, clocks=step.clocks)
            row |= {
                "state": step.target,
                "clocks": clocks.clocks,
                "next_due_at": clocks.next_due_at,
                "next_actor": step.next_actor,
            }
            if step.source != step.target:
                row["entered_at"] = step.at
            if step.target in TABLES[step.table].ends:
                row["ended_at"] = step.at
        return row

    def _new_order(self) -> Rows:
        return {
            "id": self._step.subject,
            "client": self._parties.client,
            "provider": self._parties.provider,
            "storage": self._parties.storage,
            "logistics": self._parties.logistics,
            "promoter": self._parties.promoter,
            "terms_version": self._step.terms_version,
            "currency": CNY,
            "placed_at": self._step.at,
        }

    def _facts_after(self) -> Facts:
        step = self._step
        table = TABLES[step.table]
        row = lifecycle_row(step)
        return self._facts.after(
            taken(
                table,
                row,
                item=step.item,
                command=step.command,
                terms=terms_of(step.terms_version),
            )
        )

    def _waiting(self, rows: Rows, opened: list[Rows]) -> Rows:
        """Who acts next on the order or an item of it, and by when: whose clock strikes first."""
        step, before = self._step, self._found.order or {}
        table = TABLES[TableName.FULFILMENT]
        state, clocks = State(before["state"]), clocks_of(before["clocks"])
        if step.table == TableName.FULFILMENT:
            state, clocks = step.target, step.clocks
        if state in table.ends:
            return {"next_due_at": None, "next_actor": None}
        own = clockwork(table=table.name, state=state, clocks=clocks).next_due_at
        next_actor = table.wait(state).next_actor
        waits = [(own, next_actor)]
        changed = {row["item"]: row for row in ([rows["item"]] if "item" in rows else [])}
        for item in (*self._found.items, *opened):
            now = changed.get(item["item"], item)
            waits.append((moment_of(now["next_due_at"]), now["next_actor"]))
        due, actor = min(
            ((due, actor) for due, actor in waits if due is not None),
            key=lambda wait: wait[0],
            default=(None, next_actor),
        )
        return {"next_due_at": due, "next_actor": actor}

    def _item_row(self) -> Rows:
        step = self._step
        table = TABLES[step.table]
        clocks = clockwork(table=step.table, state=step.target, clocks=step.clocks)
        return {
            "item": step.item,
            "subject": step.subject,
            "axis": step.table,
            "state": step.target,
            "clocks": clocks.clocks,
            "next_due_at": clocks.next_due_at,
            "next_actor": step.next_actor,
            "ended_at": step.at if step.target in table.ends else None,
        }

    def _refund_row(self, reference: MovementRef) -> Rows:
        step = self._step
        clocks = clocks_after(
            table=REFUND,
            state=REFUND.initial,
            struck=None,
            known=(),
            timing=Timing(terms=terms_of(step.terms_version), scale=step.time_scale),
            at=step.at,
        )
        work = clockwork(table=REFUND.name, state=REFUND.initial, clocks=clocks)
        return {
            "item": reference,
            "subject": step.subject,
            "axis": REFUND.name,
            "sequence": step.sequence,
            "state": REFUND.initial,
            "clocks": work.clocks,
            "next_due_at": work.next_due_at,
            "next_actor": REFUND.wait(REFUND.initial).next_actor,
            "opened_at": step.at,
        }


class _RechargeWriter:
    """A recharge's read model, moved on by a step."""

    def __init__(self, *, step: Step, found: Found) -> None:
        self._step = step
        self._found = found
        self._client, self._amount = self._whose()
        self.book = Book(
            subject=step.subject,
            sequence=step.sequence,
            fee_rate=terms_of(step.terms_version).fee_rate,
            client=self._client,
            movement=movement_of(found.movement) if found.movement else None,
        )

    def recipient(self, role: Role) -> PartyId | None:
        """Who is told of a notice to `role`."""
        return {Role.PLATFORM: PLATFORM, Role.CLIENT: self._client}.get(role)

    def write(self, effects: Effects) -> tuple[Rows, Committed]:
        """The row of the read model, and the step's result."""
        step = self._step
        clocks = clockwork(table=step.table, state=step.target, clocks=step.clocks)
        row: Rows = {
            "id": step.subject,
            "state": step.target,
            "sequence": step.sequence,
            "clocks": clocks.clocks,
            "next_due_at": clocks.next_due_at,
            "ended_at": step.at if step.target in TABLES[step.table].ends else None,
        }
        rows: Rows = {"recharge": row}
        if isinstance(step.command, RequestRecharge) and self._found.recharge is None:
            row |= {
                "client": step.command.client,
                "amount": step.command.amount.amount,
                "currency": step.command.amount.currency,
                "payment_method": step.command.payment_method,
                "requested_at": step.at,
            }
            rows = {"new_recharge": row}
        return rows, Committed(
            sequence=step.sequence,
            at=step.at,
            intends=effects.intends.reference if effects.intends else MovementRef(""),
            money=(MoneyLine(what="recharge of the deposit", amount=self._amount),),
        )

    def _whose(self) -> tuple[PartyId, Money]:
        if self._found.recharge:
            return PartyId(self._found.recharge["client"]), Money(self._found.recharge["amount"])
        if isinstance(self._step.command, RequestRecharge):
            return self._step.command.client, self._step.command.amount
        raise StepConflictError(f"{self._step.subject} has no request yet")


def _rate_of(row: Rows | None) -> Fraction | None:
    if row is None or row["numerator"] is None:
        return None
    return Fraction(row["numerator"], row["denominator"])


def _transition(step: Step, digest: str, committed: Committed) -> Rows:
    return {
        "subject": step.subject,
        "sequence": step.sequence,
        "axis": step.table,
        "item": step.item,
        "trigger": step.trigger,
        "source": step.source,
        "target": step.target,
        "variant": step.variant,
        "clause": step.clause,
        "actor_role": step.actor.role,
        "actor_party": step.actor.party,
        "actor_app": step.actor.app,
        "command": command_json(step.command),
        "command_id": step.command_id,
        "at": step.at,
        "recorded_at": step.recorded_at,
        "terms_version": step.terms_version,
        "digest": digest,
        "result": committed_json(committed),
    }


def _postings(step: Step, effects: Effects) -> Rows:
    if not effects.journals:
        return {}
    accounts = {leg.account for journal in effects.journals for leg in journal.legs}
    return {
        "account": [
            {
                "id": account.id,
                "kind": account.kind,
                "owner": account.owner,
                "opened_at": step.at,
            }
            for account in accounts
        ],
        "journal": [
            {
                "subject": step.subject,
                "sequence": step.sequence,
                "journal_no": number,
                "kind": journal.kind,
                "clause": journal.clause,
                "at": step.at,
            }
            for number, journal in enumerate(effects.journals, start=1)
        ],
        "entry": list(_entries(step.subject, step.sequence, effects)),
    }


def _entries(subject: SubjectId, sequence: int, effects: Effects) -> Iterator[Rows]:
    for journal_no, journal in enumerate(effects.journals, start=1):
        for leg_no, leg in enumerate(journal.legs, start=1):
            yield {
                "account": leg.account.id,
                "subject": subject,
                "sequence": sequence,
                "journal_no": journal_no,
                "leg_no": leg_no,
                "amount": leg.amount.amount,
                "currency": leg.amount.currency,
            }


def _movements(step: Step, effects: Effects) -> Rows:
    rows: Rows = {}
    intended = (*((effects.intends,) if effects.intends else ()), *effects.refunds)
    if intended:
        rows["movement"] = [movement_row(step=step, movement=each) for each in intended]
    if effects.settles:
        rows["settled"] = {
            "reference": effects.settles.reference,
            "state": effects.settles.state,
            "external_ref": effects.settles.external_ref,
            "reason": effects.settles.reason,
            "settled_at": step.at,
            "settled_sequence": step.sequence,
        }
    return rows
