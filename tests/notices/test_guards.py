"""What the database refuses of notices, whoever asks."""

from typing import Any

import psycopg
import pytest

from daigou.domain import commands
from daigou.domain.order import Trigger
from tests.ledger.road import ANNA, YIWU, Subject, World
from tests.ledger.test_guards import refused
from tests.notices.post import Post

Sql = psycopg.Connection[Any]
HISTORY, CHECK, UNIQUE, FOREIGN_KEY = "DG004", "23514", "23505", "23503"


@pytest.fixture
async def order(post: Post, world: World) -> Subject:
    """An order of which Anna was told by e-mail, and YIWU's endpoint is down."""
    post.email()
    post.endpoint(YIWU)
    await post.receiver.switch_off()
    order = world.accepted()
    await post.tell()
    return order


HISTORIC = [
    "DELETE FROM delivery_attempt",
    "UPDATE delivery_attempt SET code = 'http_500' WHERE code IS NOT NULL",
    "TRUNCATE delivery_attempt",
    "DELETE FROM delivery",
    "TRUNCATE delivery CASCADE",
    "DELETE FROM webhook_endpoint",
    "DELETE FROM notice_target",
    "UPDATE delivery SET party = 'cli_ben' WHERE channel = 'email'",
    # What is out stays out, and is not marked out again.
    "UPDATE delivery SET out_at = now() WHERE state = 'out'",
    "UPDATE delivery SET state = 'waiting', out_at = NULL, next_try_at = now() WHERE state = 'out'",
    # No try without its line, and no line without its try.
    "UPDATE delivery SET state = 'out', out_at = now(), next_try_at = NULL WHERE state = 'waiting'",
    "UPDATE delivery SET attempts = attempts + 1 WHERE state = 'waiting'",
    "UPDATE delivery SET attempts = 0 WHERE state = 'waiting'",
    "INSERT INTO delivery_attempt SELECT message_id, run, attempts + 1, now(), 'out'"
    " FROM delivery WHERE state = 'out'",
    "INSERT INTO delivery_attempt SELECT message_id, run, attempts + 2, now(), 'out'"
    " FROM delivery WHERE state = 'waiting'",
    # An endpoint is disabled once, and is another's or elsewhere never.
    "UPDATE webhook_endpoint SET url = 'https://other.example'",
    "UPDATE webhook_endpoint SET party = 'cli_ben'",
    # The outbox: what a notice says, its place and its routing are written once.
    "UPDATE notice SET order_sequence = 7 WHERE order_sequence = 1",
    "UPDATE notice SET routed_at = NULL",
    "UPDATE notice SET sent_at = NULL WHERE sent_at IS NOT NULL",
]
IMPOSSIBLE = [
    "UPDATE delivery SET next_try_at = NULL WHERE state = 'waiting'",
    "UPDATE delivery SET state = 'no_channel', next_try_at = NULL WHERE state = 'waiting'",
    "UPDATE delivery SET last_error = 'Anna Example is away' WHERE state = 'waiting'",
    "UPDATE notice_target SET failures = -1",
    "UPDATE notice_target SET id = 'anna@example.org' WHERE channel = 'email' AND id ="
    " (SELECT min(id) FROM notice_target WHERE channel = 'email')",
    "UPDATE webhook_endpoint SET disabled_at = created_at - interval '1 day'",
    "UPDATE webhook_endpoint SET secret = 'guess'",
]


@pytest.mark.clause("PSR-27")
def test_what_was_told_is_history(order: Subject, sql: Sql) -> None:
    for statement in HISTORIC:
        assert refused(sql, statement) == HISTORY, statement


def test_what_no_row_may_say(order: Subject, sql: Sql) -> None:
    for statement in IMPOSSIBLE:
        assert refused(sql, statement) in (CHECK, FOREIGN_KEY), statement


def test_a_message_waits_once(order: Subject, sql: Sql) -> None:
    again = """
        INSERT INTO delivery SELECT message_id, run + 1, subject, sequence, number,
            order_sequence, notice_at, party, channel, target, state, attempts, next_try_at,
            refused, last_error, external_ref, routed_at, out_at
        FROM delivery WHERE state = 'waiting'"""

    assert refused(sql, again) == UNIQUE


def test_a_disabled_endpoint_is_not_used_again(order: Subject, sql: Sql) -> None:
    assert refused(sql, "UPDATE webhook_endpoint SET disabled_at = now()") is None
    assert refused(sql, "UPDATE webhook_endpoint SET disabled_at = NULL") == HISTORY


def test_events_are_patterns(order: Subject, sql: Sql) -> None:
    statement = """
        INSERT INTO webhook_endpoint (id, application, party, url, events, secret, created_at)
        SELECT 'whk_other', application, party, url, %s, secret, created_at FROM webhook_endpoint
    """

    for events in ("{}", "{order}", "{order.*x}", "{'order.* other'}", "{''}"):
        assert refused(sql, statement, events) == CHECK, events


@pytest.mark.clause("PSR-27")
def test_each_recipient_counts_its_notices_of_an_order_without_a_gap(
    world: World, sql: Sql
) -> None:
    order = world.effective()
    order.pull(Trigger.ESCALATE)
    order.pull(Trigger.PURCHASE, commands.Purchase())
    order.answer(Trigger.REJECT_PURCHASE, reason="sold_out")

    told = sql.execute(
        "SELECT recipient_party, array_agg(order_sequence ORDER BY sequence, number)"
        " FROM notice WHERE subject = %s GROUP BY recipient_party",
        (order.id,),
    ).fetchall()

    assert dict(told) == {
        ANNA: [1, 2, 3, 4],
        YIWU: [1, 2, 3, 4],
        "plt_platform": [1],
    }
