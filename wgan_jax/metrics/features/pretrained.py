"""What nets with weights from PyTorch share: reading, folding, resizing, chunks.

The files hold convolutions without bias, each followed by a batch norm. Its running
statistics are constants here, so both become one convolution with a bias. This module
knows no architecture.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from flax.traverse_util import flatten_dict

from wgan_jax.errors import UserError
from wgan_jax.metrics.features.arrays import parse_arrays, read_bytes, to_variables
from wgan_jax.metrics.features.interface import (
    FeatureNet,
    FeatureRow,
    Seen,
    check_images,
    map_chunks,
)

CHUNK = 32  # images of 299 x 299: a quarter of a gigabyte for the largest maps
EPSILON = 1e-3  # of batch norm, in every net that uses this module
ADVICE = "Give the file of weights that the net is made of."


class Pretrained(NamedTuple):
    """An architecture and how its weights are named.

    Attributes:
        module: RGB images `[B, size, size, 3]` -> (features `[B, units]`, logits).
        size: height and width that images are resized to.
        units: length of a feature vector.
        scale: pixels from 0 to 255 -> the numbers that the net was trained on.
        batch_norms: the path of a convolution, `Mixed_5b.branch1x1` -> the names of the
            convolution and of its batch norm in the file.
    """

    module: nn.Module
    size: int
    units: int
    scale: Callable[[jax.Array], jax.Array]
    batch_norms: Callable[[str], tuple[str, str]]


def build_pretrained(row: FeatureRow, net: Pretrained, path: Path) -> FeatureNet:
    """Builds a feature net from a file of weights.

    Args:
        row: its row.
        net: its architecture.
        path: the file.

    Returns:
        The net, for uint8 images `[N, H, W, 1 or 3]` of any size.

    Raises:
        UserError: the file cannot be read, or holds other arrays.
    """
    data = read_bytes(path, ADVICE)
    variables = jax.device_put(convert(net, parse_arrays(data, path), path))

    @jax.jit
    def run(variables: Any, images: jax.Array) -> tuple[jax.Array, jax.Array]:
        # GPUs would round the factors of convolutions to 10 bits.
        with jax.default_matmul_precision("highest"):
            outputs: Any = net.module.apply(variables, prepare(net, images))
        return outputs

    def check(images: np.ndarray) -> None:
        check_images(images, row)
        if images.shape[-1] not in (1, 3):
            raise UserError(
                f"features {row.name!r} read grey or RGB images, 1 or 3 channels, but "
                f"were given {images.shape[-1]}. Choose other features, or split them."
            )

    def see(images: np.ndarray) -> Seen:
        check(images)
        features, logits = map_chunks(lambda part: run(variables, part), images, CHUNK)
        return Seen(features, logits.argmax(1).astype(np.int32))

    digest = hashlib.sha256(data).hexdigest()
    return FeatureNet(row.name, digest, net.units, see)


def prepare(net: Pretrained, images: jax.typing.ArrayLike) -> jax.Array:
    """Makes images what a net reads.

    Bilinear, with half-pixel centres and without a filter against aliasing: PyTorch's
    `interpolate(mode="bilinear", align_corners=False)`, as pytorch-fid has it.

    Args:
        net: with the size and the scale.
        images: uint8 `[B, H, W, 1 or 3]`.

    Returns:
        float32 `[B, size, size, 3]`.
    """
    pixels = jnp.asarray(images, jnp.float32)
    shape = (len(pixels), net.size, net.size, pixels.shape[-1])
    pixels = jax.image.resize(
        pixels,
        shape,
        "bilinear",
        antialias=False,
        precision=jax.lax.Precision.HIGHEST,
    )
    return net.scale(jnp.broadcast_to(pixels, (*shape[:3], 3)))


def convert(
    net: Pretrained, arrays: Mapping[str, np.ndarray], path: Path
) -> dict[str, Any]:
    """Turns a state dict of PyTorch into a module's variables.

    Args:
        net: the module and its names.
        arrays: the state dict; what the module has no use for is ignored.
        path: where it comes from, for the message.

    Returns:
        The variables, with every batch norm folded into its convolution.

    Raises:
        UserError: arrays are missing or of another shape.
    """
    template = _template(net.module, net.size)
    leaves: dict[str, Any] = dict(flatten_dict(template, sep="."))
    shapes = {name: leaf.shape for name, leaf in leaves.items()}
    converted = {}
    try:
        for name in (name for name in shapes if name.endswith(".kernel")):
            layer = name.removeprefix("params.").removesuffix(".kernel")
            if len(shapes[name]) == 2:
                kernel, bias = _transposed(arrays, layer), arrays[f"{layer}.bias"]
            else:
                kernel, bias = fold(arrays, *net.batch_norms(layer))
            converted |= {name: kernel, f"params.{layer}.bias": bias}
    except KeyError as error:
        raise UserError(f"{path} holds no array {error}. {ADVICE}") from error
    except ValueError as error:  # shapes that NumPy cannot join or transpose
        raise UserError(
            f"{path} holds arrays of the wrong shape for {layer}: {error}. {ADVICE}"
        ) from error
    return to_variables(converted, template, path)


@functools.cache  # tracing a net of a hundred layers takes a second
def _template(module: nn.Module, size: int) -> Any:
    images = jax.ShapeDtypeStruct((1, size, size, 3), jnp.float32)
    return jax.eval_shape(module.init, jax.random.key(0), images)


def fold(
    arrays: Mapping[str, np.ndarray], conv: str, batch_norm: str
) -> tuple[np.ndarray, np.ndarray]:
    """Joins a convolution and the batch norm after it.

    Args:
        arrays: PyTorch's, kernels `[out, in, h, w]`.
        conv: the name of the convolution.
        batch_norm: the name of the batch norm.

    Returns:
        Kernel `[h, w, in, out]` and bias `[out]`, float64.
    """
    weight, bias, mean, variance = (
        arrays[f"{batch_norm}.{part}"].astype(np.float64)
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    factor = weight / np.sqrt(variance + EPSILON)
    return _transposed(arrays, conv) * factor, bias - mean * factor


def _transposed(arrays: Mapping[str, np.ndarray], layer: str) -> np.ndarray:
    """Moves the outputs, PyTorch's first axis, to the end: Flax's layout."""
    kernel = arrays[f"{layer}.weight"].astype(np.float64)
    return kernel.T if kernel.ndim == 2 else kernel.transpose(2, 3, 1, 0)
