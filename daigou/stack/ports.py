"""Which TCP ports are free, and who has those that are not."""

import random
import socket
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from daigou.stack.errors import PortTaken, StackError

LOOPBACK = "127.0.0.1"
# Below the range from which Linux and macOS lend ports to outgoing connections: one of those
# could be lent to somebody between the moment it was found free and the moment it is used.
_FREE_PORTS = range(20_000, 32_000)
_FREE_PORT_TRIES_MAX = 200


@dataclass(frozen=True, slots=True)
class WantedPort:
    """A port that a part will listen on, and the option by which a person chooses another."""

    part: str
    host: str
    port: int
    option: str


def free_port() -> int:
    """A TCP port on the loopback address that nobody listens on.

    For the next minute no other call, of this process or another, is told the same one.
    """
    for _ in range(_FREE_PORT_TRIES_MAX):
        port = random.choice(_FREE_PORTS)
        if _reserve(port):
            return port
    raise StackError(f"found no free port in {_FREE_PORT_TRIES_MAX} tries")


def _reserve(port: int) -> bool:
    """Leaves a closed connection on a port, unless somebody has it already; whether it did.

    That keeps off whoever does not ask to reuse the address. Servers do ask, so the port is free
    for the one that was told of it.
    """
    with socket.socket() as listener:
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            # The side that closes first keeps the address for a while.
            listener.accept()[0].close()
        return True


def check_ports(wanted: Sequence[WantedPort]) -> None:
    """Raise `PortTaken`, which names every taken port with its culprit, unless all are free."""
    shared = [port for port, uses in Counter(each.port for each in wanted).items() if uses > 1]
    faults = [f"port {port} is wanted by two parts of the stack" for port in shared]
    faults += [_say(each) for each in wanted if not _is_free(each.host, each.port)]
    if faults:
        raise PortTaken("\n".join(faults))


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a connection that was closed a moment ago is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _say(wanted: WantedPort) -> str:
    return (
        f"{wanted.part} wants port {wanted.port}, but it is taken by {_culprit(wanted.port)}: "
        f"stop that, or choose another port with {wanted.option}"
    )


def _culprit(port: int) -> str:
    try:
        listeners = [
            connection
            for connection in psutil.net_connections(kind="tcp")
            if connection.status == psutil.CONN_LISTEN
            and connection.laddr
            and connection.laddr.port == port
        ]
    except psutil.AccessDenied:
        return "a process that only an administrator can see"
    pids = sorted({listener.pid for listener in listeners if listener.pid is not None})
    if not pids:
        return "a process of another user"
    return ", ".join(f"pid {pid} ({_command_line(pid)})" for pid in pids)


def _command_line(pid: int) -> str:
    try:
        process = psutil.Process(pid)
        return " ".join(process.cmdline()) or process.name()
    except psutil.Error:
        return "already gone"
