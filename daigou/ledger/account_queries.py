"""Owns the reads of what clients' accounts go through: each answers with views, from an index."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RowMapping, Select, select, tuple_

from daigou.domain.account_commands import Block
from daigou.domain.ids import (
    ChargebackId,
    ClosureId,
    FreezeId,
    MovementRef,
    PartyId,
    WithdrawalId,
)
from daigou.domain.lifecycle import OUTLIVING
from daigou.domain.order import TableName
from daigou.ledger.account_reading import (
    account_view,
    chargeback_view,
    closure_view,
    freeze_view,
    payment_view,
    withdrawal_view,
)
from daigou.ledger.account_views import (
    AccountView,
    ChargebackView,
    ClosureView,
    FreezeView,
    PaymentView,
    WithdrawalView,
)
from daigou.ledger.engine import autocommit
from daigou.ledger.queries import CHARGEBACKS, LIMIT_MAX
from daigou.ledger.rows import Row
from daigou.ledger.subjects import READ_MODELS
from daigou.ledger.tables import METADATA

UNFINISHED_MAX = 100
"""Of what goes on in an account, so much is named; it is counted in all."""

_WITHDRAWAL = METADATA.tables["withdrawal"]
_FREEZE = METADATA.tables["freeze"]
_CLOSURE = METADATA.tables["closure"]
_CHARGEBACK = METADATA.tables["chargeback"]

T = TypeVar("T")


class AccountQueries:
    """Read-only questions about clients' accounts. It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def withdrawal(self, withdrawal: WithdrawalId) -> WithdrawalView:
        """A withdrawal as it stands.

        Raises:
            LookupError: there is none.
        """
        return self._one(select(_WITHDRAWAL).where(_WITHDRAWAL.c.id == withdrawal), withdrawal_view)

    def withdrawals(
        self, client: PartyId, *, limit: int, starting_after: str | None = None
    ) -> tuple[WithdrawalView, ...]:
        """A client's withdrawals: those that go on first, the newest first."""
        page = self._page(
            select(_WITHDRAWAL), _WITHDRAWAL.c.requested_at, client, limit, starting_after
        )
        return self._all(page, withdrawal_view)

    def freeze(self, freeze: FreezeId) -> FreezeView:
        """A freeze as it stands.

        Raises:
            LookupError: there is none.
        """
        return self._one(select(_FREEZE).where(_FREEZE.c.id == freeze), freeze_view)

    def freezes(
        self, client: PartyId, *, limit: int, starting_after: str | None = None
    ) -> tuple[FreezeView, ...]:
        """The freezes that somebody placed on an account: those that go on first, the newest
        first."""
        page = self._page(select(_FREEZE), _FREEZE.c.placed_at, client, limit, starting_after)
        return self._all(page, freeze_view)

    def closure(self, closure: ClosureId) -> ClosureView:
        """The closing of an account as it stands.

        Raises:
            LookupError: there is none.
        """
        return self._one(select(_CLOSURE).where(_CLOSURE.c.id == closure), closure_view)

    def closure_of(self, client: PartyId) -> ClosureView:
        """The last time that a client had its account closed, taken back or not.

        Raises:
            LookupError: it never did.
        """
        newest = _CLOSURE.c.requested_at.desc(), _CLOSURE.c.id.desc()
        query = select(_CLOSURE).where(_CLOSURE.c.client == client).order_by(*newest).limit(1)
        return self._one(query, closure_view)

    def chargeback(self, chargeback: ChargebackId) -> ChargebackView:
        """A chargeback as it stands.

        Raises:
            LookupError: there is none.
        """
        return self._one(CHARGEBACKS.where(_CHARGEBACK.c.id == chargeback), chargeback_view)

    def chargeback_of(self, dispute: str) -> ChargebackView:
        """The chargeback of a dispute, by the institution's id of that.

        Raises:
            LookupError: there is none.
        """
        return self._one(CHARGEBACKS.where(_CHARGEBACK.c.dispute == dispute), chargeback_view)

    def chargebacks(
        self, client: PartyId, *, limit: int, starting_after: str | None = None
    ) -> tuple[ChargebackView, ...]:
        """The chargebacks of a client's payments: those that go on first, the newest first."""
        page = self._page(CHARGEBACKS, _CHARGEBACK.c.reported_at, client, limit, starting_after)
        return self._all(page, chargeback_view)

    def account(self, client: PartyId) -> AccountView:
        """A client's account as a whole.

        Raises:
            LookupError: there is no such client.
        """
        named = {"client": client, "limit": UNFINISHED_MAX}
        for row in self._ask(_ACCOUNT, named):
            return account_view(row)
        raise LookupError(f"no client {client}")

    def blocking(self, client: PartyId, what: Block) -> tuple[tuple[str, str], ...]:
        """The freezes that forbid something to an account: each by its reason and its clause."""
        rows = self._ask(_BLOCKING, {"client": client, "what": what.value})
        return tuple((row["reason"], row["clause"]) for row in rows)

    def payment(self, reference: MovementRef) -> PaymentView:
        """A payment of an order that was captured, by our reference of it.

        Raises:
            LookupError: there is none.
        """
        for row in self._ask(_PAYMENT, {"reference": reference}):
            return payment_view(row)
        raise LookupError(f"no payment {reference}")

    def _page(
        self,
        whole: Select[Any],
        at: Any,
        client: PartyId,
        limit: int,
        starting_after: str | None,
    ) -> Select[Any]:
        its = at.table.c
        place = (its.ended_at.is_(None), at, its.id)
        query = (
            whole.where(its.client == client)
            .order_by(*(each.desc() for each in place))
            .limit(min(limit, LIMIT_MAX))
        )
        if starting_after is None:
            return query
        other = at.table.alias()
        last = select(other.c.ended_at.is_(None), other.c[at.name], other.c.id).where(
            other.c.id == starting_after, other.c.client == client
        )
        return query.where(tuple_(*place) < last.scalar_subquery())

    def _one(self, query: Select[Any], view: Callable[[Row], T]) -> T:
        found = self._all(query, view)
        if not found:
            raise LookupError("there is none")
        return found[0]

    def _all(self, query: Select[Any], view: Callable[[Row], T]) -> tuple[T, ...]:
        return tuple(view(row) for row in self._answer(lambda to: to.execute(query)))

    def _ask(self, query: str, named: Mapping[str, Any]) -> list[RowMapping]:
        return self._answer(lambda to: to.exec_driver_sql(query, dict(named)))

    def _answer(self, ask: Callable[[Connection], Any]) -> list[RowMapping]:
        # An answer is one query: a snapshot by itself, without the trips of a transaction.
        with autocommit(self._engine) as connection:
            return list(ask(connection).mappings())


