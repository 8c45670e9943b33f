"""Who may import whom: the contracts of pyproject.toml, and what a workflow module brings in."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKFLOW_MODULES = sorted(
    f"workflows.{path.stem}"
    for path in (ROOT / "workflows").glob("*.py")
    if path.name != "__init__.py"
)
KEPT_OUT = ("sqlmodel", "sqlalchemy", "psycopg", "httpx", "fastapi", "uvicorn", "alembic")


def test_the_import_contracts_are_kept() -> None:
    # Of its own, as the linter configures logging, and disables every logger that there is.
    linter = Path(sys.executable).with_name("lint-imports")

    ran = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 broken" in ran.stdout


def test_there_are_workflow_modules_to_look_at() -> None:
    assert "workflows.purchase_order" in WORKFLOW_MODULES


def test_no_workflow_module_brings_in_a_database_or_http() -> None:
    # In one fresh process: what a module brought in would be there after those before it as well.
    program = f"""
import sys
for module in {WORKFLOW_MODULES!r}:
    __import__(module)
    if brought := set({KEPT_OUT!r}) & set(sys.modules):
        sys.exit(f"{{module}} brings in {{sorted(brought)}}")
"""

    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
