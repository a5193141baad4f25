"""Principal components: a theorem, the numbers on file, and what cannot be fitted."""

import numpy as np
import pytest

from wgan_jax.errors import UserError
from wgan_jax.metrics.features import load_features
from wgan_jax.metrics.features.pca import FIT_IMAGES, fit


def draw_images(count: int, shape=(6, 5, 3), seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    smooth = rng.normal(128, 40, (count, 1, 1, 1)) + rng.normal(0, 20, (count, *shape))
    return np.clip(smooth, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("count", [40, 300])  # fewer and more images than pixels
def test_they_are_the_directions_of_largest_variance(count):
    images = draw_images(count)
    net = load_features("pca64", reference=images)
    assert net.dim == min(64, count - 1)
    features, classes = net.see(images)
    assert classes is None
    assert features.dtype == np.float32
    pixels = images.reshape(count, -1) / 255
    values = np.linalg.svd(pixels - pixels.mean(0), compute_uv=False) ** 2
    scatter = features.T @ features
    np.testing.assert_allclose(np.diag(scatter), values[: net.dim], rtol=1e-4)
    np.testing.assert_allclose(scatter, np.diag(np.diag(scatter)), atol=1e-3)
    np.testing.assert_allclose(features.mean(0), 0, atol=1e-5)


def test_chunks_change_nothing(monkeypatch):
    images = draw_images(70)
    net = load_features("pca64", reference=images)
    whole = net.extract(images)
    monkeypatch.setattr("wgan_jax.metrics.features.pca.CHUNK", 32)
    np.testing.assert_allclose(net.extract(images), whole, atol=1e-6)
    np.testing.assert_allclose(net.extract(images[64:]), whole[64:], atol=1e-6)


def test_the_hash_is_that_of_the_fit():
    images = draw_images(200)
    first = load_features("pca64", reference=images).sha256
    # Any order of the images: their sums are exact.
    assert load_features("pca64", reference=images[::-1]).sha256 == first
    other = images.copy()
    other[0, 0, 0, 0] ^= 64
    assert load_features("pca64", reference=other).sha256 != first
    assert len(first) == 64


@pytest.mark.parametrize("count", [40, 300])
def test_the_largest_entry_of_each_column_is_positive(count):
    columns = fit(draw_images(count))[1]
    largest = columns[np.abs(columns).argmax(0), np.arange(columns.shape[1])]
    assert (largest > 0).all()


def test_many_images_are_thinned_evenly():
    images = draw_images(FIT_IMAGES + 8, (2, 2, 1))
    mean, _ = fit(images)
    used = images[np.arange(FIT_IMAGES) * len(images) // FIT_IMAGES]
    np.testing.assert_allclose(mean, used.reshape(-1, 4).mean(0) / 255, rtol=1e-6)


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        (None, "need reference"),
        (np.zeros((9, 4, 4, 1), np.float32), "uint8 .* given float32"),
        (np.zeros((9, 4, 4), np.uint8), r"\[N, H, W, C\] .*uint8 \[9, 4, 4\]"),
        (np.zeros((1, 4, 4, 1), np.uint8), "at least 2"),
        ([[1]], "given list"),
    ],
)
def test_what_cannot_be_fitted_is_refused(reference, says):
    with pytest.raises(UserError, match=says):
        load_features("pca64", reference=reference)


@pytest.mark.parametrize("shape", [(3, 6, 5, 1), (0, 6, 5, 3), (6, 5, 3)])
def test_images_of_another_shape_are_refused(shape):
    net = load_features("pca64", reference=draw_images(9))
    with pytest.raises(UserError, match=r"uint8 \[N, 6, 5, 3\]"):
        net.extract(np.zeros(shape, np.uint8))
