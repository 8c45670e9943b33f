"""Owns the reads: each answers with views, from an index, and never waits for a writer."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Engine,
    RowMapping,
    ScalarSelect,
    Select,
    Table,
    and_,
    cast,
    column,
    false,
    func,
    or_,
    select,
    table,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.exc import DBAPIError

from daigou.domain.book import Account, AccountKind, JournalKind
from daigou.domain.ids import (
    ClaimId,
    ConsultationId,
    OrderId,
    PartyId,
    RechargeId,
    SubjectId,
    TipId,
    kind_of,
)
from daigou.domain.money import ZERO, Money
from daigou.domain.order import ROLES_BOUND_TO_AN_ORDER, ROLES_THAT_SEE_ALL, Role, State, TableName
from daigou.ledger.failures import database_answers
from daigou.ledger.reading import (
    claim_view,
    entry_view,
    journal_views,
    movement_view,
    order_view,
    recharge_view,
    transition_view,
)
from daigou.ledger.rows import Row
from daigou.ledger.side_reading import consultation_view, tip_view
from daigou.ledger.side_views import ConsultationView, TipView
from daigou.ledger.subjects import READ_MODELS
from daigou.ledger.tables import METADATA
from daigou.ledger.views import (
    BalanceView,
    ClaimView,
    DepositView,
    EntryView,
    JournalView,
    MovementView,
    OrderView,
    RechargeView,
    TransitionView,
)

LIMIT_MAX = 500
"""No list is longer, whatever is asked for."""

_PARTY = METADATA.tables["party"]
_ORDER = METADATA.tables["purchase_order"]
_REQUEST = METADATA.tables["purchase_request"]
_LINE = table(
    "current_line", *(column(each.name) for each in METADATA.tables["order_line"].columns)
)
"""The checkout as it is now; a view."""
_ITEM = METADATA.tables["order_item"]
_CLAIM = METADATA.tables["claim"]
_CHARGEBACK = METADATA.tables["chargeback"]
_RETURNED = METADATA.tables["disputed_refund"]
_TIP = METADATA.tables["tip"]
_CONSULTATION = METADATA.tables["consultation"]
_TRANSITION = METADATA.tables["transition"]
_NOTICE = METADATA.tables["notice"]
_MOVEMENT = METADATA.tables["movement"]
_JOURNAL = METADATA.tables["journal"]
_ENTRY = METADATA.tables["entry"]
_ACCOUNT = METADATA.tables["account"]
_FREEZE = METADATA.tables["account_freeze"]

T = TypeVar("T")


class Queries:
    """Read-only questions to the books. It may be shared by threads.

    Every method raises `BooksUnavailableError` where the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        # An answer is one query: a snapshot by itself, without the trips of a transaction.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def order(self, order: OrderId) -> OrderView:
        """An order as it stands.

        Raises:
            LookupError: there is none.
        """
        found = self._rows(_orders(_ORDER.c.id == order), order_view)
        if not found:
            raise LookupError(f"no order {order}")
        return found[0]

    def orders(
        self,
        *,
        roles: Iterable[Role],
        party: PartyId,
        limit: int,
        state: State | None = None,
        client: PartyId | None = None,
        provider: PartyId | None = None,
        due_before: datetime | None = None,
        starting_after: OrderId | None = None,
    ) -> tuple[OrderView, ...]:
        """Orders that someone in `roles` for `party` may see (OP-7-5-4), the newest first.

        At most `limit` of them, and never more than `LIMIT_MAX`; `starting_after` is the last id
        of the page before. `due_before` chooses those with a deadline that strikes earlier.

        Raises:
            LookupError: there is no order `starting_after`.
        """
        chosen = [_seen_by(frozenset(roles), party)]
        if state is not None:
            chosen.append(_ORDER.c.state == state)
        if client is not None:
            chosen.append(_ORDER.c.client == client)
        if provider is not None:
            chosen.append(_ORDER.c.provider == provider)
        if due_before is not None:
            chosen.append(_ORDER.c.next_due_at < due_before)

        if starting_after is not None:
            chosen.append(self._after(starting_after))
        return self._rows(_orders(*chosen, limit=min(limit, LIMIT_MAX)), order_view)

    def timeline(self, subject: SubjectId) -> tuple[TransitionView, ...]:
        """Every transition of a subject, in order; none of an unknown one."""
        told = (
            select(func.array_agg(aggregate_order_by(_NOTICE.c.event, _NOTICE.c.number)))
            .where(
                _NOTICE.c.subject == _TRANSITION.c.subject,
                _NOTICE.c.sequence == _TRANSITION.c.sequence,
            )
            .scalar_subquery()
        )
        query = (
            select(_TRANSITION, told.label("notices"))
            .where(_TRANSITION.c.subject == subject)
            .order_by(_TRANSITION.c.sequence)
        )
        return self._rows(query, transition_view)

    def journals(self, subject: SubjectId) -> tuple[JournalView, ...]:
        """Every journal of a subject, in order, with its legs."""
        key = (_ENTRY.c.subject, _ENTRY.c.sequence, _ENTRY.c.journal_no)
        query = (
            select(_JOURNAL, *(_ENTRY.c[name] for name in ("account", "amount", "balance")))
            .join(_ENTRY, tuple_(*key) == tuple_(*(_JOURNAL.c[column.name] for column in key)))
            .where(_JOURNAL.c.subject == subject)
            .order_by(_JOURNAL.c.sequence, _JOURNAL.c.journal_no, _ENTRY.c.leg_no)
        )
        return journal_views(self._rows(query, lambda row: row))

    def movements(self, subject: SubjectId) -> tuple[MovementView, ...]:
        """Every movement outside of a subject, in order."""
        query = (
            select(_MOVEMENT).where(_MOVEMENT.c.subject == subject).order_by(_MOVEMENT.c.sequence)
        )
        return self._rows(query, movement_view)

    def recharge(self, recharge: RechargeId) -> RechargeView:
        """A recharge as it stands.

        Raises:
            LookupError: there is none.
        """
        return self.subject(recharge, recharge_view)

    def claim(self, claim: ClaimId) -> ClaimView:
        """A claim as it stands.

        Raises:
            LookupError: there is none.
        """
        return self.subject(claim, claim_view)

    def tip(self, tip: TipId) -> TipView:
        """A tip as it stands.

        Raises:
            LookupError: there is none.
        """
        return self.subject(tip, tip_view)

    def consultation(self, consultation: ConsultationId) -> ConsultationView:
        """A consultation as it stands.

        Raises:
            LookupError: there is none.
        """
        return self.subject(consultation, consultation_view)

    def consultations(
        self,
        *,
        roles: Iterable[Role],
        party: PartyId,
        limit: int,
        state: State | None = None,
        due_before: datetime | None = None,
        starting_after: ConsultationId | None = None,
    ) -> tuple[ConsultationView, ...]:
        """Consultations that someone in `roles` for `party` may see, the newest first.

        At most `limit` of them, and never more than `LIMIT_MAX`; `starting_after` is the last id
        of the page before. `due_before` chooses those to be answered earlier.

        Raises:
            LookupError: there is no consultation `starting_after`.
        """
        asked = _CONSULTATION.c.asked_at
        chosen = [_seen_by(frozenset(roles), party, _CONSULTATION)]
        if state is not None:
            chosen.append(_CONSULTATION.c.state == state)
        if due_before is not None:
            chosen.append(_CONSULTATION.c.answer_by < due_before)
        if starting_after is not None:
            last = self.consultation(starting_after)
            chosen.append(tuple_(asked, _CONSULTATION.c.id) < tuple_(last.asked_at, last.id))
        query = (
            select(_CONSULTATION)
            .where(*chosen)
            .order_by(asked.desc(), _CONSULTATION.c.id.desc())
            .limit(min(limit, LIMIT_MAX))
        )
        return self._rows(query, consultation_view)

    def subject(self, subject: str, view: Callable[[Row], T]) -> T:
        """A subject that is no order, as it stands, in the view of its kind.

        Raises:
            KeyError: no kind has ids of this prefix.
            LookupError: there is none.
        """
        kind = kind_of(subject).name
        its = METADATA.tables[READ_MODELS[TableName(kind)]]
        found = self._rows(select(its).where(its.c.id == subject), view)
        if not found:
            raise LookupError(f"no {kind} {subject}")
        return found[0]

    def deposit(self, client: PartyId) -> DepositView:
        """A client's deposit; empty where nothing was ever put in.

        Raises:
            LookupError: there is no such client.
        """
        account = _deposit_of(client)
        frozen = (
            select(_FREEZE.c.reason)
            .where(_FREEZE.c.account == account, _FREEZE.c.lifted_at.is_(None))
            .order_by(_FREEZE.c.id)
        )
        query = select(
            func.coalesce(_balance_of(account), 0).label("owed"),
            func.array(frozen.scalar_subquery()).label("frozen_for"),
        ).where(_PARTY.c.id == client, _PARTY.c.role == Role.CLIENT)
        found = self._rows(
            query.select_from(_PARTY),
            lambda row: DepositView(
                client=client,
                balance=ZERO - Money(row["owed"]),
                frozen_for=tuple(row["frozen_for"]),
            ),
        )
        if not found:
            raise LookupError(f"no client {client}")
        return found[0]

    def deposit_entries(
        self, client: PartyId, *, limit: int, starting_after: int | None = None
    ) -> tuple[EntryView, ...]:
        """Lines of a deposit's statement, the newest first; `starting_after` is a line's number."""
        key = (_JOURNAL.c.subject, _JOURNAL.c.sequence, _JOURNAL.c.journal_no)
        query = (
            select(_ENTRY, _JOURNAL.c.kind, _JOURNAL.c.clause, _JOURNAL.c.at)
            .join(_JOURNAL, tuple_(*key) == tuple_(*(_ENTRY.c[column.name] for column in key)))
            .where(_ENTRY.c.account == _deposit_of(client))
            .order_by(_ENTRY.c.entry_no.desc())
            .limit(min(limit, LIMIT_MAX))
        )
        if starting_after is not None:
            query = query.where(_ENTRY.c.entry_no < starting_after)
        return self._rows(query, entry_view)

    def account_balances(self) -> tuple[BalanceView, ...]:
        """What every account of the ledger stands at, debit-positive, by its id."""
        query = select(
            _ACCOUNT.c.id, func.coalesce(_balance_of(_ACCOUNT.c.id), 0).label("balance")
        ).order_by(_ACCOUNT.c.id)
        return self._rows(
            query, lambda row: BalanceView(account=row["id"], balance=Money(row["balance"]))
        )

    def health(self) -> None:
        """Returns if the database answers and has its tables."""
        self._rows(select(_PARTY.c.id).limit(1), lambda row: row["id"])

    def _after(self, last: OrderId) -> ColumnElement[bool]:
        placed = self._rows(
            select(_ORDER.c.placed_at).where(_ORDER.c.id == last), lambda row: row["placed_at"]
        )
        if not placed:
            raise LookupError(f"no order {last}")
        return tuple_(_ORDER.c.placed_at, _ORDER.c.id) < tuple_(placed[0], last)

    def _rows(self, query: Select[Any], view: Callable[[Any], T]) -> tuple[T, ...]:
        with database_answers():
            try:
                found = self._fetch(query)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # The pool kept a connection to a server that is gone. It has dropped them all now.
                found = self._fetch(query)
        return tuple(view(row) for row in found)

    def _fetch(self, query: Select[Any]) -> Sequence[RowMapping]:
        with self._engine.connect() as connection:
            return connection.execute(query).mappings().all()


