"""The embedded servers: all that the service needs on one machine, from pip alone.

For `daigou up`, the demo and the tests. In production nothing of it runs, and the packages that it
needs (the extra `embedded`) need not be installed.
"""

from daigou.stack.embedded import ALL_PARTS, Death, Part, Stack, StackOptions
from daigou.stack.errors import AlreadyRunning, PartFailed, PortTaken, StackError
from daigou.stack.ports import free_port
from daigou.stack.up import addresses, run_on_stack, run_up

__all__ = [
    "ALL_PARTS",
    "AlreadyRunning",
    "Death",
    "Part",
    "PartFailed",
    "PortTaken",
    "Stack",
    "StackError",
    "StackOptions",
    "addresses",
    "free_port",
    "run_on_stack",
    "run_up",
]
