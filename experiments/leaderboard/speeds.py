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
from experiments.records import is_same_config
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.config import FIELDS
from wgan_jax.errors import UserError
from wgan_jax.files import disk_errors, json_bytes, write_atomic
from wgan_jax.loop.stored_config import deciding

_ROUNDS, _SECONDS = 5, 2.0


def read_speeds(path: Path) -> Speeds:
    """Reads the speeds on file, steps per second by `speed_name`; none yet are none.

    The speed of a member whose defaults are others today, of what costs time, is none.

    Raises:
        UserError: the file is something else.
    """
    return {
        name: found["speed"]
        for board in _read(path).values()
        for name, found in board["speeds"].items()
        if _is_current(name, found["played"])
    }


def played(board: str, variant: str, preset: str) -> dict[str, Any]:
    """What the speed of a member depends on: all settings but rates and weights."""
    config = deciding(board_config(board, variant, 0, preset))
    return {
        name: value
        for name, value in config.items()
        if FIELDS[name].kind is not float and name not in ("seed", "preset")
    }


def _is_current(name: str, measured: dict[str, Any]) -> bool:
    try:
        return is_same_config(measured, played(*name.split("-")))
    except (UserError, KeyError, TypeError):  # a board, a member or a preset is gone
        return False


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
    """Measures and writes speeds, in rounds over the members; those of others stay.

    A machine is not equally fast at all times: in rounds that hits all members alike.

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
        for variant, rounds in measure_rounds(board, variants[board], preset).items():
            low, speed, high = (
                float(f"{each:.3g}")
                for each in (min(rounds), statistics.median(rounds), max(rounds))
            )
            found[board]["speeds"][speed_name(board, variant, preset)] = {
                "speed": speed,
                "low": low,
                "high": high,
                "played": played(board, variant, preset),
            }
            words = f"{speed:8.1f} steps/s ({low:g} to {high:g})"
            print(f"{board:16} {variant:10} {words}", flush=True)
        _write(path, found)
    return read_speeds(path)


def measure_rounds(
    board: str, variants: Sequence[str], preset: str, seconds: float = _SECONDS
) -> dict[str, list[float]]:
    """Measures all members of a board one after the other, and that several times.

    Args:
        board: a name of `BOARDS`.
        variants: its members.
        preset: whose defaults are played.
        seconds: of a measurement.

    Returns:
        Member -> generator updates per second of each round but the first, which warms
        up; without pictures and measurements.
    """
    from experiments.benchmark.side_jax import JaxSide
    from wgan_jax.data import load

    data = load(BOARDS[board].dataset).train
    sides: dict[str, Any] = {}
    found: dict[str, list[float]] = {}
    for variant in variants:
        config = board_config(board, variant, 0, preset)
        side = sides[variant] = JaxSide(dataclasses.asdict(config), data)
        side.run(2)  # compiles
        found[variant] = [_timed(side, 2)]
    for _ in range(_ROUNDS + 1):
        for variant, side in sides.items():
            side.set_speed(found[variant][-1])
            steps = max(1, round(found[variant][-1] * seconds))
            found[variant].append(_timed(side, steps))
    return {variant: speeds[2:] for variant, speeds in found.items()}


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
    """Board -> `machine` and `speeds`, by name `speed` and `played`."""
    if not path.exists():
        return {}
    try:
        boards = json.loads(path.read_text("utf-8"))["boards"]
        if all(_is_board(board) for board in boards.values()):
            return boards
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise UserError(f"{path} holds no speeds of boards: remove it.")


def _is_board(board: dict[str, Any]) -> bool:
    rows = board["speeds"].values()
    return "machine" in board and all({"speed", "played"} <= set(row) for row in rows)


def _write(path: Path, boards: dict[str, dict[str, Any]]) -> None:
    with disk_errors(f"write {path}", ADVICE):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json_bytes({"boards": boards}))
