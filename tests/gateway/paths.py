"""Every endpoint of the document: its path filled in, a right body for it, its listed problems."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

from daigou.domain.refusals import RefusalCode
from gateway.problems import EdgeCode, Problem
from tests.gateway.fake_accounts import CHARGEBACK, CLOSURE, FREEZE, PAYMENT, WITHDRAWAL
from tests.gateway.fakes import (
    CLAIM,
    CONSULTATION,
    DIGEST,
    ENDPOINT,
    ENGAGEMENT,
    MESSAGE,
    NOON,
    ORDER,
    RECHARGE,
    TIP,
    a_gateway,
    http_as,
)
from tests.gateway.house import a_key, an_order

APP = a_gateway()
DOCUMENT: dict[str, Any] = APP.openapi()
KNOWN = {
    "order_id": ORDER,
    "recharge_id": RECHARGE,
    "claim_id": CLAIM,
    "withdrawal_id": WITHDRAWAL,
    "freeze_id": FREEZE,
    "closure_id": CLOSURE,
    "chargeback_id": CHARGEBACK,
    "tip_id": TIP,
    "consultation_id": CONSULTATION,
    "client_id": "cli_anna",
    "party_id": "prv_kai",
    "number": "9",
    "rule_id": "12",
    "evidence_id": "evd_kettles",
    "endpoint_id": ENDPOINT,
    "message_id": MESSAGE,
    "digest": DIGEST,
    "contract_id": "3",
    "engagement_id": ENGAGEMENT,
}
NUMBERS = {
    "parcels": "5",
    "requirements": "6",
    "questions": "7",
    "opinions": "8",
    "refunds": "9",
    "cancellations": "10",
    "dissolutions": "11",
}
"""The number of the one item of each kind that the fake order has."""


def _endpoints(method: str) -> Iterator[str]:
    """Those that take no body, or one in JSON; evidence has tests of its own."""
    for path, methods in DOCUMENT["paths"].items():
        content = methods.get(method, {}).get("requestBody", {}).get("content", {})
        if method in methods and (not content or "application/json" in content):
            yield path


INSTITUTION = "/v1/webhooks/payment-institution"
"""It has a signature in the place of a key, and tests of its own."""
POSTS = [path for path in _endpoints("post") if path != INSTITUTION]
GETS = list(_endpoints("get"))


def real(path: str, **junk: str) -> str:
    """A path with what is there in its place, or with junk."""
    collection = next((name for name in NUMBERS if f"/{name}/" in path), "refunds")
    return path.format(**{**KNOWN, "number": NUMBERS[collection], **junk})


async def post(path: str, content: bytes, **headers: str) -> httpx.Response:
    """What every role at once is answered, under a new key."""
    said = {"Idempotency-Key": a_key(), "Content-Type": "application/json", **headers}
    async with http_as("all", APP) as http:
        return await http.post(real(path), content=content, headers=said)


def listed_codes(path: str, method: str, status: int) -> set[str]:
    """The codes of problems that the document lists for an answer of an endpoint."""
    response = DOCUMENT["paths"][path][method]["responses"].get(str(status), {})
    content = response.get("content", {}).get("application/problem+json", {})
    return set(content.get("examples", {}))


def problem_of(answer: httpx.Response, path: str, method: str) -> Problem:
    """The answer as the problem that it is to be, and is listed to be."""
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(answer.content)
    assert problem.status == answer.status_code
    assert problem.code in {*EdgeCode, *RefusalCode}
    assert problem.code in listed_codes(path, method, problem.status), (path, problem)
    assert problem.type == f"urn:daigou:problem:{problem.code}"
    assert problem.title
    assert problem.detail
    return problem


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def valid_body(path: str) -> dict[str, Any]:
    """A right body of an endpoint."""
    command = path.rpartition("/")[2]
    return BODIES.get(path) or BODIES.get(command) or {}


_FEN = {"amount": 1_00, "currency": "CNY"}
_OUTCOME = {"reference": f"{ORDER}/3"}
_WORDS = {"note": "in words"}
BODIES: dict[str, dict[str, Any]] = {
    "/v1/orders": an_order(),
    "/v1/orders/{order_id}/claims": {
        "against": "logistics",
        "basis": "PSR-17-2",
        "losses": [{"head": "paid_to_others", "amount": _FEN}],
    },
    "/v1/orders/{order_id}/tips": {"amount": {"amount": 50_00, "currency": "CNY"}},
    "/v1/consultations": {"topic": "services", "question": "How long are goods stored?"},
    "/v1/recharges": {"amount": {"amount": 1000, "currency": "CNY"}, "payment_method": "pm_ok"},
    "/v1/withdrawals": {"amount": {"amount": 1000, "currency": "CNY"}, "payment_method": "pm_ok"},
    "/v1/accounts/{client_id}/freezes": {"reason": "suspicion", "note": "in words"},
    "/v1/accounts/{client_id}/closure": {"payment_method": "pm_ok"},
    "/v1/orders/{order_id}/chargebacks": {
        "dispute": "dp_2",
        "payment": PAYMENT,
        "amount": _FEN,
        "reason": "changed_mind",
        "evidence_due": NOON.isoformat(),
    },
    "/v1/parties": {"role": "provider", "party_id": "prv_new", "name": "New"},
    "/v1/screening-rules": {
        "kind": "word",
        "pattern": "replica",
        "verdict": "doubtful",
        "reason": "may infringe a brand",
    },
    "/v1/webhook-endpoints": {"url": "https://shop.example.org/daigou"},
    "/v1/webhook-endpoints/{endpoint_id}/replay": {"subject": ORDER},
    "/v1/coupons": {
        "client_id": "cli_anna",
        "amount": _FEN,
        "reduces": ["service_fee"],
        "valid_from": NOON.isoformat(),
        "valid_until": NOON.replace(year=2027).isoformat(),
    },
    "/v1/promoter-contracts": {
        "promoter_id": "pro_mia",
        "provider_id": "prv_kai",
        "rate": "1/5",
        "begins_at": NOON.isoformat(),
    },
    "/v1/promoter-contracts/{contract_id}/end": {"ends_at": NOON.replace(year=2027).isoformat()},
    "/v1/promoter-contracts/{contract_id}/change-rate": {
        "rate": "1/4",
        "since": NOON.isoformat(),
    },
    "/v1/promoter-engagements": {
        "promoter_id": "pro_mia",
        "promotion_provider_id": "psp_bund",
    },
    "/v1/promoter-engagements/{engagement_id}/activate": {"reason": "agreed"},
    "/v1/promoter-engagements/{engagement_id}/suspend": {"reason": "breach"},
    "/v1/promoter-engagements/{engagement_id}/end": {"reason": "breach"},
    "principal": {
        "legal_name": "Kai Example Purchasing",
        "registration_number": "91110000600037341L",
        "registered_address": "1 Example Road, Yiwu",
        "business_email": "office@example.com",
        "business_phone": "+86 579 0000 0000",
        "purchasing_person": "Kai Example",
    },
    "raise-caution": {"caution": "sensitive"},
    "acknowledge-caution": {"caution": "sensitive"},
    "limit-price-drift": {"price_drift": {"amount": _FEN}},
    "refuse": {"reason": "no_capacity"},
    "choose-logistics": {"logistics_id": "log_sino"},
    "confirm-payment": _OUTCOME,
    "decline-payment": _OUTCOME,
    "report-price": {"goods": _FEN, "freight": _FEN, "quantity": 3},
    "quote-anew": {"goods": _FEN, "freight": _FEN, "quantity": 3, **_OUTCOME},
    "record-purchase": {
        "seller_order_no": "1",
        "goods": _FEN,
        "freight": _FEN,
        "delivery_address": "x",
    },
    "fail-purchase": _OUTCOME,
    "reject-purchase": _OUTCOME,
    "report-unrealizable": {"reason": "sold_out"},
    "dispatch": {"tracking_ref": "T1"},
    "track": {"tracking_ref": "T1"},
    "warehouse-receipt": {"parcel_ref": "P1"},
    "object-to-goods": {"reason": "damaged"},
    "exchange": {"tracking_ref": "T2"},
    "record-seller-refund": {"goods": _FEN, "freight": _FEN, "external_ref": "S1"},
    "send-back": {"tracking_ref": "T1"},
    "consent-to-cancellation": {"refund": _FEN},
    "record-cancellation-refund": {"amount": _FEN, "external_ref": "S1"},
    "settle-cancellation": {
        "costs": [
            {"cost": "custody", "amount": _FEN, "payee": "sto_yiwu", "evidence": ["evd_kettles"]}
        ],
        "digest": DIGEST,
    },
    "request-dissolution": {
        "ground": "defective",
        "inspected": True,
        "evidence": ["evd_kettles"],
    },
    "supplement-evidence": {"evidence": ["evd_kettles"]},
    "consent-to-dissolution": {"refund": _FEN, "remedy": "return"},
    "prove-disposal": {"remedy": "return", "evidence": ["evd_kettles"], "cost": _FEN},
    "record-dissolution-refund": {"amount": _FEN, "external_ref": "S1", "digest": DIGEST},
    "record-return-cost": {"amount": _FEN, "external_ref": "S2"},
    "clear-customs": {"tracking_ref": "T1"},
    "deliver": {"tracking_ref": "T1"},
    "refuse-package": {"reason": "damaged"},
    "settle-package": {"cause": "none_found"},
    "object-to-receipt": {"reason": "damaged"},
    "settle-objection": {"cause": "none_found"},
    "require": _WORDS,
    "ask-question": _WORDS,
    "answer-question": _WORDS,
    "give-opinion": _WORDS,
    "record-assistance": _WORDS,
    "admit-claim": {"amount": _FEN},
    "reject-claim": _WORDS,
    "record-compensation": {"amount": _FEN, "external_ref": "W1"},
    "confirm-withdrawal": {"reference": f"{WITHDRAWAL}/1"},
    "decline-withdrawal": {"reference": f"{WITHDRAWAL}/1"},
    "lift-freeze": _WORDS,
    "contest-restriction": _WORDS,
    "award-sum": _WORDS,
    "name-payout-method": {"payment_method": "pm_ok"},
    "confirm-payout": {"reference": f"{CLOSURE}/2"},
    "decline-payout": {"reference": f"{CLOSURE}/2"},
    "find-just-cause": _WORDS,
    "deny-just-cause": {"head": "2", **_WORDS},
    "pay-chargeback": {"from_deposit": _FEN},
    "confirm-chargeback-payment": {"reference": f"{CHARGEBACK}/2"},
    "decline-chargeback-payment": {"reference": f"{CHARGEBACK}/2"},
    "win-chargeback": {"external_ref": "vd-1"},
    "lose-chargeback": {"external_ref": "vd-1"},
    "submit-evidence": {"digest": DIGEST},
    "dispose-goods": {"proceeds": _FEN, "storage_costs": _FEN, "external_ref": "B1"},
    "answer-consultation": _WORDS,
    "confirm-recharge": {"reference": f"{RECHARGE}/1"},
    "decline-recharge": {"reference": f"{RECHARGE}/1"},
}
"""By path, or by the last word of it."""
