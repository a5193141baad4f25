"""What a feature net is, what its row says, and how images pass through it in chunks.

This module knows no particular net. JAX enters only through the programs that it is
given.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from wgan_jax.errors import UserError

Shape = tuple[int, ...]


class Seen(NamedTuple):
    """What a feature net sees in N images, in one pass.

    Attributes:
        features: float32 `[N, dim]`, numpy.
        classes: int32 `[N]`, or `[N, K]` where an image holds K things; None where the
            net has no classes.
    """

    features: np.ndarray
    classes: np.ndarray | None = None


class FeatureNet(NamedTuple):
    """A feature net, ready to be used.

    Attributes:
        name: its name in `FEATURES`.
        sha256: of the file of its weights, or of the arrays where they are fitted: 64
            hexadecimal digits.
        dim: length of a feature vector.
        see: images uint8 `[N, H, W, C]` -> `Seen`. UserError for images of another
            shape or dtype, and for none at all.
    """

    name: str
    sha256: str
    dim: int
    see: Callable[[np.ndarray], Seen]

    def extract(self, images: np.ndarray) -> np.ndarray:
        """Returns the features alone, float32 `[N, dim]`."""
        return self.see(images).features


class Sources(NamedTuple):
    """What a net may be built from, as `load_features` was given it.

    Attributes:
        reference: training images uint8 `[N, H, W, C]`, for nets that are fitted.
        weights: a file, for nets whose weights are brought along or trained anew.
    """

    reference: np.ndarray | None = None
    weights: Path | None = None


class FeatureRow(NamedTuple):
    """A row of `FEATURES`: everything known about a net without building it.

    Attributes:
        name: what `load_features` and `--features` call it.
        title: what is printed beside figures, for example `FD-mnist`.
        build: `(row, sources) -> net`; imports JAX.
        summary: one line for people.
        sample_shape: the images that it reads, with None for any size of an axis.
        needs: which of `Sources` it cannot be built without, if any.
        sha256: of its weights in the package, where it has some.
        reads_weights: whether it can be built from a file.
    """

    name: str
    title: str
    build: Callable[[FeatureRow, Sources], FeatureNet]
    summary: str
    sample_shape: tuple[int | None, int | None, int | None] = (None, None, None)
    needs: Literal["reference", "weights"] | None = None
    sha256: str | None = None
    reads_weights: bool = False

    @property
    def exact_shape(self) -> Shape:
        """`(H, W, C)`, of a net that reads images of one shape only."""
        return tuple(size for size in self.sample_shape if size is not None)

    def fits(self, sample_shape: Shape) -> bool:
        """Whether the net reads images of shape `(H, W, C)`."""
        return len(sample_shape) == 3 and all(
            wanted in (None, size)
            for wanted, size in zip(self.sample_shape, sample_shape, strict=True)
        )


def check_images(images: Any, row: FeatureRow, shape: Shape | None = None) -> None:
    """Refuses what a net cannot read.

    Args:
        images: what was given as images.
        row: the net that should read them.
        shape: `(H, W, C)` where the net was fitted to one; None for the row's own.

    Raises:
        UserError: unless they are uint8 `[N, H, W, C]`, N >= 1, of the right shape.
    """
    wanted = row._replace(sample_shape=shape) if shape else row
    kind, given = getattr(images, "dtype", None), getattr(images, "shape", ())
    if kind == np.uint8 and len(given) == 4 and given[0] and wanted.fits(given[1:]):
        return
    axes = zip("HWC", wanted.sample_shape, strict=True)
    form = ", ".join(str(size or letter) for letter, size in axes)
    found = type(images).__name__ if kind is None else f"{kind} {list(given)}"
    raise UserError(
        f"features {row.name!r} read images uint8 [N, {form}] with values 0 to 255, "
        f"at least one, but were given {found}. Convert the images, or choose other "
        "features."
    )


def map_chunks(
    program: Callable[[np.ndarray], tuple[Any, ...]], images: np.ndarray, size: int
) -> tuple[np.ndarray, ...]:
    """Applies a compiled program to images, a chunk at a time.

    Args:
        program: images `[n, H, W, C]` -> arrays `[n, ...]`, each row from its image
            alone.
        images: `[N, H, W, C]`, N >= 1.
        size: images in a chunk, which bounds the memory.

    Returns:
        The results of all chunks, each a numpy array `[N, ...]`.
    """
    size = min(size, len(images))
    parts: list[list[np.ndarray]] = []
    for start in range(0, len(images), size):
        chunk = np.asarray(images[start : start + size])
        # The last chunk is filled up, so that one shape is compiled and not two.
        fill = [(0, size - len(chunk)), (0, 0), (0, 0), (0, 0)]
        outputs = program(np.pad(chunk, fill))
        parts.append([np.asarray(output)[: len(chunk)] for output in outputs])
    return tuple(np.concatenate(each) for each in zip(*parts, strict=True))
