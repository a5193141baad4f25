"""The pairs have the W1 and the gradient that they claim."""

import os
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.wasserstein_truth.families import FAMILIES, make_pair
from experiments.wasserstein_truth.funnels import (
    Funnels,
    height,
    move_by_funnels,
    published_funnels,
)
from experiments.wasserstein_truth.rays import BOX, box, by_bisection, move
from experiments.wasserstein_truth.record import read_published
from wgan_jax.errors import UserError
from wgan_jax.transport import assignment

KEY = jax.random.key(4)


def test_funnels_on_the_line_by_hand():
    # u = min(|y + 1|, |y - 1|): rays end halfway, at 0, and at the walls.
    funnels = Funnels(jnp.array([[-1.0], [1.0]]), jnp.zeros(2))
    moved = move_by_funnels(funnels, jnp.array([[0.5], [2.0], [-1.0]]))
    ends = [1 - 0.5**8, 1 + (1 / 1.5) ** 8 * 1.5, -1]
    np.testing.assert_allclose(moved.x[:, 0], ends, atol=1e-6)
    np.testing.assert_allclose(moved.v[:, 0], [-1, 1, 0], atol=1e-6)


@pytest.mark.parametrize("dim", [2, 16])
def test_u_grows_with_slope_1_from_p_to_q(dim):
    keys = jax.random.split(KEY)
    centres = box(keys[0], 8, dim)
    funnels = Funnels(centres, jnp.linspace(-0.1, 0.2, 8))
    moved = move_by_funnels(funnels, box(keys[1], 400, dim))
    gap = height(funnels, moved.y) - height(funnels, moved.x)
    np.testing.assert_allclose(
        gap, jnp.linalg.norm(moved.y - moved.x, axis=1), atol=2e-4
    )
    np.testing.assert_allclose(jnp.linalg.norm(moved.v, axis=1), 1, atol=1e-5)
    assert float(jnp.abs(moved.x).max()) <= BOX + 1e-5


def test_bisection_finds_the_ends_that_funnels_have_in_closed_form():
    funnels = Funnels(box(KEY, 8, 3), jnp.zeros(8))
    y = box(jax.random.key(8), 200, 3)
    exact = move_by_funnels(funnels, y)
    nearest = jnp.argmin(jnp.linalg.norm(y[:, None] - funnels.centres[None], axis=2), 1)
    found = move(
        y,
        lambda _: funnels.centres[nearest],
        by_bisection(lambda y: height(funnels, y)),
    )
    np.testing.assert_allclose(found.x, exact.x, atol=1e-3)


@pytest.mark.parametrize("family", ["segments", "sphere", "line", "gaussian"])
def test_the_plan_is_optimal(family):
    """Its mean cost is the cost of the best matching of its own samples."""
    dim, count = FAMILIES[family].sizes[0]
    pair = make_pair(family, "drawn-0", dim, count)
    plan = pair.plan(KEY, 200)
    cost = float(jnp.linalg.norm(plan.x - plan.y, axis=1).mean())
    _, best = assignment(np.asarray(plan.x), np.asarray(plan.y))
    np.testing.assert_allclose(cost, best, rtol=1e-4)
    if pair.exact is not None:
        np.testing.assert_allclose(cost, pair.exact, atol=0.07)


def test_published_instances_have_the_published_w1():
    folder = Path(os.environ.get("WGAN_JAX_DATA_DIR", "."))
    if not (folder / "w1_benchmark").exists():
        pytest.skip("WGAN_JAX_DATA_DIR names no folder with w1_benchmark")
    funnels = published_funnels(folder, 8, 16)
    moved = move_by_funnels(funnels, box(KEY, 8192, 8))
    costs = np.linalg.norm(moved.x - moved.y, axis=1)
    error = costs.std() / 8192**0.5
    published = read_published()
    assert len(published) == 28
    assert published[8, 16]["gp_cos"] == 0.92
    wanted = published[8, 16]["w1"]
    assert abs(costs.mean() - wanted) < 3 * (1 + 2**0.5) * error


def test_unknown_pairs_are_refused(tmp_path):
    with pytest.raises(UserError, match="unknown family 'sphre'"):
        make_pair("sphre", "drawn-0", 8, 1)
    with pytest.raises(UserError, match="use drawn-SEED"):
        make_pair("sphere", "published", 8, 1)
    with pytest.raises(UserError, match=r"no funnels in 8 dimensions"):
        published_funnels(tmp_path, 8, 16)
