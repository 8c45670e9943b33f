"""Evidence: taken in bounded and typed, told of by its digest, read as a file, kept apart."""

import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest

from daigou.domain.evidence import PIECES_MAX, SIZE_MAX, MediaType
from daigou.domain.order import Role
from gateway.client import RefusalError
from gateway.problems import Problem
from tests.gateway.fakes import ORDER, a_gateway, http_as
from tests.gateway.house import House, a_key

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)
AT = f"/v1/orders/{ORDER}/evidence"


async def upload(
    content: bytes | AsyncIterator[bytes], *, who: str = "client", **headers: str
) -> httpx.Response:
    async with http_as(who, a_gateway()) as http:
        said = {"Idempotency-Key": a_key(), "Content-Type": "image/png", **headers}
        return await http.post(AT, content=content, headers=said)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    problem = Problem.model_validate_json(answer.content)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem.status == answer.status_code
    return problem.status, problem.code


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("image/jpeg", b"\xff\xd8\xff\xe0rest"),
        ("IMAGE/PNG", PNG),
        ("application/pdf", b"%PDF-1.7"),
        ("video/mp4", b"\x00\x00\x00\x20ftypisom"),
        ("text/plain; charset=UTF-8", "一个凹痕\r\n\tand a dent".encode()),
    ],
)
async def test_bytes_that_are_what_they_say_are_taken(media_type: str, body: bytes) -> None:
    assert (await upload(body, **{"Content-Type": media_type})).status_code == 201


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "image/gif"}, b"GIF89a"),
        ({"Content-Type": "text/html"}, b"<p>"),
        ({"Content-Type": ""}, PNG),
        ({"Content-Type": "image/jpeg"}, PNG),
        ({"Content-Type": "video/mp4"}, b"ftypisom"),
        ({"Content-Type": "application/pdf"}, b" %PDF-1.7"),
        ({"Content-Type": "text/plain"}, b"a\x00b"),
        ({"Content-Type": "text/plain"}, b"\xff"),
        ({"Content-Type": "text/plain; charset=utf-16"}, b"a"),
        ({"Content-Encoding": "gzip"}, PNG),
    ],
)
async def test_bytes_of_another_type_are_refused(headers: dict[str, str], body: bytes) -> None:
    assert code_of(await upload(body, **headers)) == (415, "unsupported_media_type")


async def test_too_much_is_refused_while_it_is_read() -> None:
    sent = 0

    async def without_end() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100:
            sent += 1
            yield PNG[:8] + bytes(2**20)

    told = await upload(b"", **{"Content-Length": str(SIZE_MAX + 1)})
    untold = await upload(without_end())

    assert code_of(told) == code_of(untold) == (413, "body_too_large")


async def test_an_empty_body_proves_nothing() -> None:
    assert code_of(await upload(b"")) == (422, "invalid_request")


async def test_evidence_is_given_under_a_key_by_those_who_take_part() -> None:
    async with http_as("client", a_gateway()) as http:
        keyless = await http.post(AT, content=PNG, headers={"Content-Type": "image/png"})
    async with http_as(None, a_gateway()) as http:
        nobody = await http.post(AT, content=PNG, headers={"Idempotency-Key": a_key()})

    assert code_of(keyless) == (400, "idempotency_key_missing")
    assert code_of(nobody) == (401, "unauthenticated")
    assert code_of(await upload(PNG, who="support")) == (403, "not_your_role")


@pytest.mark.parametrize("evidence_id", ["evd_nothing", "evd_%00abcd", "x"])
async def test_evidence_that_is_not_there_is_not_found(evidence_id: str) -> None:
    async with http_as("client", a_gateway()) as http:
        answer = await http.get(f"{AT}/{evidence_id}")

    assert code_of(answer) == (404, "not_found")


async def test_evidence_is_told_of_and_read_by_those_who_see_the_order(house: House) -> None:
    client = house.new_client()
    order, other, key = await house.placed(client), await house.placed(client), a_key()

    async with house.client(client) as buyer, house.client(Role.SUPPORT) as support:
        given = await buyer.add_evidence(order, PNG, key=key, media_type=MediaType.PNG)
        again = await buyer.add_evidence(order, PNG, key=key, media_type=MediaType.PNG)
        with pytest.raises(RefusalError) as reused:
            await buyer.add_evidence(order, PNG + b"x", key=key, media_type=MediaType.PNG)
        (told,) = (await support.evidence(order)).data
        read = await support.evidence_bytes(order, given.id)
    async with house.http(client) as http:
        file = await http.get(f"/v1/orders/{order}/evidence/{given.id}")
        elsewhere = await http.get(f"/v1/orders/{other}/evidence/{given.id}")

    assert given == again == told
    assert (told.author_id, told.size) == (client.party, len(PNG))
    assert told.sha256 == hashlib.sha256(PNG).hexdigest()
    assert read == file.content == PNG
    assert file.headers["content-disposition"] == f'attachment; filename="{given.id}.png"'
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert reused.value.problem.code == "idempotency_key_reused"
    assert code_of(elsewhere) == (404, "not_found")


async def test_an_order_has_so_many_pieces_and_no_more(house: House) -> None:
    client = house.new_client()
    order = await house.placed(client)

    async with house.client(client) as buyer:
        for number in range(PIECES_MAX):
            body = f"dent {number}".encode()
            await buyer.add_evidence(order, body, key=a_key(), media_type=MediaType.TEXT)
        with pytest.raises(RefusalError) as refused:
            await buyer.add_evidence(order, b"one more", key=a_key(), media_type=MediaType.TEXT)

    assert (refused.value.problem.status, refused.value.problem.code) == (409, "conflict")
