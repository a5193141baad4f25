"""Pairs of real processes on loopback, and how each of the two ends."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests import runs

GAME = (
    *("--dataset", "ring8", "--variant", "nsgan", "--network", "toy", "--width", "16"),
    *("--batch-size", "16", "--n-critic", "2", "--optimizer", "sgd", "--devices", "1"),
    *("--generator-learning-rate", "0.01", "--critic-learning-rate", "0.01"),
    *("--sample-every", "0", "--seed", "3"),
)
ENDLESS = (*GAME, "--steps", "1000000", "--checkpoint-every", "0")


class Ended(NamedTuple):
    """What a process left."""

    code: int
    out: str
    err: str
    seconds: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def two_hosts(base: Path, *words: object, first=(), second=()) -> Iterator[list]:
    place = ("--coordinator", f"127.0.0.1:{free_port()}", "--num-processes", 2)
    started = [
        runs.start(*place, "--process-id", i, *words, *own, cwd=base)
        for i, own in enumerate((first, second))
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def end(process: subprocess.Popen, within: float = 120) -> Ended:
    began = time.monotonic()
    out, err = process.communicate(timeout=within)
    assert "Traceback" not in err
    return Ended(process.returncode, out, err, time.monotonic() - began)


def play(base: Path, *words: object, **own) -> list[Ended]:
    with two_hosts(base, *words, **own) as hosts:
        return [end(host) for host in hosts]


def wait_for_metrics(run_dir: Path, within: float = 120) -> None:
    deadline, metrics = time.monotonic() + within, run_dir / "metrics.jsonl"
    while not (metrics.exists() and metrics.stat().st_size):
        assert time.monotonic() < deadline, "no step was made"
        time.sleep(0.1)
