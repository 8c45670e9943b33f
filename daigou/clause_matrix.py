"""Owns the matrix of duties: each clause, the code that keeps it, and the tests that prove it.

The code is found in the lifecycle tables and in the sources, where a string or docstring names
the clause; the tests by their mark `@pytest.mark.clause("…")`. Neither is listed by hand. What
this release claims to keep stands in `domain/data/kept.toml`.
"""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path

from daigou.domain.clauses import CATALOGUE, Clause, ClauseId
from daigou.domain.lifecycle import TABLES

ROOMS = ("activities", "daigou", "gateway", "workflows", "worker.py")
TESTS = "tests"
_KEEPS_NOTHING = frozenset({"demo", "simulator", "cli", Path(__file__).name})
"""What shows the rules, or plays with them, and keeps none."""

_CLAUSE = re.compile(r"(?<![A-Za-z0-9-])(?:PSR|UA|LM|OP|PP)(?:-[0-9A-Z]+)+")
_Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Status(StrEnum):
    """What may be said of a clause."""

    KEPT = "kept"
    UNPROVED = "claimed, unproved"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One clause of the matrix; `code` and `tests` name places: `tests/a/test_b.py::test_c`."""

    clause: Clause
    code: tuple[str, ...]
    tests: tuple[str, ...]
    claimed: bool

    @property
    def status(self) -> Status:
        """Kept is what is claimed, coded and proved."""
        if not self.claimed:
            return Status.NOT_YET
        return Status.KEPT if self.code and self.tests else Status.UNPROVED


class KeptError(ValueError):
    """`kept.toml` or a test names a clause that the catalogue does not hold."""


def matrix(root: Path) -> tuple[Line, ...]:
    """The matrix of the project in that folder, in the order of the catalogue.

    Raises:
        KeptError: a claim or a mark names an unknown clause; the message lists them all.
    """
    claims, code, proofs = claimed(), _code(root), marks(root)
    unknown = sorted((claims | proofs.keys()) - CATALOGUE.keys())
    if unknown:
        places = [place for id_ in unknown for place in proofs.get(id_, ["kept.toml"])]
        raise KeptError(f"no such clause: {', '.join(unknown)} ({', '.join(places)})")
    return tuple(
        Line(
            clause=clause,
            code=tuple(code.get(id_, ())),
            tests=tuple(proofs.get(id_, ())),
            claimed=id_ in claims,
        )
        for id_, clause in CATALOGUE.items()
    )


def claimed() -> frozenset[ClauseId]:
    """The clauses that this release claims to keep."""
    text = resources.files("daigou.domain").joinpath("data/kept.toml").read_text(encoding="utf-8")
    return frozenset(ClauseId(id_) for id_ in tomllib.loads(text)["kept"])


def marks(root: Path) -> Mapping[ClauseId, list[str]]:
    """The tests under `root` that are marked as proof, by clause; also those with unknown ids."""
    found: dict[ClauseId, list[str]] = defaultdict(list)
    for file in sorted((root / TESTS).rglob("test_*.py")):
        place = file.relative_to(root).as_posix()
        for name, id_ in _marked(ast.parse(file.read_text(encoding="utf-8")), prefix=""):
            if f"{place}{name}" not in found[id_]:
                found[id_].append(f"{place}{name}")
    return found


def _code(root: Path) -> Mapping[ClauseId, list[str]]:
    found: dict[ClauseId, list[str]] = defaultdict(list)
    for table in TABLES.values():
        for row in table.rows:
            found[ClauseId(row.clause)].append(f"{table.name}: {row.trigger} in {row.source}")
    for file in _sources(root):
        place = file.relative_to(root).as_posix()
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for name, id_ in _mentioned(tree, name=""):
            # A row of a table is named above, better than by the file that declares it.
            if name or "/lifecycle/" not in place:
                found[id_].append(f"{place}{name}")
    return {id_: list(dict.fromkeys(places)) for id_, places in found.items()}


def _sources(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        path = root / room
        files = [path] if path.is_file() else sorted(path.rglob("*.py"))
        yield from (file for file in files if not _KEEPS_NOTHING & set(file.parts))


def _mentioned(node: ast.AST, *, name: str) -> Iterator[tuple[str, ClauseId]]:
    """Every clause in a string below `node`, with the function or class that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.keyword) and child.arg == "examples":
            continue
        inner = f"{name}::{child.name}" if isinstance(child, _Defined) else name
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield from ((inner, ClauseId(id_)) for id_ in _CLAUSE.findall(child.value))
        yield from _mentioned(child, name=inner)


def _marked(body: ast.Module | ast.ClassDef, *, prefix: str) -> Iterator[tuple[str, ClauseId]]:
    for node in body.body:
        if isinstance(node, _Defined):
            name = f"{prefix}::{node.name}"
            yield from ((name, id_) for id_ in _marks_in(node.decorator_list))
            if isinstance(node, ast.ClassDef):
                yield from _marked(node, prefix=name)
        elif isinstance(node, ast.Assign):
            yield from ((prefix, id_) for id_ in _marks_in([node.value]))


def _marks_in(nodes: Iterable[ast.AST]) -> Iterator[ClauseId]:
    for outer in nodes:
        for node in ast.walk(outer):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "clause"
            ):
                yield from (
                    ClauseId(argument.value)
                    for argument in node.args
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                )
