"""Every kind of subject at the edge is a row: what is said of it agrees, and its reads follow."""

from typing import Any

import pytest

from daigou.domain import ids
from daigou.domain.lifecycle import TABLES
from daigou.ledger.subject_views import SubjectView
from gateway.addresses import address_of
from gateway.answers import RechargeAnswer, SubjectStatementAnswer
from gateway.kinds import KINDS, RECHARGES, EdgeKind, kind_at_edge
from gateway.routes.subjects import Reads, add_statement, add_story, router_of
from tests.gateway.fakes import RECHARGE, a_gateway, http_as
from tests.gateway.paths import DOCUMENT, KNOWN

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@every_kind
def test_what_is_said_of_a_kind_agrees_with_its_id_and_its_table(
    kind: EdgeKind[SubjectView],
) -> None:
    assert kind.pattern.fullmatch(kind.such_as)
    assert ids.SUBJECT_ID.fullmatch(kind.such_as)
    assert kind_at_edge(kind.such_as) is kind
    assert kind.table.rows_from(kind.table.initial, kind.opened_by)
    assert address_of(kind.such_as) == f"/v1{kind.path.format(**{kind.id_name: kind.such_as})}"


def test_every_table_of_a_subject_has_its_kind_and_no_two_share_one() -> None:
    main = [table.name for table in TABLES.values() if not table.items]

    assert sorted(kind.table.name for kind in KINDS) == sorted(main)


@every_kind
def test_a_kind_is_opened_and_read_where_its_row_says(kind: EdgeKind[SubjectView]) -> None:
    opening = DOCUMENT["paths"][f"/v1{kind.opening_path}"]["post"]
    reading = DOCUMENT["paths"][f"/v1{kind.path}"]["get"]

    assert opening["responses"]["201"]["headers"].keys() >= {"Location"}
    assert [each["name"] for each in reading["parameters"]] == [kind.id_name]
    assert reading["parameters"][0]["schema"]["pattern"] == f"^{kind.pattern.pattern}$"


@pytest.mark.clause("OP-7-5-4")
@every_kind
async def test_whom_a_kind_is_hidden_from_does_not_find_it(kind: EdgeKind[SubjectView]) -> None:
    known = KNOWN[kind.id_name]
    app = a_gateway()

    for role in ("client", "support", "platform", "payment_institution"):
        async with http_as(role, app) as http:
            answer = await http.get(address_of(known))

        assert answer.status_code == (404 if role in kind.hidden_from else 200), role


async def test_the_reads_of_a_kind_need_no_more_than_its_row() -> None:
    async with http_as("client", _gateway_with_more_reads()) as http:
        answers = [
            await http.get(f"{address_of(RECHARGE)}/{read}")
            for read in ("allowed-actions", "timeline", "statement")
        ]
        lost = await http.get("/v1/recharges/rch_unknown/statement")

    actions, timeline, statement = (answer.json() for answer in answers)
    assert [each["role"] for each in actions["roles"]] == ["client"]
    assert [each["method"] for each in actions["roles"][0]["actions"]] == [
        f"POST {address_of(RECHARGE)}/{trigger}" for trigger in RECHARGES.table.commands
    ]
    assert timeline["id"] == RECHARGE
    assert statement == {"id": RECHARGE, "journals": [], "movements": []}
    assert lost.status_code == 404


def _gateway_with_more_reads() -> Any:
    app, router = a_gateway(), router_of(RECHARGES)
    reads = Reads(kind=RECHARGES, answer=RechargeAnswer, readers="Roles: any.")
    add_story(router, reads)
    add_statement(
        router,
        reads,
        says="Every entry.",
        answer=SubjectStatementAnswer,
        of=SubjectStatementAnswer.of,
    )
    app.router.routes.extend(router.routes)
    return app
