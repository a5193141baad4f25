"""Folding of batch norms and what happens to images before a pretrained net."""

import numpy as np
import pytest
from flax import linen as nn

from wgan_jax.metrics.features.pretrained import EPSILON, Pretrained, fold, prepare

NET = Pretrained(nn.Dense(1), 12, 1, lambda x: x / 127.5 - 1, lambda name: (name, name))


def test_a_folded_convolution_is_the_convolution_and_its_batch_norm():
    rng = np.random.default_rng(0)
    arrays = {"c.weight": rng.normal(size=(4, 3, 2, 2))}
    for part in ("weight", "bias", "running_mean", "running_var"):
        arrays[f"b.{part}"] = rng.uniform(0.5, 2, 4)
    kernel, bias = fold(arrays, "c", "b")
    patch = rng.normal(size=(2, 2, 3))  # one position of an image
    plain = np.einsum("oihw,hwi->o", arrays["c.weight"], patch)
    centred = plain - arrays["b.running_mean"]
    normalised = centred / np.sqrt(arrays["b.running_var"] + EPSILON)
    expected = normalised * arrays["b.weight"] + arrays["b.bias"]
    folded = np.einsum("hwio,hwi->o", kernel, patch) + bias
    np.testing.assert_allclose(folded, expected, rtol=1e-12)


@pytest.mark.parametrize("shape", [(5, 7), (12, 12), (30, 41)])
def test_resizing_is_bilinear_with_half_pixel_centres_and_no_filter(shape):
    images = np.random.default_rng(1).integers(0, 256, (2, *shape, 3)).astype(np.uint8)

    def lines(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        position = np.clip((np.arange(12) + 0.5) * size / 12 - 0.5, 0, size - 1)
        low = np.floor(position).astype(int)
        return low, np.minimum(low + 1, size - 1), position - low

    top, bottom, down = lines(shape[0])
    left, right, across = lines(shape[1])
    down, across = down[:, None, None], across[None, :, None]
    x = images.astype(float)
    upper = x[:, top][:, :, left] * (1 - across) + x[:, top][:, :, right] * across
    lower = x[:, bottom][:, :, left] * (1 - across) + x[:, bottom][:, :, right] * across
    expected = (upper * (1 - down) + lower * down) / 127.5 - 1
    np.testing.assert_allclose(prepare(NET, images), expected, atol=1e-5)


def test_grey_images_become_three_equal_channels():
    grey = np.random.default_rng(2).integers(0, 256, (2, 12, 12, 1)).astype(np.uint8)
    prepared = np.asarray(prepare(NET, grey))
    assert prepared.shape == (2, 12, 12, 3)
    for channel in range(3):
        np.testing.assert_allclose(
            prepared[..., channel], grey[..., 0] / 127.5 - 1, atol=1e-5
        )
