"""The command line: quick to help, and clear in what it says of an error."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daigou.cli import app, asking

RUNNER = CliRunner()
CREDENTIALS = ["--app-key", "k", "--app-secret", "s"]
CASE = ["case", "preview", *CREDENTIALS]
COMMANDS = (
    "up",
    "demo",
    "submit",
    "case preview",
    "case settle",
    "case show",
    "claim show",
    "tip show",
    "consultation show",
    "migrate",
    "audit",
    "clauses",
    "erase",
    "notices",
    "ledger export",
    "app create",
    "app list",
    "app rotate",
    "app revoke",
    "party add",
    "promoter list",
    "promoter engage",
    "promoter say",
    "invitations",
    "rates",
    "rates load",
    "screening list",
    "screening add",
    "screening lift",
    "setup temporal",
    "sweep",
    "schedules",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    said = RUNNER.invoke(app, [*command.split(), "--help"])

    assert said.exit_code == 0, said.output


def test_help_brings_in_no_server_and_no_database() -> None:
    asked = "import sys, daigou.cli; print([m for m in sys.modules if m.split('.')[0] in "
    asked += "('sqlalchemy', 'temporalio', 'fastapi', 'psycopg', 'httpx', 'transitions')])"

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing in it, and an environment that names nothing."""
    monkeypatch.chdir(tmp_path)
    for name in ("DAIGOU_DATABASE_URL", "DAIGOU_APP_KEY", "DAIGOU_APP_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize(
    "command", ["audit", "ledger export", "app list", "app revoke app_1", "migrate"]
)
@pytest.mark.usefixtures("nowhere")
def test_without_a_database_it_says_how_to_name_one(command: str) -> None:
    said = RUNNER.invoke(app, command.split())

    assert said.exit_code == 1
    assert "DAIGOU_DATABASE_URL" in said.output
    assert "Traceback" not in said.output


@pytest.mark.parametrize("command", ["sweep", "sweep books"])
@pytest.mark.usefixtures("nowhere")
def test_a_sweep_that_cannot_be_run_ends_with_2(command: str) -> None:
    said = RUNNER.invoke(app, command.split())

    assert said.exit_code == 2
    assert "DAIGOU_DATABASE_URL" in said.output


@pytest.mark.parametrize("command", ["audit", "ledger export", "migrate"])
def test_a_database_that_does_not_answer_is_told_as_such(command: str, nowhere: Path) -> None:
    url = f"postgresql+psycopg://daigou@/daigou?host={nowhere}"

    said = RUNNER.invoke(app, [*command.split(), "--database", url])

    assert said.exit_code == 1
    assert "does not answer" in said.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["submit", "orders.jsonl"], "DAIGOU_APP_KEY"),
        (["submit", "none.jsonl", "--app-key", "k", "--app-secret", "s"], "There is no file"),
        (["demo", "--exit", "--keep"], "contradict"),
        (["case", "preview", "ord_kettles"], "DAIGOU_APP_KEY"),
        (["case", "settle", "ord_kettles", "--digest", "d"], "DAIGOU_APP_KEY"),
        ([*CASE, "kettles"], "is no order id"),
        (["case", "show", "ord_kettles"], "DAIGOU_APP_KEY"),
        (["case", "show", "kettles", *CREDENTIALS], "is no order id"),
        (["claim", "show", "ord_kettles", *CREDENTIALS], "is no claim id"),
        (["tip", "show", "clm_kettles", *CREDENTIALS], "is no tip id"),
        (["consultation", "show", "tip_kettles", *CREDENTIALS], "is no consultation id"),
        ([*CASE, "ord_kettles", "--fee", "halved"], "--fee is kept or waived"),
        ([*CASE, "ord_kettles", "--gateway", "nowhere"], "is no URL"),
        ([*CASE, "ord_kettles", "--gateway", "http://[::x"], "is no URL"),
        ([*CASE, "ord_kettles", "--cost", "custody:1:sto_x"], "KIND:FEN:PAYEE:EVIDENCE"),
        ([*CASE, "ord_kettles", "--cost", "bribe:1:sto_x:evd_1"], "a kind is custody"),
        ([*CASE, "ord_kettles", "--cost", "custody:1.5:sto_x:evd_1"], "no sum in fen"),
        ([*CASE, "ord_kettles", "--cost", "custody:0:sto_x:evd_1"], "no sum in fen"),
        ([*CASE, "ord_kettles", "--cost", "custody:1:sto_x:"], "PSR-12-4"),
        ([*CASE, "ord_kettles", "--cost", "custody:1:sto_x:evd_1,"], "PSR-12-4"),
        (["party", "add", "somebody"], "is no party id"),
        (["party", "add", "cli_anna", "--agreement", "2026-11"], "go together"),
        (["promoter", "engage", "pro_x", "psp_x", "--id", "x"], "is no engagement's id"),
        (["promoter", "say", "eng_mia1", "propose", "--reason", "agreed"], "A word is"),
        (["promoter", "say", "eng_mia1", "end", "--reason", "bored"], "a reason agreed"),
        (["erase", "somebody"], "is no party id"),
        (["rates", "load", "none.csv"], "There is no file"),
        (["screening", "add", "x", "--verdict", "maybe", "--reason", "y"], "A kind is"),
        (["app", "create", "--name", "x", "--role", "king", "--party", "prv_x"], "No such role"),
    ],
)
@pytest.mark.usefixtures("nowhere")
def test_wrong_usage_is_told_with_exit_code_2(arguments: list[str], says: str) -> None:
    said = RUNNER.invoke(app, arguments)

    assert said.exit_code == 2
    assert says in said.output


@pytest.mark.usefixtures("nowhere")
def test_every_cost_that_cannot_be_read_is_told_at_once() -> None:
    costs = ["--cost", "a", "--cost", "custody:x:sto_x:evd_1", "--cost", "custody:1:sto_x:evd_1"]

    said = RUNNER.invoke(app, [*CASE, "ord_kettles", *costs])

    assert said.exit_code == 2
    assert [line.split(":")[0] for line in said.output.splitlines()] == [
        "--cost a",
        "--cost custody",
    ]


@pytest.mark.usefixtures("nowhere")
def test_a_gateway_that_does_not_answer_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "GIVE_UP_SECONDS", 0.1)

    said = RUNNER.invoke(app, [*CASE, "ord_kettles", "--gateway", "http://127.0.0.1:1"])

    assert said.exit_code == 1
    assert "does not answer" in said.output
    assert "daigou up" in said.output
