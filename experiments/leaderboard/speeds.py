"""How fast each member plays each board, which turns seconds into steps.

Training is repeatable to the bit and time is not. So a budget of seconds is a number of
steps, seconds times the speed measured once on a machine that did nothing else. All
members of a board are measured on one machine, whose name is kept beside the speeds.
"""

import dataclasses
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.benchmark.machine import describe
from experiments.leaderboard.boards import BOARDS, board_config
from experiments.leaderboard.cells import Speeds, speed_name
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.errors import UserError
from wgan_jax.files import disk_errors, json_bytes, write_atomic

_ROUNDS, _SECONDS = 3, 2.0


def read_speeds(path: Path) -> Speeds:
    """Reads the speeds on file, steps per second by `speed_name`; none yet are none.

    Raises:
        UserError: the file is something else.
    """
    boards = _read(path).values()
    return {name: speed for board in boards for name, speed in board["speeds"].items()}


def read_machines(path: Path) -> dict[str, str]:
    """Board -> the machine that its speeds were measured on, in words.

    Raises:
        UserError: the file is something else.
    """
    return {
        name: f"{machine['processor']}, {machine['threads']} threads"
        for name, board in _read(path).items()
        if (machine := board["machine"])
    }


def measure_speeds(
    boards: Sequence[str], variants: dict[str, list[str]], path: Path, preset: str
) -> Speeds:
    """Measures and writes speeds, member by member; those of others stay.

    Args:
        boards: names of boards.
        variants: board -> its members.
        path: the file.
        preset: whose defaults are played.

    Returns:
        As `read_speeds`.

    Raises:
        UserError: data that are not there, or a file that holds something else or
            speeds of one of these boards by another machine.
        ArtifactError: the file cannot be written.
    """
    found = _read(path)
    machine = describe(os.cpu_count() or 1, sys.executable)
    for board in boards:
        mine = found.setdefault(board, {"machine": machine, "speeds": {}})
        _check_machine(path, board, mine["machine"] == machine)
    for board in boards:
        for variant in variants[board]:
            speed = measure_speed(board, variant, preset)
            found[board]["speeds"][speed_name(board, variant, preset)] = speed
            print(f"{board:16} {variant:10} {speed:8.1f} steps/s", flush=True)
            _write(path, found)
    return read_speeds(path)


def measure_speed(
    board: str, variant: str, preset: str, seconds: float = _SECONDS
) -> float:
    """The median of three measurements after warming up, to three digits.

    Args:
        board: a name of `BOARDS`.
        variant: member of the family.
        preset: whose defaults are played.
        seconds: of a measurement.

    Returns:
        Generator updates per second, without pictures and measurements.
    """
    from experiments.benchmark.side_jax import JaxSide
    from wgan_jax.data import load

    config = board_config(board, variant, 0, preset)
    data = load(BOARDS[board].dataset).train
    side = JaxSide(dataclasses.asdict(config), data)
    side.run(2)  # compiles
    speed = _timed(side, 2)
    found: list[float] = []
    for _ in range(_ROUNDS + 1):
        side.set_speed(speed)
        speed = _timed(side, max(1, round(speed * seconds)))
        found.append(speed)
    return float(f"{statistics.median(found[1:]):.3g}")


def _timed(side: Any, steps: int) -> float:
    start = time.perf_counter()
    side.run(steps)
    return steps / (time.perf_counter() - start)


def _check_machine(path: Path, board: str, same: bool) -> None:
    """Refuses to put speeds beside those of another machine, or of other versions."""
    if not same:
        raise UserError(
            f"{path} holds speeds on {board} of another machine or of other versions: "
            f"name another file with --speeds, or remove {board} from it and measure "
            "all its members again."
        )


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """Board -> `machine` and `speeds`; none of a file that is not there."""
    if not path.exists():
        return {}
    try:
        boards = json.loads(path.read_text("utf-8"))["boards"]
        if all(set(board) == {"machine", "speeds"} for board in boards.values()):
            return boards
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise UserError(f"{path} holds no speeds of boards: remove it.")


def _write(path: Path, boards: dict[str, dict[str, Any]]) -> None:
    with disk_errors(f"write {path}", ADVICE):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json_bytes({"boards": boards}))
