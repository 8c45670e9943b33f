"""Bad queries and bodies are refused with all their faults; roles, log lines and 500s."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from daigou.domain.order import Role
from gateway.kinds import KINDS
from gateway.problems import Problem
from tests.gateway.fakes import ORDER, SECRET, FakeBackend, FakeEngine, a_gateway, http_as
from tests.gateway.house import BASE, a_key, an_order
from tests.gateway.paths import APP, DOCUMENT, POSTS, as_json, post, problem_of, real, valid_body

_HIDDEN = [kind.id_name for kind in KINDS if Role.PAYMENT_INSTITUTION in kind.hidden_from]


async def test_unknown_paths_and_methods_are_problems_too() -> None:
    async with http_as("all", APP) as http:
        lost = await http.get("/v1/nothing")
        slash = await http.get("/v1/orders/")
        wrong = await http.delete("/v1/orders")
        patched = await http.patch(f"/v1/orders/{ORDER}")

    assert [a.status_code for a in (lost, slash, wrong, patched)] == [404, 404, 405, 405]
    for answer in (lost, slash, wrong, patched):
        assert answer.headers["content-type"] == "application/problem+json"
        Problem.model_validate_json(answer.content)
    assert "GET" in patched.headers["allow"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": "0"}, "/limit"),
        ({"limit": "101"}, "/limit"),
        ({"limit": "ten"}, "/limit"),
        ({"limit": "9" * 400}, "/limit"),
        ({"state": "happy"}, "/state"),
        ({"client": "anna"}, "/client"),
        ({"provider": "prv_\0"}, "/provider"),
        ({"due_before": "tomorrow"}, "/due_before"),
        ({"due_before": "2026-11-22"}, "/due_before"),
        ({"due_before": "1700000000"}, "/due_before"),
        ({"due_before": "2026-11-22T09:30:00"}, "/due_before"),
        ({"due_before": "0001-01-01T00:00:00+14:00"}, "/due_before"),
        ({"starting_after": "ord_\0\0\0\0"}, "/starting_after"),
        ({"offset": "3"}, "/offset"),
    ],
)
async def test_a_query_is_read_as_strictly_as_a_body(query: dict[str, str], pointer: str) -> None:
    async with http_as("all", APP) as http:
        answer = await http.get("/v1/orders", params=query)

    problem = problem_of(answer, "/v1/orders", "get")

    assert problem.code == "invalid_request"
    assert [(fault.where, fault.pointer) for fault in problem.errors] == [("query", pointer)]


async def test_every_fault_of_a_query_is_named() -> None:
    async with http_as("all", APP) as http:
        answer = await http.get("/v1/orders", params={"limit": "x", "state": "y", "z": "1"})

    faults = problem_of(answer, "/v1/orders", "get").errors
    assert {fault.pointer for fault in faults} == {"/limit", "/state", "/z"}


# ---- the body of a request ---------------------------------------------------------------------


@pytest.mark.clause("PSR-1-1")
async def test_all_missing_facts_are_named_at_once() -> None:
    problem = problem_of(await post("/v1/orders", b"{}"), "/v1/orders", "post")

    assert (problem.status, problem.code, problem.clause) == (422, "invalid_request", "PSR-1-1")
    missing = {fault.pointer for fault in problem.errors if fault.code == "missing"}
    assert missing == {
        "/provider_id",
        "/storage_id",
        "/product_link",
        "/title",
        "/seller_name",
        "/specification",
        "/category",
        "/quantity",
        "/unit_price",
        "/freight",
        "/mandate",
    }
    assert {f.clause for f in problem.errors if f.pointer == "/mandate"} == {"PSR-1-2"}


async def test_faults_of_form_and_of_meaning_are_named_together() -> None:
    body = an_order(
        quantity="3",
        provider_id="prv_nobody",
        storage_id="log_sino",
        product_link="https://evil.example/offer/900000000001.html",
        unit_price={"amount": 1.5, "currency": "USD"},
        freight={"amount": True, "currency": "CNY"},
        title=" \n",
        color="red",
    )

    problem = problem_of(await post("/v1/orders", as_json(body)), "/v1/orders", "post")

    assert {fault.pointer: fault.code for fault in problem.errors} == {
        "/quantity": "invalid",
        "/provider_id": "not_registered",
        "/storage_id": "not_registered",
        "/product_link": "invalid",
        "/unit_price/amount": "invalid",
        "/unit_price/currency": "invalid",
        "/freight/amount": "invalid",
        "/title": "invalid",
        "/color": "unknown_field",
    }


@pytest.mark.clause("PSR-1-2")
@pytest.mark.clause("PSR-1-3")
@pytest.mark.clause("PSR-11")
@pytest.mark.clause("UA-1-1")
@pytest.mark.parametrize(
    ("changes", "pointer", "code", "clause"),
    [
        ({"mandate": {"version": "1999-01"}}, "/mandate/version", "unknown_mandate", "PSR-1-2"),
        ({"mandate": {"digest": "0" * 64}}, "/mandate/digest", "unknown_mandate", "PSR-1-2"),
        (
            {"mandate": {"agreed_at": "2199-01-01T00:00:00Z"}},
            "/mandate/agreed_at",
            "invalid_request",
            "PSR-1-2",
        ),
        ({"offer_id": "900000000002"}, "/offer_id", "invalid_request", "PSR-1-3"),
        (
            {"product_link": "https://detail.1688.com/page"},
            "/offer_id",
            "invalid_request",
            "PSR-1-1",
        ),
        (
            {"delivery_address": "1 Elsewhere Road"},
            "/delivery_address",
            "wrong_delivery_address",
            "PSR-11",
        ),
        ({"client_id": "cli_ben"}, "/client_id", "not_registered", "UA-1-1"),
        ({"provider_id": "sto_yiwu"}, "/provider_id", "not_registered", "PSR-1-1"),
        ({"quantity": 0}, "/quantity", "invalid_request", "PSR-1-1"),
        ({"quantity": 10**30}, "/quantity", "invalid_request", "PSR-1-1"),
        (
            {"unit_price": {"amount": 0, "currency": "CNY"}},
            "/unit_price",
            "invalid_request",
            "PSR-1-1",
        ),
        ({"title": "x" * 301}, "/title", "invalid_request", "PSR-1-1"),
        ({"title": "a\u202eb"}, "/title", "invalid_request", "PSR-1-1"),
        ({"seller_name": "a\x00b"}, "/seller_name", "invalid_request", "PSR-1-1"),
        ({"category": "Weapons"}, "/category", "invalid_request", "PSR-1-1"),
        ({"order_id": "my order"}, "/order_id", "invalid_request", "PSR-1-1"),
    ],
)
async def test_a_wrong_fact_is_named_with_its_clause(
    changes: dict[str, Any], pointer: str, code: str, clause: str
) -> None:
    body = an_order()
    for name, value in changes.items():
        body[name] = {**body[name], **value} if name == "mandate" else value

    problem = problem_of(await post("/v1/orders", as_json(body)), "/v1/orders", "post")

    assert [fault.pointer for fault in problem.errors] == [pointer]
    assert (problem.status, problem.code, problem.clause) == (422, code, clause)


@pytest.mark.parametrize(
    "link",
    [
        "http://detail.1688.com/offer/900000000001.html",
        "https://1688.com.evil.example/offer/900000000001.html",
        "https://user@detail.1688.com/offer/900000000001.html",
        "https://evil1688.com/offer/900000000001.html",
        "https://detail.1688.com:8443/offer/900000000001.html",
        "https://detail.1688.com\\@evil.example/offer/900000000001.html",
        "https://[::1]/offer/900000000001.html",
        "//detail.1688.com/offer/900000000001.html",
        "javascript:alert(1)",
    ],
)
async def test_a_product_link_is_on_1688(link: str) -> None:
    body = an_order(product_link=link, offer_id="900000000001")

    problem = problem_of(await post("/v1/orders", as_json(body)), "/v1/orders", "post")

    assert [fault.pointer for fault in problem.errors] == ["/product_link"]


@pytest.mark.clause("PSR-14")
async def test_prohibited_goods_are_refused_before_any_workflow_begins() -> None:
    engine = FakeEngine()
    async with http_as("client", a_gateway(engine=engine)) as http:
        answer = await http.post(
            "/v1/orders", json=an_order(category="weapons"), headers={"Idempotency-Key": a_key()}
        )

    problem = problem_of(answer, "/v1/orders", "post")
    assert (problem.status, problem.code, problem.clause) == (422, "prohibited_goods", "PSR-14")
    assert engine.sent == []


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/role"]),
        ({"role": "king"}, ["/role"]),
        ({"role": "promoter", "party_id": "pro_mia"}, ["/name"]),
        ({"role": "client"}, ["/party_id", "/country", "/agreement", "/contact"]),
        ({"role": "storage", "party_id": "prv_kai", "name": "x"}, ["/party_id", "/address"]),
    ],
)
async def test_every_fault_of_a_registration_is_named(
    body: dict[str, Any], pointers: list[str]
) -> None:
    problem = problem_of(await post("/v1/parties", as_json(body)), "/v1/parties", "post")

    assert [fault.pointer for fault in problem.errors] == pointers


@pytest.mark.clause("UA-1-8")
async def test_the_institution_pays_no_part_without_a_method() -> None:
    path = "/v1/orders/{order_id}/pay"
    body = {"from_institution": {"amount": 1, "currency": "CNY"}}

    problem = problem_of(await post(path, as_json(body)), path, "post")

    assert [(f.pointer, f.code) for f in problem.errors] == [("/payment_method", "missing")]


# ---- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [p for p in POSTS if "x-roles" in DOCUMENT["paths"][p]["post"]])
async def test_a_command_is_for_the_roles_that_are_told_and_no_others(path: str) -> None:
    told = set(DOCUMENT["paths"][path]["post"]["x-roles"])
    backend = FakeBackend()

    for role in ("support", "platform", "payment_institution"):
        async with http_as(role, a_gateway(backend)) as http:
            answer = await http.post(
                real(path), json=valid_body(path), headers={"Idempotency-Key": a_key()}
            )

        if role in told:
            assert answer.is_success, answer.text
            continue
        problem = problem_of(answer, path, "post")
        if role == "payment_institution" and any(f"{{{id_}}}" in path for id_ in _HIDDEN):
            assert problem.status == 404, "it sees every order, but no claim, tip or question"
        else:
            assert (problem.status, problem.code) == (403, "not_your_role")
            assert problem.clause


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
async def test_one_wrong_value_in_a_right_request_is_the_one_that_is_named(
    data: st.DataObject,
) -> None:
    body = an_order()
    name = data.draw(st.sampled_from(sorted(set(body) - {"logistics_id"})))
    body[name] = data.draw(st.none() | st.booleans() | st.floats(allow_nan=False) | st.just([]))

    problem = problem_of(await post("/v1/orders", as_json(body)), "/v1/orders", "post")

    assert {fault.pointer.split("/")[1] for fault in problem.errors} == {name}


# ---- the edge itself ----------------------------------------------------------------------------


async def test_what_nobody_foresaw_is_a_500_without_its_insides() -> None:
    class Broken(FakeBackend):
        async def order(self, order: Any) -> Any:
            raise ZeroDivisionError("the password is swordfish")

    async with http_as("all", a_gateway(Broken())) as http:
        with capture_logs() as logs:
            answer = await http.get(f"/v1/orders/{ORDER}")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert Problem.model_validate_json(answer.content).code == "internal_error"
    assert "swordfish" not in answer.text
    assert [log["event"] for log in logs] == ["request.crashed", "request.answered"]


async def test_a_request_is_one_line_of_the_log_without_content() -> None:
    async with http_as("all", APP) as http:
        with capture_logs() as logs:
            await http.post(
                f"/v1/orders/{ORDER}/withdraw",
                json={"note": "confidential"},
                headers={"Idempotency-Key": "key-of-mine"},
            )
            await http.get("/v1/orders/ord_unknown")

    done, lost = logs
    assert done["event"] == lost["event"] == "request.answered"
    assert done["path"] == "/v1/orders/{order_id}/withdraw"
    assert (done["method"], done["status"], done["app"], done["subject"]) == (
        "POST",
        200,
        "all",
        ORDER,
    )
    assert (lost["status"], lost["code"]) == (404, "not_found")
    assert not {"confidential", SECRET, "key-of-mine"} & set(repr(logs).split("'"))


async def test_the_docs_load_nothing_from_the_network() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=APP), base_url=BASE) as http:
        page = await http.get("/docs")
        script = await http.get("/docs/assets/swagger-ui-bundle.js")
        document = await http.get("/openapi.json")

    assert page.status_code == script.status_code == document.status_code == 200
    assert "https://" not in page.text
    assert document.json() == DOCUMENT