def _orders(*chosen: ColumnElement[bool], limit: int = 1) -> Select[Any]:
    """The orders that are chosen, the newest first, each with all that is of it."""
    newest_first = (_ORDER.c.placed_at.desc(), _ORDER.c.id.desc())
    return _WHOLE_ORDERS.where(*chosen).order_by(*newest_first).limit(limit)


def _whole_orders() -> Select[Any]:
    items = (
        select(
            _ITEM,
            _MOVEMENT.c.amount,
            _TRANSITION.c.command.label("opening"),
            (_TRANSITION.c.item == _ITEM.c.item).label("opened_by_itself"),
        )
        .join(
            _TRANSITION,
            and_(
                _TRANSITION.c.subject == _ITEM.c.subject,
                _TRANSITION.c.sequence == _ITEM.c.sequence,
            ),
        )
        .outerjoin(_MOVEMENT, _MOVEMENT.c.reference == _ITEM.c.item)
        .where(_ITEM.c.subject == _ORDER.c.id)
        .correlate(_ORDER)
    )
    lines = select(_LINE).where(_LINE.c.subject == _ORDER.c.id).correlate(_ORDER)
    claims = select(_CLAIM).where(_CLAIM.c.order_id == _ORDER.c.id).correlate(_ORDER)
    chargebacks = CHARGEBACKS.where(_CHARGEBACK.c.order_id == _ORDER.c.id).correlate(_ORDER)
    tips = select(_TIP).where(_TIP.c.order_id == _ORDER.c.id).correlate(_ORDER)
    return select(
        _ORDER,
        func.to_jsonb(_REQUEST.table_valued()).label("request"),
        _as_json(lines, "line_no").label("lines"),
        _as_json(items, "sequence", "item").label("items"),
        _as_json(claims, "made_at", "id").label("claims"),
        _as_json(chargebacks, "reported_at", "id").label("chargebacks"),
        _as_json(tips, "given_at", "id").label("tips"),
    ).join(_REQUEST, _REQUEST.c.order_id == _ORDER.c.id)


