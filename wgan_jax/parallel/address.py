"""The coordinator's address, tried with a socket before the runtime is asked.

The runtime aborts the process where a port is taken, and waits minutes for a host that
does not exist. It knows sockets and does not import jax.
"""

import socket

from wgan_jax.errors import UserError

_EXAMPLE = "for example 10.0.0.1:1234"


def check_address(address: str, *, is_first: bool) -> None:
    """Refuses an address at which no coordinator can be.

    Args:
        address: HOST:PORT.
        is_first: whether this process would be the coordinator.

    Raises:
        UserError: it is no HOST:PORT, there is no such host, or, on the first process,
            another one has the port.
    """
    host, _, port = address.rpartition(":")
    # isdigit alone takes digits that int refuses, such as a superscript two.
    digits = port.isascii() and port.isdigit() and len(port) < 6
    if not host or not digits or not 1 <= int(port) <= 65535:
        raise UserError(
            f"coordinator is {address!r}, but has to be HOST:PORT with a port from 1 "
            f"to 65535, {_EXAMPLE}."
        )
    try:
        socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UserError(
            f"coordinator is {address!r}, but there is no host {host!r} ({error}). "
            f"Give the name or address of the host of process 0, {_EXAMPLE}."
        ) from None
    if is_first:
        _refuse_taken(int(port))


def _refuse_taken(port: int) -> None:
    # Without SO_REUSEPORT, which the runtime sets: two coordinators would share a port.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise UserError(
                f"the coordinator cannot use port {port} of this host "
                f"({error.strerror}): is another process 0 running? Give all processes "
                "another port."
            ) from None
