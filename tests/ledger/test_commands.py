"""The commands on what orders refer to, against a real database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from daigou.cli import app
from daigou.domain.ids import PartyId
from daigou.domain.order import Role, Trigger
from daigou.ledger.invitations import Invitation, Invitations
from daigou.ledger.registry import Registry
from tests.ledger.road import ANNA, YIWU, World
from tests.ledger.test_guards import HISTORY, refused

RUNNER = CliRunner()


def run(database_url: str, *arguments: str, answer: str = "") -> tuple[int, str]:
    said = RUNNER.invoke(
        app, [*arguments, "--database", database_url], env={"COLUMNS": "200"}, input=answer
    )
    assert "Traceback" not in said.output
    return said.exit_code, said.output


@pytest.mark.clause("PSR-14")
def test_a_rule_is_added_listed_and_lifted(database_url: str) -> None:
    adding = ("screening", "add", "Fake PHONE", "--verdict", "doubtful", "--reason", "a brand's")

    added = run(database_url, *adding)
    number = added[1].split()[0]
    conflict = run(database_url, *adding[:4], "sensitive", *adding[5:])
    listed = run(database_url, "screening", "list")
    lifted = run(database_url, "screening", "lift", number, "--by", "plt_legal")
    unlisted = run(database_url, "screening", "list")
    history = run(database_url, "screening", "list", "--lifted")

    assert added[0] == lifted[0] == listed[0] == 0
    assert "fake phone" in listed[1]
    assert conflict[0] == 1
    assert "screening lift" in conflict[1]
    assert "fake phone" not in unlisted[1]
    assert "by plt_legal" in history[1]
    assert run(database_url, "screening", "lift", "999999")[0] == 1
    assert run(database_url, "screening", "add", " ", *adding[3:])[0] == 1


@pytest.mark.clause("UA-1-11-13")
def test_a_promoter_is_engaged_suspended_and_listed(database_url: str, engine: Engine) -> None:
    Registry(engine).register_party(
        id=PartyId("pro_lee"), role=Role.PROMOTER, country="CN", name="Lee"
    )
    engage = ("promoter", "engage", "pro_lee", "psp_bund", "--id", "eng_lee_bund")
    agree = ("promoter", "say", "eng_lee_bund", "activate", "--reason", "agreed")

    engaged, again = run(database_url, *engage), run(database_url, *engage)
    strange = run(database_url, *agree, "--by", "prv_yiwu")
    agreed = run(database_url, *agree, "--by", "psp_bund")
    twice = run(database_url, *agree)
    listed = run(database_url, "promoter", "list")
    own = run(database_url, "promoter", "list", "--promoter", "pro_lee")

    assert engaged == again
    assert (engaged[0], agreed[0], listed[0], own[0]) == (0, 0, 0, 0)
    assert strange[0] == twice[0] == 1
    assert "UA-1-11-13" in strange[1]
    assert "cannot be activated" in twice[1]
    assert "eng_mia_bund" in listed[1]
    assert [line.split()[:4] for line in own[1].splitlines()[1:]] == [
        ["eng_lee_bund", "pro_lee", "psp_bund", "active"]
    ]
    assert run(database_url, *agree[:2], "eng_none", *agree[3:])[0] == 1


@pytest.mark.clause("UA-1-14")
def test_a_clients_code_and_invitees_are_shown(database_url: str, engine: Engine) -> None:
    code = Invitations(engine).code(ANNA)
    by = Invitation(code=code, benefit=timedelta(days=365), terms_version="2026-11")
    carl = PartyId("cli_carl")
    Registry(engine).register_party(id=carl, role=Role.CLIENT, country="DE", invitation=by)

    shown = run(database_url, "invitations", ANNA)
    Invitations(engine).end_invitation(carl, at=datetime.now(UTC))
    ended = run(database_url, "invitations", ANNA)

    assert shown[0] == 0
    first, second = shown[1].splitlines()
    assert first == f"{code[:5]}-{code[5:]}"
    assert second.startswith("cli_carl  until ")
    assert ", ended " in ended[1]
    assert run(database_url, "invitations", "cli_nobody")[0] == 1


@pytest.mark.clause("UA-2-3")
def test_rates_are_loaded_and_listed(database_url: str, tmp_path: Path) -> None:
    file, wrong = tmp_path / "rates.csv", tmp_path / "wrong.csv"
    file.write_text("currency,as_of,cny_per_unit,source\nEUR,2026-11-20,8.20,bank\n")
    wrong.write_text("currency,as_of,cny_per_unit,source\nEUR,2026-11-20,8.3,bank\n")

    loaded = run(database_url, "rates", "load", str(file))
    again = run(database_url, "rates", "load", str(file))
    listed = run(database_url, "rates")
    refused = run(database_url, "rates", "load", str(wrong))
    wrong.write_bytes(b"\xff\xfe")
    unread = run(database_url, "rates", "load", str(wrong))
    wrong.write_text("currency,as_of,cny_per_unit,source\nEUR,x,y,\n")
    faulty = run(database_url, "rates", "load", str(wrong))

    assert loaded == (0, "1 rates are new, 0 were there.\n")
    assert again == (0, "0 rates are new, 1 were there.\n")
    assert "8.2 " in listed[1]
    assert refused[0] == unread[0] == faulty[0] == 1
    assert "is 8.2, not 8.3" in refused[1]
    assert faulty[1].count("line 2:") == 3


@pytest.mark.clause("PSR-23")
def test_personal_data_is_erased_when_nothing_needs_it_or_by_force(
    database_url: str, engine: Engine, world: World, sql: psycopg.Connection[Any]
) -> None:
    registry, cleo = Registry(engine), PartyId("cli_cleo")
    registry.register_party(
        id=cleo, role=Role.CLIENT, country="DE", contact_name="Cleo", email="cleo@example.org"
    )
    order = world.order()
    registry.add_note(subject=order.id, author=YIWU, body="she called", id="txt_0001")

    doubted = run(database_url, "erase", cleo, answer="n\n")
    erased = run(database_url, "erase", cleo, answer="y\n")
    needed = run(database_url, "erase", ANNA, "--yes")
    forced = run(database_url, "erase", ANNA, "--yes", "--force", "--by", "plt_privacy")
    order.pull(Trigger.WITHDRAW)
    again = run(database_url, "erase", ANNA, "--yes")
    audited = run(database_url, "audit")

    assert (doubted[0], erased[0], needed[0], forced[0], again[0]) == (1, 0, 1, 0, 0)
    assert "Nothing was erased" in doubted[1]
    assert "1 contacts" in erased[1]
    assert order.id in needed[1]
    assert "1 notes" in forced[1]
    assert "0 notes" in again[1]
    assert "audit ok" in audited[1]
    assert run(database_url, "erase", "cli_nobody", "--yes")[0] == 1
    recorded = sql.execute("SELECT party, author, forced FROM erasure ORDER BY id").fetchall()
    assert recorded == [
        (cleo, "plt_platform", False),
        (ANNA, "plt_privacy", True),
        (ANNA, "plt_platform", False),
    ]
    assert refused(sql, "DELETE FROM erasure") == HISTORY
    assert refused(sql, "UPDATE erasure SET notes = 0") == HISTORY
