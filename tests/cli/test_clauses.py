"""What is claimed to be kept is kept: each claim has code and proof, each mark names a clause."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daigou.clause_matrix import KeptError, Status, claimed, marks, matrix
from daigou.cli import app
from daigou.domain.clauses import CATALOGUE

ROOT = Path(__file__).parents[2]


def test_every_claimed_clause_has_code_and_proof() -> None:
    unproved = {
        line.clause.id: {"code": len(line.code), "tests": len(line.tests)}
        for line in matrix(ROOT)
        if line.status == Status.UNPROVED
    }

    assert unproved == {}


def test_marks_and_claims_name_clauses_of_the_catalogue() -> None:
    assert claimed() <= CATALOGUE.keys()
    assert marks(ROOT).keys() <= CATALOGUE.keys()


def test_marks_are_found_wherever_pytest_takes_them(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_marked.py").write_text(
        "import pytest\n"
        'pytestmark = [pytest.mark.clause("PSR-1-1")]\n'
        "@pytest.mark.clause('PSR-5')\n"
        "def test_one(): ...\n"
        '@pytest.mark.clause("PSR-7")\n'
        "class TestTwo:\n"
        '    @pytest.mark.clause("PSR-9")\n'
        "    async def test_three(self): ...\n"
        '@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.clause("PSR-11"))])\n'
        "def test_four(x): ...\n"
    )

    assert marks(tmp_path) == {
        "PSR-1-1": ["tests/test_marked.py"],
        "PSR-5": ["tests/test_marked.py::test_one"],
        "PSR-7": ["tests/test_marked.py::TestTwo"],
        "PSR-9": ["tests/test_marked.py::TestTwo::test_three"],
        "PSR-11": ["tests/test_marked.py::test_four"],
    }


def test_a_mark_that_names_no_clause_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_wrong.py").write_text(
        'import pytest\n@pytest.mark.clause("PSR-99")\ndef test_it(): ...\n'
    )

    with pytest.raises(KeptError, match=r"PSR-99 \(tests/test_wrong.py::test_it\)"):
        matrix(tmp_path)


def test_code_is_found_in_tables_and_sources() -> None:
    code = {line.clause.id: line.code for line in matrix(ROOT)}

    assert "parcel: clear-customs in stored" in code["PSR-12-7"]
    assert "daigou/domain/money.py::service_fee" in code["PSR-10-1"]
    assert not any("simulator" in place for places in code.values() for place in places)


def test_the_command_prints_every_clause_and_its_status() -> None:
    said = CliRunner().invoke(app, ["clauses", "--json"])

    rows = {row["clause"]: row for row in json.loads(said.stdout)}
    assert rows.keys() == CATALOGUE.keys()
    assert rows["PSR-12-1-A"]["status"] == "not yet"


def test_the_command_can_leave_out_what_is_kept() -> None:
    said = CliRunner().invoke(app, ["clauses", "--not-kept", "--json"])

    assert all(row["status"] != "kept" for row in json.loads(said.stdout))
