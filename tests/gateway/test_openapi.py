"""The OpenAPI document says exactly what there is: no server is needed to read it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from daigou.domain import commands
from daigou.domain.clauses import CATALOGUE
from daigou.domain.commands import Command
from daigou.domain.lifecycle import (
    ITEM_TABLES,
    REFUND,
    TABLES,
    case_guards,
    dissolution_guards,
)
from daigou.domain.lifecycle.table import Table
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode
from gateway.answers import collection_of
from gateway.client import DaigouClient
from gateway.kinds import KINDS
from gateway.openapi import _SAYS
from gateway.problems import STATUSES, TITLES, EdgeCode
from gateway.schemas import BODIES
from tests.gateway.paths import DOCUMENT, listed_codes

SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def codes_of(path: str) -> set[str]:
    """What a command may be refused with as things stand."""
    codes = listed_codes(path, "post", 409)
    assert codes, path
    return codes


def named(value: Any) -> str:
    return f"{value[0]} {value[1]}" if isinstance(value, tuple) else str(value)


def places(table: Table, trigger: Trigger) -> Iterator[str]:
    """Where a trigger has an endpoint: named items, and whichever fits."""
    if not table.items:
        yield next(f"/v1{kind.path}" for kind in KINDS if kind.table == table)
        return
    if any(row.trigger == trigger and row.source != State.NEW for row in table.rows):
        yield f"/v1/orders/{{order_id}}/{collection_of(table.name)}/{{number}}"
    if table != REFUND:
        yield "/v1/orders/{order_id}"


BY_SIGNATURE = "institution"
"""Those who call such an endpoint have no application, but sign what they send."""
BY_DIGEST = {commands.EvidenceBundle}
"""It names by its digest what was put together, and not what was previewed."""
MADE_INSIDE: dict[type, set[str]] = {commands.Accept: {"findings"}}
"""What the edge finds out for itself."""
RENAMED = {
    (commands.ChooseLogistics, "logistics_id"): "logistics",
    (commands.LimitPriceDrift, "price_drift"): "limit",
    **{(command, "note"): "note_ref" for command in BODIES},
}
"""What a command knows by another name: words by their reference, parties without their suffix."""

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
every_operation = pytest.mark.parametrize("operation", list(operations()), ids=named)


@every_table
def test_every_trigger_of_a_table_is_an_endpoint_and_a_method_of_the_client(table: Table) -> None:
    for trigger in table.commands:
        for path in places(table, trigger):
            assert "post" in DOCUMENT["paths"][f"{path}/{trigger}"]
        assert callable(getattr(DaigouClient, trigger.replace("-", "_")))


@every_table
def test_the_document_says_of_a_trigger_what_its_rows_say(table: Table) -> None:
    for trigger in table.commands:
        for path in places(table, trigger):
            said = DOCUMENT["paths"][f"{path}/{trigger}"]["post"]
            rows = [
                row
                for row in table.rows
                if row.trigger == trigger and not ("{number}" in path and row.source == State.NEW)
            ]

            assert set(said["x-roles"]) == {role for row in rows for role in row.roles}
            assert {row.clause for row in rows} <= set(said["x-clauses"])
            assert all(f"{row.source} → {row.target}" in said["description"] for row in rows)


def test_no_endpoint_takes_a_command_that_no_table_has() -> None:
    known = {
        f"{path}/{trigger}"
        for table in TABLES.values()
        for trigger in table.commands
        for path in places(table, trigger)
    }
    tags = {"commands", *(collection_of(table.name) for table in ITEM_TABLES)}

    listed = {
        path for method, path, said in operations() if method == "post" and tags & set(said["tags"])
    }

    assert listed <= known


def test_what_could_be_for_several_items_says_so_and_what_names_one_does_not() -> None:
    for table in ITEM_TABLES:
        for trigger in table.commands:
            for path in places(table, trigger):
                codes = codes_of(f"{path}/{trigger}")
                assert ("which_item" in codes) == ("{number}" not in path), (path, trigger)


@pytest.mark.parametrize(
    ("guards", "code"),
    [
        (
            {case_guards.no_case_is_open, dissolution_guards.may_dissolve},
            RefusalCode.CASE_OPEN,
        ),
        ({case_guards.customs_are_not_cleared}, RefusalCode.CUSTOMS_CLEARED),
    ],
)
def test_what_a_guard_says_is_listed_where_it_can_be_heard_and_nowhere_else(
    guards: set[Any], code: RefusalCode
) -> None:
    for table in TABLES.values():
        for trigger in table.commands:
            for path in places(table, trigger):
                heard = any(
                    guards & set(row.guards)
                    for row in table.rows
                    if row.trigger == trigger
                    and not ("{number}" in path and row.source == State.NEW)
                )
                assert (code in codes_of(f"{path}/{trigger}")) == heard, (path, trigger)


def test_what_can_be_previewed_says_that_it_may_be_stale_and_its_preview_does_not() -> None:
    for table in TABLES.values():
        for trigger in table.commands:
            said = {field.name for field in fields(table.triggers[trigger].command)}
            named = "digest" in said and table.triggers[trigger].command not in BY_DIGEST
            at = f"/v1/orders/{{order_id}}/previews/{trigger}"
            assert (at in DOCUMENT["paths"]) == named, trigger
            if named:
                assert "stale_preview" not in codes_of(at)
                for path in places(table, trigger):
                    assert "stale_preview" in codes_of(f"{path}/{trigger}")


def test_every_command_type_has_a_body_that_says_all_that_the_command_does() -> None:
    commands = {
        table.triggers[trigger].command for table in TABLES.values() for trigger in table.commands
    }

    assert set(BODIES) == commands <= set(Command.__args__)  # type: ignore[attr-defined]
    for command, body in BODIES.items():
        says = {field.name for field in fields(command)} - {"kind", *MADE_INSIDE.get(command, ())}
        asks = {RENAMED.get((command, name), name) for name in body.model_fields}
        assert asks == says, (command, asks ^ says)


@every_operation
def test_every_operation_says_what_it_is(operation: tuple[str, str, dict[str, Any]]) -> None:
    _, path, said = operation

    assert said["summary"]
    assert said["description"]
    assert re.fullmatch("[a-z][A-Za-z]+", said["operationId"])
    assert said["tags"]
    success = [status for status in said["responses"] if status.startswith("2")]
    assert len(success) == 1
    assert said["responses"][success[0]]["content"]
    if path.startswith("/v1/") and said["tags"] not in (["reference"], [BY_SIGNATURE]):
        assert said["security"] == [{"application": []}]
        assert "Role" in said["description"]


@every_operation
def test_every_error_is_listed_as_a_problem(operation: tuple[str, str, dict[str, Any]]) -> None:
    method, path, said = operation
    errors = {int(status) for status in said["responses"] if not status.startswith("2")}

    assert {406, 500} <= errors
    if said.get("security"):
        assert {401, 503} <= errors
    if "{" in path:
        assert 404 in errors
    if said["tags"] == [BY_SIGNATURE]:
        assert {400, 401, 413, 422, 503} <= errors
    elif method == "post":
        assert {400, 401, 403, 409, 413, 415, 422, 503} <= errors
    for status in errors:
        content = said["responses"][str(status)]["content"]
        assert list(content) == ["application/problem+json"]
        assert content["application/problem+json"]["schema"]["$ref"].endswith("/Problem")


@every_operation
def test_every_post_takes_a_body_and_a_key(operation: tuple[str, str, dict[str, Any]]) -> None:
    method, _, said = operation
    headers = [each["name"] for each in said.get("parameters", ()) if each["in"] == "header"]

    if said["tags"] == [BY_SIGNATURE]:
        assert headers == ["webhook-id", "webhook-timestamp", "webhook-signature"]
    else:
        assert headers == (["Idempotency-Key"] if method == "post" else [])
    assert ("requestBody" in said) == (method == "post")
    if method == "post":
        schema = next(iter(said["requestBody"]["content"].values()))["schema"]
        required = {"required", "oneOf"} & set(_resolved(schema)) or schema.get(
            "format"
        ) == "binary"
        assert said["requestBody"]["required"] == bool(required)


@every_operation
def test_clauses_and_roles_that_are_cited_exist(
    operation: tuple[str, str, dict[str, Any]],
) -> None:
    _, _, said = operation

    cited = re.findall(r"\b(?:PSR|UA|OP)-[0-9-]*[0-9](?:-[A-Z])?\b", said["description"])
    assert set(cited) <= set(CATALOGUE)
    assert set(said.get("x-clauses", ())) <= set(CATALOGUE)
    assert set(said.get("x-roles", ())) <= {role.value for role in Role}


def test_operation_ids_are_unique() -> None:
    ids = [said["operationId"] for _, _, said in operations()]

    assert len(ids) == len(set(ids))


def test_references_resolve_and_no_schema_is_left_over() -> None:
    used = set(re.findall(r"#/components/schemas/(\w+)", repr(DOCUMENT)))

    assert used == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas_and_their_examples_fit(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)

    for example in schema.get("examples", ()):
        _validator(schema).validate(example)
    for field in schema.get("properties", {}).values():
        for example in field.get("examples", ()):
            _validator(field).validate(example)


@every_operation
def test_examples_of_errors_fit_their_status(
    operation: tuple[str, str, dict[str, Any]],
) -> None:
    _, _, said = operation

    for status, response in said["responses"].items():
        for content in response["content"].values():
            for code, example in content.get("examples", {}).items():
                _validator(content["schema"]).validate(example["value"])
                assert (example["value"]["code"], example["value"]["status"]) == (
                    code,
                    int(status),
                )


def test_examples_of_bodies_are_valid_bodies() -> None:
    for body in (*BODIES.values(), *_placing()):
        for example in body.model_json_schema().get("examples", ()):
            TypeAdapter(body).validate_json(_json(example))


def test_every_code_has_a_status_a_title_and_words() -> None:
    codes = {*EdgeCode, *RefusalCode}

    assert set(STATUSES) == set(_SAYS) == codes
    assert set(STATUSES.values()) <= set(TITLES)


def test_bodies_are_closed_and_bounded() -> None:
    open_ended = []
    for name in _request_schemas():
        schema = SCHEMAS[name]
        if "oneOf" in schema or "enum" in schema:
            continue
        assert schema["additionalProperties"] is False, name
        for field, said in schema["properties"].items():
            for part in said.get("anyOf", [said]):
                if part.get("type") == "string" and not (
                    {"maxLength", "pattern", "const", "enum", "format"} & set(part)
                ):
                    open_ended.append(f"{name}.{field}")
                if part.get("type") == "integer" and "maximum" not in part:
                    open_ended.append(f"{name}.{field}")
                if part.get("type") == "array" and "maxItems" not in part:
                    open_ended.append(f"{name}.{field}")

    assert open_ended == []


def test_the_clients_import_brings_in_no_server() -> None:
    heavy = ("fastapi", "starlette", "sqlalchemy", "temporalio", "uvicorn", "structlog")
    code = f"import gateway.client, sys; print([m for m in {heavy!r} if m in sys.modules])"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def _request_schemas() -> set[str]:
    found: set[str] = set()
    waiting = [
        body["schema"]
        for method, _, said in operations()
        # What others send of their own is open: what we do not know of it is passed over.
        if method == "post" and said["tags"] != [BY_SIGNATURE]
        for body in said["requestBody"]["content"].values()
    ]
    while waiting:
        for name in re.findall(r"#/components/schemas/(\w+)", repr(waiting.pop())):
            if name not in found:
                found.add(name)
                waiting.append(SCHEMAS[name])
    return found


def _placing() -> tuple[Any, ...]:
    from gateway.request_body import PlaceOrder
    from gateway.schemas import RechargeBody, SettlementBody

    return (PlaceOrder, RechargeBody, SettlementBody)


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    return SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def _json(value: Any) -> bytes:
    import json

    return json.dumps(value).encode()
