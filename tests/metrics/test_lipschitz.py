import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.constraints import gradient_normalize
from wgan_jax.metrics import gradient_norms, largest_ratios

WEIGHTS = jnp.array([3.0, 4.0])


def linear(params: jax.Array, points: jax.Array) -> jax.Array:
    return points.reshape(len(points), -1) @ params


def kink(params: None, points: jax.Array) -> jax.Array:
    """1 - relu(-x) + .1 relu(x): slopes 1 and .1, which meet at 0."""
    x = points[:, 0]
    return 1 - jax.nn.relu(-x) + 0.1 * jax.nn.relu(x)


def square(params: None, points: jax.Array) -> jax.Array:
    return jnp.sum(jnp.square(points), axis=1) / 2


def normal(count: int, *shape: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, *shape), np.float32)


def test_norms_of_a_linear_critic_on_images():
    """Over all axes of a sample: the norm of its weights, everywhere."""
    real, fake = normal(7, 1, 2, 1), normal(7, 1, 2, 1, seed=1)
    norms = gradient_norms(linear, WEIGHTS, real, fake, jax.random.key(0), at_once=3)
    for found in norms:
        np.testing.assert_allclose(found, np.full(7, 5), rtol=1e-6)


def test_each_place_has_its_own_norms():
    """The gradient of |x|^2 / 2 is x: its norm tells where it was taken."""
    real, fake = np.full((50, 1), 1.0), np.full((50, 1), 3.0)
    norms = gradient_norms(square, None, real, fake, jax.random.key(1))
    np.testing.assert_allclose(norms.real, 1, rtol=1e-6)
    np.testing.assert_allclose(norms.fake, 3, rtol=1e-6)
    # a ~ U[0, 1], one for each pair.
    assert 1 <= norms.between.min() < 1.3
    assert 2.7 < norms.between.max() <= 3
    assert norms.between.mean() == pytest.approx(2, abs=0.3)


def test_ratios_of_a_linear_critic_are_slopes_along_the_pairs():
    real, fake = normal(20, 2), normal(20, 2, seed=1)
    steps = real - fake
    slopes = np.abs(steps @ np.array([3.0, 4.0])) / np.linalg.norm(steps, axis=1)
    found = largest_ratios(linear, WEIGHTS, real, fake, at_once=7)
    assert found.far == pytest.approx(slopes.max(), rel=1e-5)
    assert found.close == pytest.approx(slopes.max(), rel=1e-2)


def test_halving_finds_the_steeper_piece():
    real, fake = np.array([[3.0]]), np.array([[-1.0]])
    found = largest_ratios(kink, None, real, fake)
    assert found.far == pytest.approx((0.3 + 1) / 4, rel=1e-5)
    assert found.close == pytest.approx(1, rel=1e-3)


def test_halving_never_loses():
    real, fake = normal(30, 2), normal(30, 2, seed=1)
    ratios = [
        largest_ratios(square, None, real, fake, halvings=h).close for h in range(6)
    ]
    assert ratios[0] == pytest.approx(largest_ratios(square, None, real, fake).far)
    assert all(b >= a * (1 - 1e-5) for a, b in zip(ratios, ratios[1:], strict=False))
    assert ratios[-1] > 1.2 * ratios[0]


def test_a_jump_between_linear_pieces_is_found_where_gradients_see_none():
    """f^ jumps by .409 at the kink of f: the ratio doubles with each halving."""
    critic = gradient_normalize(kink, piecewise_linear=True)
    real, fake = np.array([[1.0], [2.0]]), np.array([[-1.5], [-0.7]])
    norms = gradient_norms(critic, None, real, fake, jax.random.key(2))
    assert max(n.max() for n in norms) <= 1 + 1e-4
    for halvings in (6, 8):
        found = largest_ratios(critic, None, real, fake, halvings=halvings)
        assert found.far < 1
        jump = 1 / 1.1 - 0.5
        assert found.close == pytest.approx(2**halvings * jump / 2.5, rel=0.2)


def test_pairs_of_equal_points_are_left_out():
    real = np.array([[1.0], [2.0]])
    fake = np.array([[1.0], [0.0]])
    assert largest_ratios(linear, jnp.array([2.0]), real, fake).far == pytest.approx(2)
    with pytest.raises(ValueError, match="pair by pair"):
        largest_ratios(linear, jnp.array([2.0]), real, real)


def test_refusals():
    x = np.zeros((3, 2))
    with pytest.raises(ValueError, match=r"fake \(2, 2\): need the same"):
        gradient_norms(linear, WEIGHTS, x, x[:2], jax.random.key(0))
    with pytest.raises(ValueError, match="real holds numbers that are NaN"):
        largest_ratios(linear, WEIGHTS, x * np.nan, x)
    with pytest.raises(ValueError, match="halvings is -1"):
        largest_ratios(linear, WEIGHTS, x, x + 1, halvings=-1)
    with pytest.raises(ValueError, match="at_once is 0"):
        largest_ratios(linear, WEIGHTS, x, x + 1, at_once=0)
