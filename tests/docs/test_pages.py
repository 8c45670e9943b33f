"""The pages that are made from the tables say what the tables say."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_no_generated_page_has_drifted_from_the_tables() -> None:
    wanted = runpy.run_path(str(DOCS / "make.py"))["pages"]()

    drifted = [name for name, page in wanted.items() if (DOCS / name).read_text() != page]

    assert wanted
    assert drifted == [], "run `make docs`"
