import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from daigou import logs
from daigou.settings import Settings

SETTINGS = Settings(database_url="postgresql+psycopg://daigou@localhost/daigou")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    # Removing pytest's handlers would close them.
    for handler in before:
        root.removeHandler(handler)
    logs.configure_logs(SETTINGS)
    yield written
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_facts_are_json_off_a_terminal(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(order_id="ord_1"):
        structlog.get_logger("daigou").info("order.settled", amount="¥1.23")

    line = json.loads(lines.getvalue())
    assert line["event"] == "order.settled"
    assert line["order_id"] == "ord_1"
    assert line["amount"] == "¥1.23"
    assert line["timestamp"].endswith("Z")


def test_the_standard_librarys_logs_come_the_same_way(lines: io.StringIO) -> None:
    logging.getLogger("somebody").warning("said %s", "this", extra={"order_id": "ord_1"})

    line = json.loads(lines.getvalue())
    assert line["event"] == "said this"
    assert line["logger"] == "somebody"
    assert line["order_id"] == "ord_1"


def test_a_traceback_shows_no_variables(lines: io.StringIO) -> None:
    try:
        address = "Unter den Linden 77"
        raise LookupError(len(address))
    except LookupError:
        structlog.get_logger("daigou").exception("delivery.failed")

    assert "LookupError" in lines.getvalue()
    assert "Unter den Linden" not in lines.getvalue()


def test_a_replay_says_nothing_twice(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_is_replaying", lambda: True)

    structlog.get_logger("daigou").info("order.settled")
    logging.getLogger("somebody").warning("order.settled")

    assert lines.getvalue() == ""


def test_below_the_level_nothing_is_written(lines: io.StringIO) -> None:
    structlog.get_logger("daigou").debug("order.pondered")

    assert lines.getvalue() == ""
