"""The real samples of a board, and the figures that they reach themselves."""

import functools

from experiments.leaderboard.boards import BOARDS
from wgan_jax.data import Dataset, load
from wgan_jax.loop.evaluation.evaluate_run import IMAGES, POINTS
from wgan_jax.loop.evaluation.floors import measure_floors
from wgan_jax.loop.evaluation.reference import (
    Reference,
    known_rows,
    largest_count,
    make_reference,
    open_features,
    with_all_train,
)

SEED = 0  # of the samples, the same for every member


@functools.lru_cache(maxsize=2)
def real_side(board: str) -> tuple[Reference, dict[str, float]]:
    """The real samples of a board, and what they reach themselves."""
    reference = with_all_train(reference_of(load(BOARDS[board].dataset)))
    return reference, measure_floors(reference, known_rows(reference.offered))


def reference_of(dataset: Dataset) -> Reference:
    """The real samples that every run on a data set is compared with."""
    wanted = IMAGES if dataset.image_shape else POINTS
    count = min(wanted, largest_count(dataset))
    return make_reference(dataset, count, SEED, open_features(dataset))
