"""Owns where the simulated companies remember: a PostgreSQL schema of their own.

It stands for other companies' databases: its transactions are never those of the ledger, and a
worker that is killed leaves it as it was.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from daigou.ports.counterparties import OutcomeUnknownError, Standing
from daigou.simulator.conduct import Conduct

Row = dict[str, Any]

CONNECTIONS_MAX = 4
ANSWER_SECONDS_MAX = 5.0
_SET_UP_LOCK = 9000_0000_0000
"""Advisory lock: workers that start together set the schema up one after the other."""

_SCHEMA = """
create schema if not exists simulator;

create table if not exists simulator.payment (
    reference      text        primary key,
    kind           text        not null,
    amount         bigint      not null check (amount > 0),
    currency       text        not null,
    payment_method text        not null,
    original       text        not null default '',
    standing       text        not null,
    reason         text        not null default '',
    asks           integer     not null default 0,
    external_ref   text        not null unique,
    heard_at       timestamptz not null default clock_timestamp()
);
alter table simulator.payment
    drop constraint if exists payment_kind_check,
    add constraint payment_kind_check
        check (kind in ('capture', 'refund', 'payout', 'chargeback'));
create index if not exists payment_original on simulator.payment (original);

create table if not exists simulator.seller_order (
    reference        text        primary key,
    subject          text        not null,
    offer_id         text        not null,
    quantity         integer     not null check (quantity > 0),
    goods            bigint      not null check (goods > 0),
    freight          bigint      not null check (freight >= 0),
    currency         text        not null,
    delivery_address text        not null,
    standing         text        not null,
    reason           text        not null default '',
    asks             integer     not null default 0,
    external_ref     text        not null unique,
    heard_at         timestamptz not null default clock_timestamp()
);
alter table simulator.seller_order add column if not exists paid bigint;
update simulator.seller_order set paid = goods + freight where paid is null;
create index if not exists seller_order_subject on simulator.seller_order (subject);

create table if not exists simulator.seller_refund (
    reference text        primary key,
    subject   text        not null,
    amount    bigint      not null check (amount > 0),
    currency  text        not null,
    paid_at   timestamptz not null default clock_timestamp()
);
alter table simulator.seller_refund add column if not exists own boolean not null default false;

create table if not exists simulator.sale (
    reference text        primary key,
    amount    bigint      not null check (amount > 0),
    currency  text        not null,
    paid_at   timestamptz not null default clock_timestamp()
);

create table if not exists simulator.lost_call (
    reference text primary key
);
"""


class ReferenceReusedError(Exception):
    """A known reference came again with other parameters: a fault of the caller."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"the reference {reference} is known with other parameters")


class Memory:
    """The simulated companies' database: a small pool of connections of its own."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[DictRow]]) -> None:
        self._pool = pool

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection[DictRow]]:
        """One transaction of another company.

        Raises:
            OutcomeUnknownError: its database did not answer; what was asked may have been done.
        """
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (OperationalError, PoolTimeout) as error:
            raise OutcomeUnknownError("the counterparty does not answer") from error


@asynccontextmanager
async def opened_memory(database_url: str) -> AsyncIterator[Memory]:
    """The memory in the database of that URL (SQLAlchemy's form or libpq's), set up if new."""
    pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
        database_url.replace("postgresql+psycopg://", "postgresql://", 1),
        connection_class=AsyncConnection[DictRow],
        kwargs={"row_factory": dict_row, "application_name": "daigou simulator"},
        min_size=1,
        max_size=CONNECTIONS_MAX,
        timeout=ANSWER_SECONDS_MAX,
        open=False,
    )
    async with pool:
        async with pool.connection() as connection:
            await connection.execute("select pg_advisory_xact_lock(%s)", [_SET_UP_LOCK])
            await connection.execute(_SCHEMA)
        yield Memory(pool)


async def is_lost(connection: AsyncConnection[DictRow], reference: str) -> bool:
    """Whether this call is the one that the network loses: the first under its reference."""
    lost = await connection.execute(
        "insert into simulator.lost_call values (%s) on conflict do nothing returning reference",
        [reference],
    )
    return await lost.fetchone() is not None


def standing_now(conduct: Conduct, *, asks: int) -> Row:
    """The standing and reason to remember, after so many asks."""
    if conduct.pending is None or asks < conduct.pending:
        return {"standing": Standing.PENDING, "reason": ""}
    return {"standing": conduct.outcome, "reason": conduct.reason}
