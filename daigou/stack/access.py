"""Letting one account pass through a private folder, and giving away nothing more."""

import errno
import os
import stat
import struct
import subprocess
from pathlib import Path

from daigou.stack.errors import StackError
from daigou.stack.processes import Account

_ACL = "system.posix_acl_access"
_ACL_VERSION = struct.pack("<I", 2)
_ACL_ENTRY = struct.Struct("<HHI")
_USER_OWNER, _USER, _GROUP_OWNER, _MASK, _OTHERS = 0x01, 0x02, 0x04, 0x10, 0x20
_NO_ID = 0xFFFFFFFF
_SEARCH = 0o1


def let_pass(account: Account, path: Path) -> list[Path]:
    """Let `account` search every folder above `path`; returns those that had to be opened for it.

    By an access-control entry for that account alone; where the file system has none, by the
    search bit for all. Neither lets it list or read the folder.
    """
    opened = []
    for folder in reversed(path.resolve().parents):
        if _can_search(account, folder):
            continue
        _grant_search(account, folder)
        if not _can_search(account, folder):
            raise StackError(
                f"the account that PostgreSQL runs as cannot pass through {folder}: move the "
                "project or the state folder (--state-dir), or start the stack as an ordinary user"
            )
        opened.append(folder)
    return opened


def _can_search(account: Account, folder: Path) -> bool:
    # Asked in the account's shoes, since groups and access-control entries count too.
    asked = subprocess.run(
        ["test", "-x", str(folder)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        check=False,
    )
    return asked.returncode == 0


def _grant_search(account: Account, folder: Path) -> None:
    try:
        acl = os.getxattr(folder, _ACL) if hasattr(os, "getxattr") else b""
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise
        acl = b""
    mode = folder.stat().st_mode
    try:
        os.setxattr(folder, _ACL, _with_search(acl, mode, account.uid))
    except (AttributeError, OSError):
        folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _with_search(acl: bytes, mode: int, uid: int) -> bytes:
    """The access-control list (or, without one, the mode) of a folder, and search for `uid`."""
    if acl:
        entries = {
            (tag, who): rights
            for tag, rights, who in _ACL_ENTRY.iter_unpack(acl[len(_ACL_VERSION) :])
        }
    else:
        entries = {
            (_USER_OWNER, _NO_ID): mode >> 6 & 0o7,
            (_GROUP_OWNER, _NO_ID): mode >> 3 & 0o7,
            (_OTHERS, _NO_ID): mode & 0o7,
        }
    entries.setdefault((_MASK, _NO_ID), entries[_GROUP_OWNER, _NO_ID])
    entries[_USER, uid] = entries.get((_USER, uid), 0) | _SEARCH
    entries[_MASK, _NO_ID] |= _SEARCH
    return _ACL_VERSION + b"".join(
        _ACL_ENTRY.pack(tag, rights, who) for (tag, who), rights in sorted(entries.items())
    )
