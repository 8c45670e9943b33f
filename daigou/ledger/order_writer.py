"""Owns what a step writes of an order: its read model, its checkout and its items."""

from fractions import Fraction

from daigou.domain.book import BANK, AccountKind, Book, Effects, MovementKind
from daigou.domain.clocks import Timing, clocks_after
from daigou.domain.commands import ChooseLogistics, Request
from daigou.domain.facts import Facts
from daigou.domain.ids import MovementRef, PartyId
from daigou.domain.lifecycle import FULFILMENT, REFUND, TABLES
from daigou.domain.lifecycle.case_guards import no_payment_is_held, payment_held
from daigou.domain.lifecycle.table import Row as LifecycleRow
from daigou.domain.lifecycle.table import taken
from daigou.domain.money import CNY, ZERO, Money
from daigou.domain.order import Parties, Role, State, TableName
from daigou.domain.steps import Committed, Step
from daigou.domain.terms import terms_of
from daigou.ledger.figures import Figures
from daigou.ledger.found import Found, Rows
from daigou.ledger.rows import (
    account_named,
    captured_of,
    clocks_of,
    clockwork,
    coupon_of,
    disputed_of,
    facts_in,
    facts_json,
    line_of,
    line_rows,
    moment_of,
    movement_of,
    paid_of,
    parties_of,
    request_of,
    request_row,
)
from daigou.ports.books import StepConflictError


class OrderWriter:
    """An order's read model, moved on by a step of its fulfilment or of one of its items."""

    def __init__(self, *, step: Step, row: LifecycleRow, found: Found) -> None:
        self._step = step
        self._row = row
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
        disputes = tuple(disputed_of(row) for row in found.disputes)
        if no_payment_is_held in row.guards and any(each.holds for each in disputes):
            # The order itself may not have heard of it yet.
            raise payment_held()
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
            disputes=disputes,
            coupons=tuple(coupon_of(row) for row in found.coupons),
            coupons_reduce=terms.coupons_reduce,
            storage_charge=terms.storage_charge,
            brokerage_rate=_rate_of(found.brokerage),
            held=self._before.held,
            moved=moved,
            fee_earned=self._before.fee_earned,
            client_owes=Money(found.client_owes or 0),
            movement=movement_of(found.movement) if found.movement else None,
        )

    def holder(self, role: Role) -> PartyId | None:
        """Who holds a role on this order; None where nobody does yet."""
        return self._parties.holder(role)

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
        order = self._order_row(figures, effects) | self._waiting(rows.get("item"), opened)
        if self._found.order is None:
            rows["purchase_request"] = request_row(step.subject, self._request)
            rows["new_order"] = order
        else:
            rows["order"] = order
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
            parties = request.parties
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
            row |= {"state": step.target, "clocks": clocks.clocks}
            if step.source != step.target:
                row["entered_at"] = step.at
            if step.target in FULFILMENT.ends:
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
        return self._facts.after(
            taken(
                TABLES[step.table],
                self._row,
                item=step.item,
                command=step.command,
                terms=terms_of(step.terms_version),
                at=step.at,
                scale=step.time_scale,
            )
        )

    def _waiting(self, changed: Rows | None, opened: list[Rows]) -> Rows:
        """Who acts next on the order or an item of it, and by when: whose clock strikes first.

        `changed` is the item that the step moves, `opened` are those that it opens.
        """
        step, before = self._step, self._found.order
        if step.table == TableName.FULFILMENT or before is None:
            state, clocks = step.target, step.clocks
        else:
            state, clocks = State(before["state"]), clocks_of(before["clocks"])
        if state in FULFILMENT.ends:
            return {"next_due_at": None, "next_actor": None}
        own = clockwork(table=FULFILMENT.name, state=state, clocks=clocks).next_due_at
        next_actor = FULFILMENT.wait(state).next_actor
        waits = [(own, next_actor)]
        for item in (*self._found.items, *opened):
            now = changed if changed and changed["item"] == item["item"] else item
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


def _rate_of(row: Rows | None) -> Fraction | None:
    if row is None or row["numerator"] is None:
        return None
    return Fraction(row["numerator"], row["denominator"])
