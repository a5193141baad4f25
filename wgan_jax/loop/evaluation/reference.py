"""The real side of a comparison: which samples are the reference, and their features.

The held-out samples are the reference, and as many training samples stand in for the
generator's where a floor is measured. Both are drawn from a seed and computed once, see
`reference_cache`. This module knows data and feature nets, no run and no generator.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from wgan_jax.data import Dataset
from wgan_jax.errors import UserError
from wgan_jax.loop.evaluation.reference_cache import Arrays, cached
from wgan_jax.metrics.comparison import Comparison, Side
from wgan_jax.metrics.features import (
    FEATURES,
    FeatureNet,
    default_features,
    load_features,
)
from wgan_jax.metrics.registry import METRICS, MetricRow
from wgan_jax.text import shown

SMALL_NET = 256  # numbers in a feature; a second for 10,000 images
SMALLEST = 2  # one sample has no spread


class Reference(NamedTuple):
    """Real samples, ready to be compared with.

    Attributes:
        dataset: where they come from.
        split: `test`, or `train` where nothing is held out.
        real: N samples of the split.
        train: N training samples, none of which are in `real`.
        seed: that they were drawn with.
        net: the feature net; None for points.
        offered: what is known, keys of `metrics.registry.NEEDS` without the critic.
        all_train: the features of every training sample, where they were asked for.
    """

    dataset: Dataset
    split: str
    real: Side
    train: Side
    seed: int
    net: FeatureNet | None
    offered: frozenset[str]
    all_train: np.ndarray | None = None

    @property
    def count(self) -> int:
        """N."""
        return len(self.real.samples)

    def side(self, samples: np.ndarray) -> Side:
        """Sees samples as the feature net does, without keeping anything."""
        return Side(samples, **_extract(samples, self.net))

    def compared_with(self, fake: Side) -> Comparison:
        """Puts samples beside the reference."""
        data = self.dataset
        return Comparison(self.real, fake, data.centers, data.std, self.all_train)


def largest_count(dataset: Dataset) -> int:
    """The most samples for which the reference and the floor have one each."""
    held_out, train = len(dataset.test), len(dataset.train)
    return min(held_out, train) if _holds_out(dataset) else train // 2


def _holds_out(dataset: Dataset) -> bool:
    """Whether enough is held out to measure by; if not, training samples serve."""
    return len(dataset.test) >= SMALLEST


def make_reference(
    dataset: Dataset,
    count: int,
    seed: int,
    net: FeatureNet | None,
    conditional: bool = False,
) -> Reference:
    """Draws the real samples, and computes or reads their features.

    Args:
        dataset: images or points. Where it holds out fewer than 2, the training samples
            are divided between reference and floor.
        count: N, at most `largest_count`.
        seed: of the draw.
        net: what sees images; None for points.
        conditional: whether labels are compared too, where the dataset has them.

    Returns:
        The reference.

    Raises:
        UserError: when the dataset cannot give N samples, or the net cannot read them.
    """
    _check_count(count, dataset)
    rng = np.random.default_rng(seed)
    train = rng.permutation(len(dataset.train))
    if _holds_out(dataset):
        split, held_out = "test", dataset.test
        chosen, labels = rng.permutation(len(dataset.test))[:count], dataset.test_labels
    else:
        split, held_out = "train", dataset.train
        chosen, labels = train[count : 2 * count], dataset.train_labels
    offered = offered_by(dataset, net and net.name, conditional)
    real = _cached_side(held_out[chosen], net)
    other = _cached_side(dataset.train[train[:count]], net)
    if "labels" in offered and labels is not None and dataset.train_labels is not None:
        real = real._replace(labels=labels[chosen])
        other = other._replace(labels=dataset.train_labels[train[:count]])
    return Reference(dataset, split, real, other, seed, net, offered)


def _check_count(count: int, dataset: Dataset) -> None:
    largest = largest_count(dataset)
    if largest < SMALLEST:
        raise UserError(
            f"{dataset.name!r} has too few samples to measure by: {len(dataset.train)} "
            f"to train on, and at least {2 * SMALLEST} are needed."
        )
    if not SMALLEST <= count <= largest:
        raise UserError(
            f"count is {count}, but {dataset.name!r} can give {SMALLEST} to {largest} "
            "real samples for the reference and as many for the floor. Choose a count "
            "between them, or leave it out."
        )


def with_all_train(reference: Reference) -> Reference:
    """Adds the features of every training sample, where the net is a small one."""
    net = reference.net
    if net is None or FEATURES[net.name].needs == "weights" or net.dim > SMALL_NET:
        return reference
    seen = _cached_side(reference.dataset.train, net).features
    return reference._replace(all_train=seen, offered=reference.offered | {"train"})


def open_features(
    dataset: Dataset, name: str | None = None, weights: str | Path | None = None
) -> FeatureNet | None:
    """Builds the feature net that sees a dataset.

    Args:
        dataset: images or points.
        name: a key of `FEATURES`; None for the dataset's own.
        weights: a file, for nets whose weights are brought along.

    Returns:
        The net; None for points.

    Raises:
        UserError: a net for points, or one that is unknown or does not fit.
    """
    if name is not None and not isinstance(name, str):
        raise UserError(
            f"features is {shown(name)}, but has to be a name of {', '.join(FEATURES)}."
        )
    if dataset.image_shape is None:
        if name is not None or weights is not None:
            raise UserError(
                f"features are for images, and {dataset.name!r} holds points, which "
                "are compared as they are. Leave them out."
            )
        return None
    chosen = name or default_features(dataset.name, dataset.image_shape)
    if chosen in FEATURES and not FEATURES[chosen].fits(dataset.image_shape):
        fitting = [n for n, row in FEATURES.items() if row.fits(dataset.image_shape)]
        raise UserError(
            f"features {chosen!r} cannot read images of shape {dataset.image_shape}. "
            f"Choose from: {', '.join(fitting)}."
        )
    return load_features(chosen, reference=dataset.train, weights=weights)


def _cached_side(samples: np.ndarray, net: FeatureNet | None) -> Side:
    if net is None:
        return Side(samples)
    parts = [net.name, net.sha256, samples]
    return Side(samples, **cached(parts, lambda: _extract(samples, net)))


def _extract(samples: np.ndarray, net: FeatureNet | None) -> Arrays:
    if net is None:
        return {}
    seen = net.see(samples)._asdict()
    return {name: array for name, array in seen.items() if array is not None}


def offered_by(
    dataset: Dataset, net: str | None = None, conditional: bool = False
) -> frozenset[str]:
    """What is known of a dataset's samples, keys of `metrics.registry.NEEDS`.

    Args:
        dataset: images or points.
        net: the name of the feature net; None for the dataset's own.
        conditional: whether samples are asked for by class.
    """
    held_out = _holds_out(dataset)
    labels = dataset.test_labels if held_out else dataset.train_labels
    asked = {"labels"} if conditional and labels is not None else set()
    if dataset.image_shape is None:
        known = {"points"}
    else:
        known = {"features"}
        own = default_features(dataset.name, dataset.image_shape)
        # The classes of a net that was trained on other images would mean nothing.
        if net in (None, own) and FEATURES[own].needs is None:
            known.add("stacked" if dataset.name == "stacked_mnist" else "classes")
    if held_out:
        known.add("held_out")
    modes = {"modes"} if dataset.centers is not None else set()
    return frozenset(known | modes | asked)


def title_of(net: FeatureNet | None) -> str | None:
    """What figures under a net are called: `FD-mnist`, never FID."""
    return None if net is None else FEATURES[net.name].title


def known_rows(offered: frozenset[str]) -> list[MetricRow]:
    """The metrics that can be computed where these things are known."""
    return [row for row in METRICS.values() if row.needs <= offered]
