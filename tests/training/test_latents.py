"""Latents that depend on their number alone; walks of known lengths and angles."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.training import latents
from wgan_jax.training.latents import INTERPOLATIONS, linear

TIMES = jnp.linspace(0, 1, 5)
spherical = jax.jit(latents.spherical)
draw_latents = jax.jit(latents.draw_latents, static_argnums=(2, 3))


def draw(start, count, key=0, dim=3):
    return np.asarray(draw_latents(jax.random.key(key), np.int32(start), count, dim))


def test_a_latent_depends_on_its_number_and_not_on_the_chunk():
    whole = draw(0, 40)
    np.testing.assert_array_equal(np.concatenate([draw(0, 7), draw(7, 33)]), whole)
    np.testing.assert_array_equal(draw(39, 1)[0], whole[39])
    assert (draw(0, 40, key=1) != whole).all()


def test_latents_are_standard_normal_and_do_not_repeat():
    z = draw(0, 20_000, dim=4)
    np.testing.assert_allclose(z.mean(0), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(z.T), np.eye(4), atol=0.04)
    assert len(np.unique(z)) > 79_000


def test_a_seed_draws_other_numbers_than_the_pictures_of_its_run():
    """The run splits the seed's key, and folding it can give the same numbers."""
    keys = jax.random.split(jax.random.key(0), 3)
    pictures = np.concatenate([jax.random.normal(key, (64, 3)) for key in keys])
    assert not np.isin(draw(0, 64), pictures).any()


@pytest.mark.parametrize("name", INTERPOLATIONS)
def test_a_walk_begins_and_ends_where_it_should(name):
    a, b = jnp.asarray(draw(0, 12, dim=5)).reshape(2, 2, 3, 5)
    walk = INTERPOLATIONS[name](a, b, TIMES)
    assert walk.shape == (2, 3, 5, 5)
    np.testing.assert_allclose(walk[:, :, 0], a, atol=2e-6)
    np.testing.assert_allclose(walk[:, :, -1], b, atol=2e-6)


def test_a_straight_walk_keeps_its_pace():
    a, b = jnp.asarray([0.0, 4.0]), jnp.asarray([8.0, 0.0])
    expected = [[0, 4], [2, 3], [4, 2], [6, 1], [8, 0]]
    np.testing.assert_array_equal(linear(a, b, TIMES), expected)


def test_a_quarter_of_a_circle():
    walk = spherical(jnp.asarray([2.0, 0.0]), jnp.asarray([0.0, 2.0]), TIMES)
    angles = np.arange(5) * np.pi / 8
    expected = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    np.testing.assert_allclose(walk, expected, atol=1e-6)


def test_an_arc_has_equal_angles_and_lengths_that_change_evenly():
    a, b = jnp.asarray(draw(0, 2, dim=100))
    walk = np.asarray(spherical(a, 3 * b, TIMES), float)
    lengths = np.linalg.norm(walk, axis=-1)
    np.testing.assert_allclose(np.diff(lengths), np.diff(lengths).mean(), rtol=1e-3)
    units = walk / lengths[:, None]
    angles = np.arccos((units[1:] * units[:-1]).sum(-1))
    np.testing.assert_allclose(angles, angles.mean(), rtol=1e-3)
    # Shoemake's formula, which is safe at this angle.
    whole = np.arccos(units[0] @ units[-1])
    by_hand = [
        (np.sin((1 - t) * whole) * units[0] + np.sin(t * whole) * units[-1])
        / np.sin(whole)
        for t in np.linspace(0, 1, 5)
    ]
    np.testing.assert_allclose(units, by_hand, atol=1e-5)


@pytest.mark.parametrize("distance", [0.0, 1e-7, 1e-4])
def test_vectors_that_are_nearly_parallel_have_a_straight_arc(distance):
    """The formula by sines divides by 0 here; arccos would lose half of the digits."""
    a = jnp.asarray([3.0, 4.0, 0.0])
    b = 2 * a + distance * jnp.asarray([0.0, 0.0, 1.0])
    walk = np.asarray(spherical(a, b, TIMES))
    np.testing.assert_allclose(
        walk, linear(a, b, TIMES), atol=3e-5 * (distance > 1e-6) + 2e-6
    )


@pytest.mark.parametrize("distance", [0.0, 1e-7, 1e-3])
def test_opposite_vectors_are_joined_by_half_a_circle(distance):
    a = jnp.asarray([3.0, 4.0, 0.0])
    b = -a + distance * jnp.asarray([0.0, 0.0, 1.0])
    walk = np.asarray(spherical(a, b, TIMES))
    np.testing.assert_allclose(np.linalg.norm(walk, axis=-1), 5, rtol=1e-5)
    # Half-way it stands across both, and not at 0.
    np.testing.assert_allclose(walk[2] @ np.asarray(a), 0, atol=0.01)
    np.testing.assert_allclose(walk[-1], b, atol=1e-5)


def test_a_walk_from_zero_and_one_in_a_single_dimension_are_straight():
    zero, a = jnp.zeros(3), jnp.asarray([0.0, 2.0, 0.0])
    np.testing.assert_array_equal(spherical(zero, a, TIMES), linear(zero, a, TIMES))
    ends = jnp.asarray([-1.0]), jnp.asarray([3.0])
    np.testing.assert_array_equal(spherical(*ends, TIMES), linear(*ends, TIMES))
