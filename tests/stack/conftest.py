import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """Short enough that a socket in it can be addressed, which pytest's own folders may not be."""
    folder = Path(tempfile.mkdtemp(prefix="dg-", dir="/tmp"))
    yield folder / "state"
    shutil.rmtree(folder)
