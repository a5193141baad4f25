"""Small convolutional classifiers of our own, and their last hidden layer as features.

Four or five 3x3 convolutions with batch norm and ReLU, a hidden layer of 64 units with
ReLU, ten classes; trained by `python -m experiments.features`. 64 units, because a
covariance of 64 features has 2,080 entries, which 1,000 samples estimate with full rank
and 10,000 well: the floor under a distance falls with units over samples. The weights
are float32 in the package.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from wgan_jax.errors import UserError
from wgan_jax.metrics.features.arrays import parse_arrays, read_bytes, to_variables
from wgan_jax.metrics.features.interface import (
    FeatureNet,
    FeatureRow,
    Seen,
    Shape,
    Sources,
    check_images,
    map_chunks,
)

CLASSES = 10
UNITS = 64
CHUNK = 1000
WEIGHTS = Path(__file__).with_name("weights")
# Side of the images -> (channels, stride) of each convolution. Stride 2 from the start:
# at full size the first layers would take most of the time and add little.
_LAYERS = {
    28: ((32, 2), (32, 1), (64, 2), (64, 1), (64, 2)),
    8: ((32, 1), (64, 2), (64, 1), (64, 2)),
}


class Classifier(nn.Module):
    """Convolutions, one hidden layer, ten classes.

    Attributes:
        layers: channels and stride of each 3x3 convolution.
    """

    layers: tuple[tuple[int, int], ...]

    @nn.compact
    def __call__(self, images: jax.Array, train: bool) -> tuple[jax.Array, jax.Array]:
        """Maps uint8 `[B, H, W, 1]` to features `[B, 64]` and logits `[B, 10]`."""
        x = images.astype(jnp.float32) / 127.5 - 1
        for channels, stride in self.layers:
            x = nn.Conv(channels, (3, 3), stride, use_bias=False)(x)
            # Momentum .9: an epoch of the smallest set has twelve batches.
            x = nn.relu(nn.BatchNorm(not train, momentum=0.9)(x))
        features = nn.relu(nn.Dense(UNITS)(x.reshape(len(x), -1)))
        return features, nn.Dense(CLASSES)(features)


def make_classifier(sample_shape: Shape) -> Classifier:
    """Makes the classifier for grey images of 28 x 28 or 8 x 8 pixels."""
    return Classifier(_LAYERS[sample_shape[0]])


def init_classifier(sample_shape: Shape, seed: int = 0) -> dict[str, Any]:
    """Draws its first variables: `params` and `batch_stats`."""
    images = np.zeros((1, *sample_shape), np.uint8)
    init = jax.jit(make_classifier(sample_shape).init, static_argnames="train")
    return dict(init(jax.random.key(seed), images, train=False))


def build_classifier(row: FeatureRow, sources: Sources) -> FeatureNet:
    """Reads a classifier's weights, the packaged ones unless a file is given.

    Args:
        row: its row, with the sha256 of the packaged file.
        sources: `weights`, a file that `experiments.features` wrote, or None.

    Returns:
        The net.

    Raises:
        UserError: the file is missing or damaged, or holds another net.
    """
    path = sources.weights or WEIGHTS / f"{row.name}.safetensors"
    advice = "Give another file." if sources.weights else "Install the package again."
    data = read_bytes(path, advice)
    digest = hashlib.sha256(data).hexdigest()
    if not sources.weights and digest != row.sha256:
        raise UserError(
            f"{path} is damaged: its sha256 is {digest}, not {row.sha256}. {advice}"
        )
    return make_net(row, load_variables(row, data, path), digest)


def load_variables(row: FeatureRow, data: bytes, path: Path) -> dict[str, Any]:
    """Reads a classifier's variables from the bytes of a safetensors file.

    Raises:
        UserError: it is no such file, or holds other arrays than this net's.
    """
    template = jax.eval_shape(lambda: init_classifier(row.exact_shape))
    return to_variables(parse_arrays(data, path), template, path)


def make_net(row: FeatureRow, variables: dict[str, Any], sha256: str) -> FeatureNet:
    """Makes the feature net of a trained classifier.

    Args:
        row: its row; `sample_shape` names the images.
        variables: as `init_classifier` gives them, trained.
        sha256: of the file that holds them.
    """
    apply = make_classifier(row.exact_shape).apply
    weights = jax.device_put(variables)

    @jax.jit
    def run(weights: Any, images: jax.Array) -> Any:
        # GPUs would round the factors of convolutions to 10 bits.
        with jax.default_matmul_precision("highest"):
            return apply(weights, images, train=False)

    def see(images: np.ndarray) -> Seen:
        check_images(images, row)
        features, logits = map_chunks(lambda part: run(weights, part), images, CHUNK)
        return Seen(features, logits.argmax(1).astype(np.int32))

    return FeatureNet(row.name, sha256, UNITS, see)


def build_stacked(row: FeatureRow, sources: Sources, *, base: FeatureRow) -> FeatureNet:
    """Builds a net that reads each channel by a classifier of grey images.

    Args:
        row: its row, whose images have C channels.
        sources: handed on.
        base: the classifier's row.

    Returns:
        The net: the features of all channels side by side, and classes `[N, C]`.
    """
    channels = row.exact_shape[-1]
    net = base.build(base, sources)

    def see(images: np.ndarray) -> Seen:
        check_images(images, row)
        greys = [net.see(images[..., channel, None]) for channel in range(channels)]
        features = np.concatenate([grey.features for grey in greys], 1)
        classes = [grey.classes for grey in greys if grey.classes is not None]
        return Seen(features, np.stack(classes, 1))

    return FeatureNet(row.name, net.sha256, channels * net.dim, see)
