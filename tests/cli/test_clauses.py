"""What is claimed to be kept is kept: each claim has code and proof, each mark names a clause."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from daigou.clause_matrix import KeptError, Status, claimed, marks, matrix
from daigou.domain.clauses import CATALOGUE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, Any]]:
    """What `daigou clauses` says of this project, by clause.

    In a process of its own: CPython 3.11 parses one source at a time only, whatever the thread.
    """
    command = (Path(sys.executable).with_name("daigou"), "clauses", "--json")
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {row["clause"]: row for row in json.loads(said.stdout)}


def test_every_claimed_clause_has_code_and_proof(rows: dict[str, dict[str, Any]]) -> None:
    unproved = [id_ for id_, row in rows.items() if row["status"] == Status.UNPROVED]

    assert unproved == []


def test_claims_name_clauses_of_the_catalogue_and_so_do_marks(
    rows: dict[str, dict[str, Any]],
) -> None:
    # A mark that names none would have ended the command.
    assert claimed() <= CATALOGUE.keys() == rows.keys()


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


def test_code_is_found_in_tables_and_sources(rows: dict[str, dict[str, Any]]) -> None:
    assert "parcel: clear-customs in stored" in rows["PSR-12-7"]["code"]
    assert "daigou/domain/money.py::service_fee" in rows["PSR-10-1"]["code"]
    assert not any("simulator" in place for row in rows.values() for place in row["code"])


def test_what_is_not_kept_yet_is_said(rows: dict[str, dict[str, Any]]) -> None:
    not_yet = {id_ for id_, row in rows.items() if row["status"] == Status.NOT_YET}

    assert not_yet == CATALOGUE.keys() - claimed()
