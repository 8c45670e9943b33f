"""Work that takes a whole stack is done once a session, whichever of its processes comes first."""

import asyncio
import fcntl
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

LOOK_SECONDS = 0.2


async def once_a_session(folder: Path, name: str, make: Callable[[], Awaitable[Any]]) -> Any:
    """What `make` made (as JSON has it), in this process or in another that shares the folder.

    With pytest-xdist several processes may need it: the first makes it, the others wait. If it
    failed, it failed for all of them: nobody tries again.
    """
    answer = folder / f"{name}.json"
    async with _held(folder / f"{name}.lock"):
        if not answer.exists():
            try:
                made: dict[str, Any] = {"made": await make()}
            except BaseException as error:
                answer.write_text(json.dumps({"failed": repr(error)}))
                raise
            answer.write_text(json.dumps(made))
    told = json.loads(answer.read_text())
    if "failed" in told:
        pytest.fail(f"{name} failed in another process: {told['failed']}")
    return told["made"]


def shared_folder(factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this session share, and no other session."""
    base = factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@asynccontextmanager
async def _held(lock: Path) -> AsyncIterator[None]:
    with lock.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(LOOK_SECONDS)
            else:
                break
        yield
