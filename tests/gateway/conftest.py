"""One pair of servers for all tests of a session (of each worker of pytest-xdist)."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from daigou.domain import terms
from gateway import placing
from tests.gateway.house import House, open_house


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    # Short enough that a socket in it can be addressed, which pytest's own folders may not be.
    folder = Path(tempfile.mkdtemp(prefix="dg-gw-", dir="/tmp"))
    try:
        async with open_house(folder / "state") as house:
            yield house
    finally:
        shutil.rmtree(folder)


HASTY = "2026-10-hasty"
"""A version of the terms in which the goods are stored soon, and charged for soon after."""
BRIEF = "2026-10-brief"
"""A version of the terms in which an agreement can be cancelled for moments only."""
FLEETING = "2026-10-fleeting"
"""A version of the terms in which the statutory period is over after a moment."""


@pytest.fixture(scope="package")
def hasty_terms() -> Iterator[terms.Terms]:
    """The present terms with short waits at the storage. Orders outlive their test."""
    with _present_but(
        HASTY,
        warehouse_objection_window=timedelta(seconds=0.5),
        free_storage_warning=timedelta(seconds=0.7),
        free_storage=timedelta(seconds=1),
    ) as hasty:
        yield hasty


@pytest.fixture
def in_haste(hasty_terms: terms.Terms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders that are placed now begin with the hasty terms."""
    monkeypatch.setattr(placing, "current", lambda: hasty_terms)


@pytest.fixture(scope="package")
def brief_terms() -> Iterator[terms.Terms]:
    """The present terms with a short period of cancellation."""
    with _present_but(BRIEF, cancellation=timedelta(seconds=3)) as brief:
        yield brief


@pytest.fixture
def in_brief(brief_terms: terms.Terms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders that are placed now begin with the brief terms."""
    monkeypatch.setattr(placing, "current", lambda: brief_terms)


@pytest.fixture(scope="package")
def fleeting_terms() -> Iterator[terms.Terms]:
    """The present terms with a short statutory period everywhere."""
    with _present_but(FLEETING, statutory=timedelta(seconds=1)) as fleeting:
        yield fleeting


@pytest.fixture
def in_passing(fleeting_terms: terms.Terms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders that are placed now begin with the fleeting terms."""
    monkeypatch.setattr(placing, "current", lambda: fleeting_terms)


@contextmanager
def _present_but(
    version: str, *, statutory: timedelta | None = None, **waits: timedelta
) -> Iterator[terms.Terms]:
    """The present terms with other durations, under another version."""
    present, known = terms.current(), terms.VERSIONS
    changed = replace(
        present, version=version, durations=MappingProxyType({**present.durations, **waits})
    )
    if statutory is not None:
        changed = replace(changed, statutory_by_country={}, statutory_elsewhere=statutory)
    terms.VERSIONS = MappingProxyType({**known, version: changed})
    yield changed
    terms.VERSIONS = MappingProxyType(
        {name: each for name, each in terms.VERSIONS.items() if name != version}
    )