def _as_json(rows: Select[Any], *order: str) -> ScalarSelect[Any]:
    """Rows as one JSON array, in an order."""
    row = rows.subquery()
    each = aggregate_order_by(func.to_jsonb(row.table_valued()), *(row.c[name] for name in order))
    return select(func.coalesce(func.jsonb_agg(each), func.jsonb_build_array())).scalar_subquery()


def _seen_by(
    roles: frozenset[Role], party: PartyId, subjects: Table = _ORDER
) -> ColumnElement[bool]:
    if roles & ROLES_THAT_SEE_ALL:
        return true()
    held = sorted(roles & ROLES_BOUND_TO_AN_ORDER)
    return or_(false(), *(subjects.c[role.value] == party for role in held))


def _deposit_of(client: PartyId) -> str:
    return Account(AccountKind.DEPOSIT, client).id


def _balance_of(account: str | ColumnElement[str]) -> Any:
    return (
        select(_ENTRY.c.balance)
        .where(_ENTRY.c.account == account)
        .order_by(_ENTRY.c.entry_no.desc())
        .limit(1)
        .scalar_subquery()
    )


def _chargebacks() -> Select[Any]:
    debt = f"{AccountKind.CHARGED_BACK}:" + _CHARGEBACK.c.id
    deposit = f"{AccountKind.DEPOSIT}:" + _CHARGEBACK.c.client
    returned = select(_sum(_RETURNED.c.amount)).where(_RETURNED.c.chargeback == _CHARGEBACK.c.id)
    moved = select(_JOURNAL.c.kind, (-_sum(_ENTRY.c.amount)).label("amount")).join(_ENTRY)
    settled = (
        moved.where(_ENTRY.c.account == debt, _JOURNAL.c.kind != JournalKind.CHARGEBACK)
        .group_by(_JOURNAL.c.kind)
        .correlate(_CHARGEBACK)
        .subquery()
    )
    given_back = (
        select(-_sum(_ENTRY.c.amount))
        .join(_JOURNAL)
        .where(
            _ENTRY.c.account == deposit,
            _ENTRY.c.subject == _CHARGEBACK.c.id,
            _JOURNAL.c.kind == JournalKind.CHARGEBACK_WON,
        )
    )
    sold = select(_ORDER.c.facts["sold"]).where(_ORDER.c.id == _CHARGEBACK.c.order_id)
    kinds = select(func.jsonb_object_agg(settled.c.kind, settled.c.amount))
    return select(
        _CHARGEBACK,
        func.coalesce(_balance_of(debt), 0).label("owed"),
        returned.scalar_subquery().label("returned"),
        kinds.scalar_subquery().label("settled"),
        given_back.correlate(_CHARGEBACK).scalar_subquery().label("given_back"),
        sold.correlate(_CHARGEBACK).scalar_subquery().label("sold"),
    )


def _sum(amounts: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(amounts), 0), BigInteger)


CHARGEBACKS = _chargebacks()
"""Chargebacks, each with what is owed of it, how the rest was settled, and what its order gave back
of it."""
_WHOLE_ORDERS = _whole_orders()
"""Built once: to build it takes as long as to ask it."""
