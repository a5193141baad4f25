"""Processes of the command that start in milliseconds.

Importing JAX and the package is most of what a short run costs. A server imports them
once and forks a process for every command: a real one, with a number, an environment,
a folder, pipes, signals and an exit code of its own. What JAX reads at its import
(JAX_* variables) is the server's, so a command that needs others starts afresh.
"""

import atexit
import ctypes
import functools
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.events import import_tensorboardx

ROOT = Path(__file__).parents[1]
# What a run imports sooner or later, its last page included.
PRELOADED = (
    *("wgan_jax.loop.train", "wgan_jax.loop.pictures", "wgan_jax.loop.result"),
    *("wgan_jax.artifacts.plots", "wgan_jax.training.recipe", "wgan_jax.networks.mlp"),
    *("wgan_jax.data.embedded", "wgan_jax.data.points", "wgan_jax.artifacts.report"),
    *("matplotlib.figure", "matplotlib.backends.backend_agg", "rich.progress"),
    "safetensors.numpy",
)
_READ_AT_IMPORT = ("JAX_", "TF_CPP_", "PYTHON")  # beginnings of variables' names
_PR_SET_CHILD_SUBREAPER = 36


class ForkedPopen(subprocess.Popen):
    """`subprocess.Popen` for `python -m MODULE WORDS`, by a fork of the server."""

    def __init__(self, module: str, words: list[str], **options: Any) -> None:
        """Starts it; the options are those of `Popen`."""
        super().__init__([module, *words], **options)

    def _execute_child(self, args: list[str], *rest: Any) -> None:
        cwd, env, pipes = rest[4], rest[5], rest[9:15]
        child_ends, own_ends = pipes[::2], pipes[1::2]
        # In Popen's order: stdin is read, stdout and stderr are written by the child.
        child_ends = (pipes[0], pipes[3], pipes[5])
        own_ends = (pipes[1], pipes[2], pipes[4])
        request = {
            "module": args[0],
            "words": args[1:],
            "cwd": str(cwd or os.getcwd()),
            "env": dict(env or os.environ),
        }
        fds = [i if fd == -1 else fd for i, fd in enumerate(child_ends)]
        self.pid = _ask(request, fds)
        self._child_created = True
        for child_end, own_end in zip(child_ends, own_ends, strict=True):
            # Only pipes have an end of our own; a file stays the caller's.
            if child_end != -1 and own_end != -1:
                os.close(child_end)


def launch(module: str, *words: object, **options: Any) -> subprocess.Popen:
    """Starts `python -m MODULE WORDS` with pipes, by a fork where that is possible."""
    texts = [str(word) for word in words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    env = options.get("env") or dict(os.environ)
    # Only where it would import what the server has imported.
    if sys.platform == "linux" and _at_import(env) == _SERVERS:
        return ForkedPopen(module, texts, **pipes, **options)
    return subprocess.Popen([sys.executable, "-m", module, *texts], **pipes, **options)


def _at_import(env: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in env.items() if k.startswith(_READ_AT_IMPORT)}


_SERVERS = _at_import(os.environ)


def _ask(request: dict[str, Any], fds: list[int]) -> int:
    server = _server()
    socket.send_fds(server, [json.dumps(request).encode()], fds)
    return int(server.recv(64))


@functools.cache
def _server() -> socket.socket:
    """Starts the server of this process, once."""
    # The forked processes become ours when their parent ends, so that wait works.
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    words = [sys.executable, "-m", "tests.forks", str(its.fileno())]
    # Without threads of its own a forked BLAS cannot wait for one that is not there.
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    server = subprocess.Popen(words, pass_fds=[its.fileno()], cwd=ROOT, env=env)
    its.close()
    atexit.register(_stop, ours, server)
    return ours


def _stop(requests: socket.socket, server: subprocess.Popen) -> None:
    requests.close()
    server.wait()


def _serve(requests: socket.socket) -> None:
    """Forks a process for each request, until there is nobody left to ask."""
    for name in PRELOADED:
        __import__(name)
    import_tensorboardx()
    __import__("tensorboardX.summary")
    while True:
        message, fds, _, _ = socket.recv_fds(requests, 1 << 20, 3)
        if not message:
            return
        read, write = os.pipe()
        middle = os.fork()
        if middle == 0:
            # The middle process ends at once: who asked inherits its child.
            child = os.fork()
            if child == 0:
                for fd in (requests.fileno(), read, write):
                    os.close(fd)
                _become(json.loads(message), fds)
            os.write(write, str(child).encode())
            os._exit(0)
        # Answered when the child is inherited: before that, nobody could wait for it.
        os.waitpid(middle, 0)
        requests.send(os.read(read, 64))
        for fd in (read, write, *fds):
            os.close(fd)


def _become(request: dict[str, Any], fds: list[int]) -> None:
    """Turns the forked process into the command; does not return."""
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
    for fd in fds:
        if fd > 2:
            os.close(fd)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Open until the interpreter ends, as its own are.
    sys.stdin = sys.__stdin__ = open(0)  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w")  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", buffering=1)  # noqa: SIM115
    sys.argv = [request["module"], *request["words"]]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
