"""The README's walk-through, typed into a shell word by word against a running stack.

Blocks under `<!-- test: walk-through -->` are run in their order: ```bash is typed, each line of
```console must be said by the block before it, ids and times aside (`…` stands for anything).
"""

import asyncio
import os
import re
import shutil
import signal
import sysconfig
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from daigou.stack import Stack, StackOptions, free_port

pytestmark = [pytest.mark.timeout(240)]

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^<!-- test: walk-through -->\n```(bash|console)\n(.*?)^```$", re.M | re.S)
PACE = re.compile(r"^make up ARGS=.*--time-scale (\d+)", re.M)
SECONDS_MAX = 150
REFUSED = '"type":"urn:daigou:problem:'
MODULO = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"), "(a time)"),
    (re.compile(r"\b(app|txt|pi|rch)_[0-9a-z]{8,}\b"), "(an id)"),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A block of commands, what must be said to it, and after its run what was."""

    commands: str
    expected: tuple[str, ...]


@pytest.fixture
async def stack() -> AsyncIterator[Stack]:
    """A stack as the README starts one, on ports of its own."""
    folder = Path(tempfile.mkdtemp(prefix="dg-r-", dir="/tmp"))
    pace = PACE.search(README.read_text(encoding="utf-8"))
    options = StackOptions(
        state_dir=folder / "state",
        temporal_port=free_port(),
        ui_port=None,
        gateway_port=free_port(),
        time_scale=int(pace[1]) if pace else 1,
        durable=False,
    )
    try:
        async with Stack(options) as stack:
            yield stack
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def test_the_walk_through_of_the_readme_works_as_it_is_written(
    stack: Stack, tmp_path: Path
) -> None:
    blocks = walk_through()

    code, answers = await type_all([block.commands for block in blocks], stack, tmp_path)

    assert len(blocks) >= 3
    assert code == 0, answers[-1]
    assert len(answers) == len(blocks)
    for block, answer in zip(blocks, answers, strict=True):
        for line in block.expected:
            assert says(answer, line), f"no {line!r} in:\n{answer}"
        if not block.expected:
            assert REFUSED not in answer, answer
    assert "audit ok" in answers[-1]
    assert "<svg" in (tmp_path / "kettles.svg").read_text(encoding="utf-8")


def walk_through() -> list[Typed]:
    """The marked blocks of the README."""
    blocks: list[Typed] = []
    for kind, text in BLOCK.findall(README.read_text(encoding="utf-8")):
        if kind == "bash":
            blocks.append(Typed(text, ()))
        else:
            lines = tuple(line for line in text.splitlines() if line.strip())
            blocks[-1] = Typed(blocks[-1].commands, (*blocks[-1].expected, *lines))
    return blocks


async def type_all(blocks: list[str], stack: Stack, folder: Path) -> tuple[int, list[str]]:
    """Types the blocks into one shell; its exit code, and what each block was answered.

    It ends at the first block whose last command fails.
    """
    end = "=== the block ends ==="
    script = "".join(f"{block}\n[ $? = 0 ] || exit 1\necho '{end}'\n" for block in blocks)
    scripts = sysconfig.get_path("scripts")
    shell = await asyncio.create_subprocess_exec(
        "bash",
        "-o",
        "pipefail",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env={
            **stack.environment,
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            "API": stack.gateway_url,
            "no_proxy": "127.0.0.1",
        },
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(SECONDS_MAX):
            said, _ = await shell.communicate(script.encode())
    finally:
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
        await shell.wait()
    answers = said.decode().split(f"{end}\n")
    done = answers[:-1] if shell.returncode == 0 else answers
    return shell.returncode or 0, done


def says(answer: str, line: str) -> bool:
    """Whether an answer says a line."""
    parts = [re.escape(part) for part in modulo(line.strip()).split("…")]
    return re.search(".*".join(parts), modulo(answer)) is not None


def modulo(text: str) -> str:
    """A text with every id and time alike."""
    for pattern, word in MODULO:
        text = pattern.sub(word, text)
    return text
