"""An address at which no coordinator can be is refused by a socket, in one message."""

import socket

import pytest

from wgan_jax.errors import UserError
from wgan_jax.parallel.address import check_address


@pytest.mark.parametrize("port", ["²", "٣", "0", "65536", "9" * 400, "", "-1", "x"])
def test_a_port_is_from_1_to_65535(port):
    with pytest.raises(UserError, match=r"HOST:PORT with a port from 1 to 65535"):
        check_address(f"localhost:{port}", is_first=False)


@pytest.mark.parametrize("host", ["no such host", "a" * 300, "nohost.invalid"])
def test_a_host_that_does_not_exist_is_named(host):
    with pytest.raises(UserError, match=f"there is no host '{host}'"):
        check_address(f"{host}:1234", is_first=False)


@pytest.mark.parametrize("at", ["127.0.0.1", ""])
def test_a_port_that_is_taken_is_refused_by_the_first_process_alone(at):
    with socket.socket() as other:
        # As the runtime: it would let a second coordinator share the port.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind((at, 0))
        other.listen()
        port = other.getsockname()[1]
        check_address(f"localhost:{port}", is_first=False)
        with pytest.raises(UserError, match=f"cannot use port {port}"):
            check_address(f"localhost:{port}", is_first=True)
    check_address(f"localhost:{port}", is_first=True)
