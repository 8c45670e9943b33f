import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from daigou.stack.postgres import prepare_postgres
from daigou.stack.state import StateDir


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """Short enough that a socket in it can be addressed, which pytest's own folders may not be."""
    folder = Path(tempfile.mkdtemp(prefix="dg-", dir="/tmp"))
    yield folder / "state"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def empty_cluster() -> Iterator[Path]:
    """A database's folder as the first start makes it: to make it costs ten times the start."""
    folder = Path(tempfile.mkdtemp(prefix="dg-", dir="/tmp"))
    state = StateDir(folder / "state")
    state.hold()
    prepare_postgres(state, durable=False)
    state.let_go()
    yield state.postgres
    shutil.rmtree(folder)


@pytest.fixture
def begun_dir(state_dir: Path, empty_cluster: Path) -> Path:
    """A state folder in which the database's folder was made before."""
    state_dir.mkdir(mode=0o711)
    subprocess.run(["cp", "-a", str(empty_cluster), str(state_dir / "postgres")], check=True)
    return state_dir