_OF_IT = ("order_id", "amount")


def _columns(read_model: str, *names: str) -> str:
    """Those of the columns that a read model has; NULL for the others."""
    has = METADATA.tables[read_model].columns
    typed = {"order_id": "varchar", "amount": "bigint", "next_actor": "varchar"}
    return ", ".join(
        name if name in has else f"NULL::{typed.get(name, 'varchar')} AS {name}" for name in names
    )


_FREEZING = " UNION ALL ".join(
    f"SELECT id, state, next_actor, next_due_at, {_columns(READ_MODELS[table], *_OF_IT)}"
    f' FROM "{READ_MODELS[table]}" WHERE id = f.subject'
    for table in (TableName.FREEZE, TableName.CLOSURE, TableName.CHARGEBACK)
)
"""The subjects whose steps place freezes."""
_OPEN = " UNION ALL ".join(
    f"SELECT id, state, {_columns(read_model, 'next_actor')}, next_due_at"
    f' FROM "{read_model}" WHERE client = p.id AND ended_at IS NULL'
    for read_model in READ_MODELS.values()
)
_OUTLIVES = ", ".join(f"'{name}'" for name in OUTLIVING)
_UNFINISHED = f"""
    {_OPEN}
    UNION ALL
    SELECT i.item, i.state, i.next_actor, i.next_due_at
    FROM order_item i JOIN purchase_order o ON o.id = i.subject
    WHERE o.client = p.id AND o.ended_at IS NOT NULL AND i.ended_at IS NULL
        AND i.axis IN ({_OUTLIVES})
"""
_BALANCE = "SELECT balance FROM entry WHERE account = {} ORDER BY entry_no DESC LIMIT 1"

_ACCOUNT = f"""
    SELECT p.id AS client,
        coalesce(({_BALANCE.format("'deposit:' || p.id")}), 0) AS owed,
        (SELECT jsonb_build_object('id', id, 'state', state) FROM closure
         WHERE client = p.id AND state <> 'withdrawn') AS closing,
        EXISTS (SELECT FROM "freeze" WHERE client = p.id AND state = 'cancelled') AS cancelled,
        (SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.at, d.account), '[]') FROM (
            SELECT 'charged_back:' || c.id AS account, c.id AS chargeback, c.order_id,
                c.owed AS amount, c.reported_at AS at
            FROM disputed_payment c WHERE c.client = p.id AND c.owed > 0
            UNION ALL
            SELECT a.id, NULL, NULL, ({_BALANCE.format("a.id")}), a.opened_at
            FROM account a
            WHERE a.id = 'receivable:' || p.id AND ({_BALANCE.format("a.id")}) > 0
        ) AS d) AS debts,
        (SELECT coalesce(jsonb_agg(to_jsonb(z) ORDER BY z.id), '[]') FROM (
            SELECT f.id, f.reason, f.clause, f.blocks, f.placed_at, f.author, f.subject,
                t.actor_role, t.command ->> 'note_ref' AS note_ref,
                s.state, s.next_actor, s.next_due_at, s.order_id, s.amount
            FROM account_freeze f
            LEFT JOIN transition t ON t.subject = f.subject AND t.sequence = f.sequence
            LEFT JOIN LATERAL ({_FREEZING}) AS s ON true
            WHERE f.account = 'deposit:' || p.id AND f.lifted_at IS NULL
        ) AS z) AS freezes,
        (SELECT coalesce(jsonb_agg(to_jsonb(u) ORDER BY u.id), '[]') FROM (
            SELECT * FROM ({_UNFINISHED}) AS all_of_it ORDER BY id LIMIT %(limit)s
        ) AS u) AS unfinished,
        (SELECT count(*) FROM ({_UNFINISHED}) AS u) AS unfinished_in_all
    FROM party p WHERE p.id = %(client)s AND p.role = 'client'
"""
_BLOCKING = """
    SELECT reason, clause FROM account_freeze
    WHERE account = 'deposit:' || %(client)s AND lifted_at IS NULL AND %(what)s = ANY (blocks)
    ORDER BY id
"""
_PAYMENT = """
    SELECT m.reference, m.subject, m.amount,
        (SELECT coalesce(sum(r.amount), 0)::bigint FROM movement r
         WHERE r.original = m.reference AND r.state <> 'failed') AS refunded,
        (SELECT coalesce(sum(d.weight), 0)::bigint FROM disputed_payment d
         WHERE d.payment = m.reference) AS disputed
    FROM movement m JOIN purchase_order o ON o.id = m.subject
    WHERE m.reference = %(reference)s AND m.kind = 'capture' AND m.state = 'done'
"""
