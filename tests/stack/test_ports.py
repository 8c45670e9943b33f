import os
import socket

import pytest

from daigou.stack import PortTaken, free_port
from daigou.stack.ports import WantedPort, check_ports


def wanted(port: int, part: str = "the gateway") -> WantedPort:
    return WantedPort(part, "127.0.0.1", port, "--gateway-port")


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port()

    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_free_port_is_told_once() -> None:
    told = [free_port() for _ in range(300)]

    assert len(set(told)) == 300


def test_free_ports_pass_the_check() -> None:
    check_ports([wanted(free_port()), wanted(free_port())])


def test_a_taken_port_names_part_port_culprit_and_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(PortTaken) as refusal:
            check_ports([wanted(port)])

    said = str(refusal.value)
    assert f"the gateway wants port {port}" in said
    assert f"pid {os.getpid()}" in said
    assert "python" in said
    assert "--gateway-port" in said


def test_every_taken_port_is_named_at_once() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        ports = [listener.getsockname()[1] for listener in (one, other)]

        with pytest.raises(PortTaken) as refusal:
            check_ports([wanted(port) for port in ports])

    assert all(str(port) in str(refusal.value) for port in ports)


def test_two_parts_cannot_share_a_port() -> None:
    port = free_port()

    with pytest.raises(PortTaken, match="two parts"):
        check_ports([wanted(port), wanted(port, part="Temporal")])
