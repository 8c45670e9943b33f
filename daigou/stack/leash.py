"""Becomes another program, which dies with the process that started this one (Linux).

A script of its own, run before the program: what a forked child of a process with threads may do
before it executes something is next to nothing, so nothing is left to do there. Arguments: the
starter's pid, the signal, user and group (or `-`), the program and its arguments.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Takes on the user, asks for the signal, and becomes the program."""
    parent, orphan_signal, uid, gid, *argv = sys.argv[1:]
    # Python ignores these, and what is ignored stays so in the program.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":
        # After the change of user, which would clear the setting.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(orphan_signal))
        # The supervisor may have died before the kernel knew whom to tell.
        if os.getppid() != int(parent):
            sys.exit(1)
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
