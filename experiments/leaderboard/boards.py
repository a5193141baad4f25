"""What is played: one board a data set. A new one is one row here; it knows no JAX."""

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

from experiments.benchmark.cases import every_variant
from wgan_jax.config import Config, ResolvedConfig, resolve
from wgan_jax.errors import UserError

SEEDS = 3
EMA = 0.999  # where a preset has no average of its own: costs next to nothing


class Board(NamedTuple):
    """A data set, and how long every member learns it.

    Attributes:
        dataset: a name of `data.DATASETS`.
        headline: the metric that the table is sorted by, a name of `quantities()`.
        steps: generator updates where all members make equally many.
        seconds: of training where all members have equally long.
        settings: fields of `Config` that differ from the presets, for every member.
        measurements: within the steps, from which the best checkpoint is taken.
        note: what two cores made smaller than published work has it.
    """

    dataset: str
    headline: str
    steps: int
    seconds: float
    settings: Mapping[str, Any] = {}
    measurements: int = 10
    note: str = ""


_RATES = ("generator_learning_rate", "critic_learning_rate")
# At the presets' 1e-4 and 2e-4 so few steps leave lsgan with one of 1,000 modes.
_DCGAN = {"network": "dcgan", "width": 16, **dict.fromkeys(_RATES, 1e-3)}
_NARROW = (
    "DCGAN of width 16 in place of 64, 1,000 steps, and rates of 1e-3 for all members "
    "in place of their own: what two cores can train"
)
BOARDS: dict[str, Board] = {
    board.dataset: board
    for board in (
        Board("mnist", "frechet_distance", 5000, 60.0, note="the MLP, not DCGAN"),
        Board(
            "fashion_mnist", "frechet_distance", 5000, 60.0, note="the MLP, not DCGAN"
        ),
        Board(
            "stacked_mnist",
            "stacked_modes",
            1000,
            60.0,
            _DCGAN,
            measurements=2,  # one takes as long as 200 steps of gp
            note=f"{_NARROW}; 10,000 samples, where the published figures count 26,000",
        ),
        Board(
            "patches",
            "frechet_distance",
            1000,
            60.0,
            _DCGAN,
            measurements=4,
            note=f"{_NARROW}; 6,534 samples, all that the test split has",
        ),
        Board("ring8", "high_quality", 5000, 30.0),
        Board("grid25", "high_quality", 5000, 30.0),
    )
}


def board_config(board: str, variant: str, seed: int, preset: str) -> ResolvedConfig:
    """How a member plays a board, without blanks.

    Args:
        board: a name of `BOARDS`.
        variant: member of the family.
        seed: of the run.
        preset: whose defaults, see `Config.preset`.

    Raises:
        UserError: the member cannot play it.
    """
    row = BOARDS[board]
    config = Config(variant, row.dataset, preset=preset, seed=seed, **row.settings)
    resolved = resolve(config)
    if resolved.ema_decay:
        return resolved
    return resolve(dataclasses.replace(config, ema_decay=EMA))


def players(board: str) -> tuple[list[str], dict[str, str]]:
    """The members that play a board, and why the others do not."""
    able: list[str] = []
    refused: dict[str, str] = {}
    for variant in every_variant():
        try:
            board_config(board, variant, 0, "tuned")
        except UserError as error:
            refused[variant] = str(error)
        else:
            able.append(variant)
    return able, refused
