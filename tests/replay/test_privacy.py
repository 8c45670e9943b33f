"""What workflows remember: ids and commercial data, nothing personal, nothing secret (PSR-23)."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory

from tests.replay import histories
from tests.replay.driving import CONTACT

COMMERCIAL = {
    # What was ordered, where, and for how much: ids, and what businesses publish of themselves.
    "order", "recharge", "request", "client", "provider", "storage", "logistics",
    "product_link", "offer_id", "title", "seller_name", "specification", "category", "quantity",
    "unit_price", "freight", "goods", "delivery_address", "client_country", "inferred", "lines",
    "code", "label", "amount", "currency", "collector", "from_deposit", "from_institution",
    # What makes an order special, and what becomes of its price and its parcels.
    "promoter", "coupons", "cautions", "caution", "advance", "balance_by", "drift_limit", "limit",
    "any", "requirement", "needed", "costs", "loss", "seller_refund", "cause", "evidence",
    # What is cancelled, on what terms, and what it cost.
    "refund", "penalty", "fee", "cost", "payee",
    # What is dissolved, on which ground; what is claimed of whom, by what is known of the order.
    "ground", "inspected", "remedy", "claim", "against", "basis", "losses", "head", "grounds",
    "agreed", "with_logistics", "seller_refused", "claimed", "parties",
    # What is known of an order that is tipped for.
    "paid", "given",
    # What is charged back, what is known of it, and what becomes of the debt and the goods.
    "dispute", "payment", "evidence_due", "footing", "received", "providers_fault", "chargeback",
    "stand", "pays", "proceeds", "storage_costs",
    # What an account is frozen for: what that forbids, the number of a report, since when.
    "blocks", "report", "inactive_since",
    # What is asked of the platform: about what, and until when; the words are stored apart.
    "topic", "answer_by", "calendar",
    # What was added to a request that nobody said, and where that is from.
    "fact", "source",
    # What the screening list found: its own words.
    "findings", "rule", "verdict", "matched",
    # Agreements, references and reasons.
    "mandate", "version", "digest", "agreed_at", "terms_version", "reference", "external_ref",
    "seller_order_no", "parcel_ref", "tracking_ref", "note_ref", "reason", "payment_method",
    # Who did what when, and what came of it.
    "actor", "role", "party", "app", "command", "command_id", "kind", "item", "time_scale",
    "subject", "sequence", "state", "order_state", "at", "next_actor", "due", "intends", "refunds",
    "money", "what", "transitions", "instead", "certainty", "answer", "allowed_actions", "clause",
    "detail", "reasons", "seen",
    # What an order tells its case, in the words of the tables.
    "case", "number", "news", "trigger", "says", "clocks", "term", "left", "ended",
}  # fmt: skip
"""A new field is added here by whoever can say that nothing personal ever stands in it."""
OF_THE_SDK = {
    "seq", "attempt", "activity_id", "activity_type", "complete_time", "backoff",
    "original_schedule_time", "activation_index", "secs", "nanos", "seconds", "id", "updateId",
}  # fmt: skip

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
PHONE = re.compile(r"\+\d[\d ()-]{6,}\d")
SECRET = re.compile(
    r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[A-Za-z0-9_-]{40,}(?![\w-])"
)
"""As the registry makes them: 32 random bytes in URL-safe base64."""


@pytest.mark.clause("PSR-23")
@pytest.mark.parametrize("name", histories.recorded())
def test_only_ids_and_commercial_data_are_remembered(name: str) -> None:
    fields = {field for value in _decoded(histories.read(name)) for field in _fields(value)}

    assert fields - COMMERCIAL - OF_THE_SDK == set()


@pytest.mark.clause("PSR-23")
@pytest.mark.parametrize("name", histories.recorded())
def test_nothing_personal_and_no_secret_is_remembered(name: str) -> None:
    text = _text(name)

    assert [personal for personal in CONTACT.values() if personal in text] == []
    for found in (EMAIL, PHONE, SECRET):
        assert found.findall(text) == []


@pytest.mark.parametrize(
    ("kind", "leak"),
    [
        (EMAIL, '"who":"testa@example.invalid"'),
        (PHONE, '"phone":"+86 571 0000 0000"'),
        (SECRET, '"secret":"xP9dW2k-Qm4Zr8T_vB1nL6yH3sJ7fC0aEgUiOwKtMqX"'),
    ],
)
def test_a_leak_would_be_found(kind: re.Pattern[str], leak: str) -> None:
    assert kind.findall(leak) != []


def test_the_machine_that_recorded_left_no_trace() -> None:
    for name in histories.recorded():
        text = _text(name)
        assert "site-packages" not in text
        assert "stackTrace" not in text
        assert set(re.findall(r'"identity": ?"([^"]*)"', text)) <= {histories.RECORDER}


def _decoded(history: WorkflowHistory) -> Iterator[Any]:
    for event in history.events:
        for payload in histories.payloads(event):
            yield _value(payload)


def _value(payload: Payload) -> Any:
    return json.loads(payload.data) if payload.data else None


def _fields(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _fields(each)
    elif isinstance(value, list):
        for each in value:
            yield from _fields(each)


@cache
def _text(name: str) -> str:
    """All of a history in the clear: its events, and what their payloads hold."""
    history = histories.read(name)
    events = [_without_payloads(MessageToDict(event)) for event in history.events]
    return json.dumps([events, list(_decoded(history))], ensure_ascii=False)


def _without_payloads(value: Any) -> Any:
    """They are Base64 here; what they hold is decoded apart."""
    if isinstance(value, list):
        return [_without_payloads(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "encoding" in value.get("metadata", {}):
        return None
    return {name: _without_payloads(each) for name, each in value.items()}
