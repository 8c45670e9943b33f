"""As root PostgreSQL runs as another account, which private folders must let pass, and only it."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

import pytest

from daigou.stack import Part, Stack, StackOptions
from daigou.stack.access import let_pass
from daigou.stack.processes import Account

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives way to another account")


def account_of(name: str) -> Account:
    entry = pwd.getpwnam(name)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def can(name: str, test: str, path: Path) -> bool:
    return subprocess.run(["test", test, path], user=name, extra_groups=[]).returncode == 0


def test_an_account_is_let_through_private_folders_and_nobody_else_is(state_dir: Path) -> None:
    private = state_dir / "private"
    private.mkdir(mode=0o700, parents=True)
    goal = private / "goal"
    goal.write_text("")

    opened = let_pass(account_of("daemon"), goal)

    assert opened == [state_dir.parent, private]
    assert can("daemon", "-e", goal)
    assert not can("daemon", "-r", private)
    assert not can("daemon", "-w", private)
    assert not can("nobody", "-x", private)
    assert not stat.S_IMODE(private.stat().st_mode) & stat.S_IRWXO


def test_the_way_is_opened_once_and_for_each_account_apart(state_dir: Path) -> None:
    state_dir.mkdir(mode=0o700)
    goal = state_dir / "goal"

    assert let_pass(account_of("daemon"), goal)
    assert let_pass(account_of("daemon"), goal) == []
    assert let_pass(account_of("nobody"), goal)
    assert can("daemon", "-x", state_dir)
    assert can("nobody", "-x", state_dir)


async def test_a_stack_in_a_private_folder_runs_and_tells_what_it_opened(state_dir: Path) -> None:
    parts = {Part.DATABASE}
    options = StackOptions(state_dir=state_dir, parts=parts, migrate=False, durable=False)

    async with Stack(options) as stack:
        notes = stack.notes

    assert len(notes) == 1
    assert str(state_dir.parent) in notes[0]
    assert stat.S_IMODE(state_dir.parent.stat().st_mode) & stat.S_IRWXO == 0
