"""Workflows are replayed and rules are pure: they are told the time, and roll no dice."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = [
    pytest.param(path, id=str(path.relative_to(ROOT)))
    for room in ("workflows", "daigou/domain")
    for path in sorted((ROOT / room).rglob("*.py"))
]
BANNED_MODULES = {"os", "random", "secrets", "socket", "threading", "time", "uuid"}
BANNED_CALLS = {
    "asyncio.sleep": "workflow.sleep, which a replay repeats",
    "asyncio.wait_for": "workflow.wait_condition, whose timer has a summary",
    "date.today": "workflow.now()",
    "datetime.now": "workflow.now()",
    "datetime.today": "workflow.now()",
    "datetime.utcnow": "workflow.now()",
    "open": "data that is loaded with the module",
    "workflow.random": "keys that are derived from the business",
    "workflow.uuid4": "keys that are derived from the business",
}


def _faults(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                for name in names:
                    if name.name.partition(".")[0] in BANNED_MODULES:
                        yield f"line {node.lineno} imports {name.name}"
            case ast.ImportFrom(module=str(module)):
                if module.partition(".")[0] in BANNED_MODULES:
                    yield f"line {node.lineno} imports from {module}"
            case ast.Call(func=func):
                called = ".".join(ast.unparse(func).split(".")[-2:])
                if called in BANNED_CALLS:
                    yield f"line {node.lineno} calls {called}; use {BANNED_CALLS[called]}"


@pytest.mark.parametrize("path", PURE)
def test_no_clock_no_chance_and_no_identity_is_made_here(path: Path) -> None:
    assert list(_faults(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from random import choice",
        "import uuid",
        "import os.path",
        "now = datetime.now(UTC)",
        "now = datetime.datetime.now()",
        "await asyncio.sleep(1)",
        "key = workflow.uuid4()",
    ],
)
def test_what_is_banned_is_found(source: str) -> None:
    assert list(_faults(source)) != []


def test_the_time_of_the_workflow_is_not_banned() -> None:
    assert list(_faults("now = workflow.now()\nawait workflow.sleep(1)")) == []
