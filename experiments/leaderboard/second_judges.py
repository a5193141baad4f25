"""Other feature nets that look at the same samples: does an order hang on the first?"""

import functools
from pathlib import Path
from typing import Any

import numpy as np

from experiments.leaderboard.real_samples import SEED, real_side
from wgan_jax.errors import UserError
from wgan_jax.loop.evaluation.reference import Reference, make_reference, open_features
from wgan_jax.metrics.features import FEATURES
from wgan_jax.metrics.registry import METRICS

SECOND, COMPONENTS = "second net", "pca64"
_FRECHET = METRICS["frechet_distance"]
_CHANNELS = {"stacked_mnist": "mnist"}  # a net of stacked channels -> that of each


@functools.lru_cache(maxsize=2)
def other_references(board: str, folder: Path) -> dict[str, Reference]:
    """The real samples under feature nets that were not trained like the first.

    Args:
        board: a name of `BOARDS`.
        folder: folder of weights, NET.safetensors.

    Returns:
        Name of the judge -> the reference; none for points.

    Raises:
        UserError: the first net reads weights, and the folder has none for it.
    """
    first, _ = real_side(board)
    data, found = first.dataset, {}
    shape = data.image_shape
    if shape is None or first.net is None:
        return found
    if FEATURES[COMPONENTS].fits(shape) and first.net.name != COMPONENTS:
        net = open_features(data, COMPONENTS)
        found[COMPONENTS] = make_reference(data, first.count, SEED, net)
    if FEATURES[first.net.name].reads_weights:
        name = _CHANNELS.get(first.net.name, first.net.name)
        weights = folder / f"{name}.safetensors"
        if not weights.exists():
            raise UserError(
                f"{weights} is not there: {board} is judged by a second feature net. "
                "Leave --second-judges out for those of the repository, or train it: "
                "python -m experiments.features "
                f"--dataset {_CHANNELS.get(board, board)} --seed 1 "
                f"--weights {weights}"
            )
        net = open_features(data, first.net.name, weights)
        found[SECOND] = make_reference(data, first.count, SEED, net)
    return found


def second_opinions(
    board: str, samples: np.ndarray, folder: Path
) -> dict[str, dict[str, Any]]:
    """The Frechet distance of samples under every other feature net of a board.

    Args:
        board: a name of `BOARDS`.
        samples: of a run, as many as the first net has seen.
        folder: as `other_references` has it.

    Returns:
        Name of the judge -> `sha256` of its weights and `frechet_distance`.

    Raises:
        UserError: as `other_references`.
    """
    return {
        name: {
            "sha256": other.net and other.net.sha256,
            **_FRECHET.compute(other.compared_with(other.side(samples))),
        }
        for name, other in other_references(board, folder).items()
    }
