"""Each transform by hand, what a policy draws, and its gradient."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.augmentation import AUGMENTATIONS, augmentation, check_augmentations
from wgan_jax.augmentation import transforms as t
from wgan_jax.constraints import Noise
from wgan_jax.errors import UserError

NOISE = Noise(jax.random.key(3))
GRID = jnp.arange(1.0, 10.0).reshape(1, 3, 3, 1)
RGB = jnp.array([0.0, 0.3, 0.6, 1.0, 1.0, 1.0]).reshape(1, 1, 2, 3)


def picture(image) -> list:
    return np.round(np.asarray(image, np.float64), 5)[0, :, :, 0].tolist()


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        ((0, 0), [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
        ((1, 0), [[0, 0, 0], [1, 2, 3], [4, 5, 6]]),  # down
        ((0, 1), [[0, 1, 2], [0, 4, 5], [0, 7, 8]]),  # to the right
        ((-1, -1), [[5, 6, 0], [8, 9, 0], [0, 0, 0]]),
    ],
)
def test_translation_moves_and_fills_with_grey(shift, expected):
    assert picture(t.translate(GRID, jnp.array([shift]), 1)) == expected


@pytest.mark.parametrize(
    ("center", "size", "expected"),
    [
        ((1, 1), 1, [[1, 2, 3], [4, 0, 6], [7, 8, 9]]),
        ((1, 2), 2, [[1, 0, 0], [4, 0, 0], [7, 8, 9]]),
        ((0, 3), 2, [[1, 2, 0], [4, 5, 6], [7, 8, 9]]),  # partly outside
    ],
)
def test_cutout_sets_a_square_to_grey(center, size, expected):
    assert picture(t.cut_out(GRID, jnp.array([center]), size)) == expected


def test_brightness_adds_and_contrast_scales_around_the_mean():
    amount = jnp.array([0.5])
    assert picture(t.brighten(GRID, amount))[0] == [1.5, 2.5, 3.5]
    assert picture(t.spread(GRID, amount))[0] == [3.0, 3.5, 4.0]  # the mean is 5


def test_saturation_scales_around_the_mean_of_a_pixel():
    halved = np.asarray(t.saturate(RGB, jnp.array([0.5])))[0, 0]
    np.testing.assert_allclose(halved, [[0.15, 0.3, 0.45], [1, 1, 1]], rtol=1e-6)


def draws(name, shape=(500, 16, 16, 3)):
    """Every sample of the same images, changed by one transform."""
    return np.asarray(augmentation(name)(jnp.full(shape, 0.5), NOISE))


def test_draws_cover_the_ranges_of_the_authors_code():
    added = draws("brightness")[:, 0, 0, 0] - 0.5
    assert -0.5 <= added.min() < -0.48
    assert 0.48 < added.max() < 0.5
    moved = (draws("translation") != 0).all(3)
    lost = 16 - moved.any(2).sum(1), 16 - moved.any(1).sum(1)
    assert [sorted(set(axis.tolist())) for axis in lost] == [[0, 1, 2]] * 2
    holes = (draws("cutout") == 0).all(3).sum((1, 2))
    assert (holes.max(), holes.min()) == (64, 16)  # 8 x 8, at a corner a quarter of it


def test_every_sample_has_its_own_draw_and_every_transform_too():
    both = draws("brightness,contrast", (200, 8, 8, 1))
    assert len(np.unique(both[:, 0, 0, 0])) > 190
    halves = jnp.concatenate([jnp.zeros((500, 8, 4, 1)), jnp.ones((500, 8, 4, 1))], 2)
    changed = augmentation("brightness,contrast")(halves, NOISE)
    means, widths = changed.mean((1, 2, 3)), changed[:, 0, 7, 0] - changed[:, 0, 0, 0]
    assert abs(np.corrcoef(means, widths)[0, 1]) < 0.15


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_the_gradient_is_that_of_differences(name):
    """All are linear in the image: T(x + h) - T(x) = dT h, to rounding, in float64."""
    with jax.enable_x64(True):
        x, h = np.random.default_rng(0).standard_normal((2, 2, 8, 8, 3))
        noise = Noise(jax.random.key(3))
        run = lambda x: augmentation(name)(x, noise)  # noqa: E731
        value, moved = jax.jvp(run, (jnp.asarray(x),), (jnp.asarray(h),))
        assert value.dtype == jnp.float64
        np.testing.assert_allclose(moved, run(x + h) - value, atol=1e-12)
        # Backwards: <dT h, w> = <h, dT^T w>.
        w = np.random.default_rng(1).standard_normal(x.shape)
        (back,) = jax.vjp(run, jnp.asarray(x))[1](jnp.asarray(w))
        assert float((moved * w).sum()) == pytest.approx(float((h * back).sum()))
        assert float(jnp.abs(back).sum()) > 1


@pytest.mark.parametrize(
    ("names", "shape", "message"),
    [
        ("cutot", (8, 8, 1), "unknown augmentation 'cutot'. Did you mean 'cutout'"),
        ("", (8, 8, 1), "unknown augmentation ''"),
        ("cutout,cutout", (8, 8, 1), "cutout twice"),
        ("color,contrast", (8, 8, 3), "contrast twice"),
        ("color", (8, 8, 1), "for colour images.*1 channels"),
        ("cutout", (2,), "no images"),
    ],
)
def test_policies_that_cannot_be_are_refused(names, shape, message):
    with pytest.raises(UserError, match=message):
        check_augmentations(names, shape)
