"""What every request is wrapped in, at every endpoint: caller, key, media type, JSON, size, ids."""

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gateway.fakes import SECRET, http_as
from tests.gateway.house import a_key, basic
from tests.gateway.paths import (
    APP,
    DOCUMENT,
    GETS,
    KNOWN,
    POSTS,
    as_json,
    listed_codes,
    post,
    problem_of,
    real,
    valid_body,
)

every_post = pytest.mark.parametrize("path", POSTS)
every_body = pytest.mark.parametrize(
    "path",
    {
        str(DOCUMENT["paths"][path]["post"]["requestBody"]["content"]): path for path in POSTS
    }.values(),
)
"""One endpoint for each kind of body: what is read before its fields is read alike."""
every_endpoint = pytest.mark.parametrize(
    ("method", "path"), [*(("get", path) for path in GETS), *(("post", path) for path in POSTS)]
)


# ---- who is calling ----------------------------------------------------------------------------


@pytest.mark.clause("OP-4-5")
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic " + "QUJD" * 2000,
        "Bearer all:secret",
        basic("all", "wrong")["Authorization"],
        basic("", "")["Authorization"],
        basic("a\0b", SECRET)["Authorization"],
        basic("ключ", SECRET)["Authorization"],
    ],
)
@pytest.mark.parametrize(("method", "path"), [("get", GETS[1]), ("post", POSTS[1])])
async def test_nobody_gets_in_unproved(header: str | None, method: str, path: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    async with http_as(None, APP) as http:
        answer = await http.request(method, real(path), headers=headers)

    problem = problem_of(answer, path, method)

    assert (problem.status, problem.code, problem.clause) == (401, "unauthenticated", "OP-4-5")
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize("path", [path for path in GETS if path.startswith("/v1/")])
async def test_a_caller_comes_before_all_else(path: str) -> None:
    async with http_as(None, APP) as http:
        answer = await http.get(real(path), params={"limit": "x"})

    security = DOCUMENT["paths"][path]["get"].get("security")
    assert answer.status_code in ({401} if security else {200, 422})


# ---- key, JSON, media type, size ---------------------------------------------------------------

KEYS = {
    None: "idempotency_key_missing",
    "": "idempotency_key_invalid",
    "x" * 256: "idempotency_key_invalid",
    "a b": "idempotency_key_invalid",
    "é": "idempotency_key_invalid",
}
NO_JSON = (
    b"{",
    b"nonsense",
    b"\xff\xfe\x00",
    b'{"a": NaN}x',
    b'"\\ud800"',
    b"[" * 5000,
    b'{"a":' * 5000,
    b"{'a': 1}",
    b"\xef\xbb\xbf{}",
    b'{"note": "\x00"}',
    b'{"quantity": ' + b"9" * 5000 + b"e",
)
NO_OBJECT = (b"[]", b'"x"', b"1", b"null", b"true", b"[{}]")
NO_JSON_BY_TYPE = (
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Type": ""},
    {"Content-Encoding": "gzip"},
)


@every_post
async def test_no_command_without_a_key(path: str) -> None:
    async with http_as("all", APP) as http:
        for key, code in KEYS.items():
            headers = {} if key is None else {"Idempotency-Key": key.encode()}

            answer = await http.post(real(path), json={}, headers=headers)

            assert problem_of(answer, path, "post").code == code, key


@every_body
async def test_what_is_no_json_is_said_to_be_none(path: str) -> None:
    for content in NO_JSON:
        problem = problem_of(await post(path, content), path, "post")

        assert (problem.status, problem.code) == (400, "malformed_json"), content[:20]


@every_post
async def test_a_body_is_an_object(path: str) -> None:
    for content in NO_OBJECT:
        problem = problem_of(await post(path, content), path, "post")

        assert (problem.status, problem.code) == (422, "invalid_request"), content
        assert problem.errors[0].pointer in ("", "/role"), content


@every_body
async def test_a_body_is_not_too_large(path: str) -> None:
    content = b'{"note": "' + b"x" * 65_536 + b'"}'

    assert problem_of(await post(path, content), path, "post").code == "body_too_large"


@every_body
async def test_a_body_is_json_by_its_type(path: str) -> None:
    for headers in NO_JSON_BY_TYPE:
        problem = problem_of(await post(path, b"{}", **headers), path, "post")

        assert (problem.status, problem.code) == (415, "unsupported_media_type"), headers


@every_endpoint
async def test_no_answer_in_a_form_that_is_not_accepted(method: str, path: str) -> None:
    async with http_as("all", APP) as http:
        answer = await http.request(
            method,
            real(path),
            headers={"Accept": "text/html;q=0.9, application/xml", "Idempotency-Key": a_key()},
        )

    assert problem_of(answer, path, method).code == "not_acceptable"


@every_post
async def test_a_right_request_is_carried_out(path: str) -> None:
    answer = await post(path, as_json(valid_body(path)))

    assert answer.is_success, answer.text
    assert str(answer.status_code) in DOCUMENT["paths"][path]["post"]["responses"]


@pytest.mark.parametrize("path", [path for path in GETS if path != "/v1/coupons"])
async def test_a_right_reading_is_answered(path: str) -> None:
    async with http_as("all", APP) as http:
        answer = await http.get(real(path))

    assert answer.status_code == 200, answer.text


@pytest.mark.clause("PSR-1-1")
@every_post
async def test_every_field_that_is_missing_is_named_at_once(path: str) -> None:
    schema = DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    wanted = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]].get("required")
    if not wanted:
        return

    problem = problem_of(await post(path, b'{"unheard_of": 1}'), path, "post")

    assert {fault.pointer for fault in problem.errors if fault.code == "missing"} >= {
        f"/{name}" for name in wanted
    }
    assert "/unheard_of" in {f.pointer for f in problem.errors if f.code == "unknown_field"}
    assert all(fault.clause for fault in problem.errors if fault.code == "missing")


# ---- ids in the path ---------------------------------------------------------------------------

JUNK_IDS = ("x", "ord_", "ord_%00abcd", "%ff%fe", "ord_" + "a" * 200, "ord_kettles%0a", "..%2f..")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, path)
        for method, paths in (("post", POSTS), ("get", GETS))
        for path in paths
        if "{" in path
    ],
)
async def test_an_id_that_names_nothing_is_not_there(method: str, path: str) -> None:
    body = valid_body(path) if method == "post" else None
    for name, junk in _in(path):
        async with http_as("all", APP) as http:
            answer = await http.request(
                method, real(path, **{name: junk}), json=body, headers={"Idempotency-Key": a_key()}
            )

        if "%2f" in junk:  # a slash by another name: no route has that shape
            assert answer.status_code == 404
        else:
            assert problem_of(answer, path, method).code == "not_found", (name, junk)


def _in(path: str) -> Iterable[tuple[str, str]]:
    return ((name, junk) for name in KNOWN if f"{{{name}}}" in path for junk in JUNK_IDS)


# ---- anything at all ---------------------------------------------------------------------------

TEXTS = st.text(max_size=30) | st.sampled_from(
    ["", " ", "\x00", "﷽" * 100, "ord_kettles", "cli_anna", "CNY", "2026-11-22T00:00:00Z", "' OR 1"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**40), max_value=10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
FUZZ = settings(max_examples=120, suppress_health_check=list(HealthCheck), deadline=None)


@FUZZ
@given(data=st.data())
async def test_whatever_is_sent_the_answer_is_told_in_the_document(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(POSTS))
    right = valid_body(path)
    wrong = data.draw(st.dictionaries(st.sampled_from([*_fields(path), "x"]), ANYTHING, max_size=8))
    body = data.draw(st.sampled_from([wrong, {**right, **wrong}]))

    answer = await post(path, as_json(body))

    assert str(answer.status_code) in DOCUMENT["paths"][path]["post"]["responses"]
    if not answer.is_success:
        problem = problem_of(answer, path, "post")
        assert problem.code in listed_codes(path, "post", problem.status)


@FUZZ
@given(path=st.sampled_from(POSTS), content=st.binary(max_size=200))
async def test_whatever_bytes_are_sent_no_5xx_comes_back(path: str, content: bytes) -> None:
    answer = await post(path, content)

    assert answer.status_code < 500
    if not answer.is_success:
        problem_of(answer, path, "post")


def _fields(path: str) -> list[str]:
    schema = DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    named = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(named.get("properties", {"role": 1, "party_id": 1, "name": 1, "contact": 1}))
