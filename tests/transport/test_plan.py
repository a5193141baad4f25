import numpy as np
import pytest

from wgan_jax.transport import (
    Plan,
    assignment,
    c_transform,
    optimal_plan,
    total_variation,
    wasserstein1_1d,
)

# "From GAN to WGAN", arXiv 1904.08994: four piles of shovelfuls, to be moved.
PILES = np.array([3.0, 2.0, 1.0, 4.0]) / 10
TARGET = np.array([1.0, 2.0, 4.0, 3.0]) / 10
LINE = np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0)))


def problem(seed: int, n: int = 12, m: int = 15):
    """Two random histograms on random points of the plane, and their distances."""
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(m))
    x, y = rng.standard_normal((n, 2)), rng.standard_normal((m, 2))
    return p, q, np.linalg.norm(x[:, None] - y[None], axis=-1)


def mixtures(bins: int = 32):
    """Two mixtures of Gaussians on a line, as histograms, with the bins' distances."""
    x = np.linspace(-3, 3, bins)

    def histogram(*centers: float) -> np.ndarray:
        heights = sum(np.exp(-((x - c) ** 2) / 0.3) for c in centers)
        return np.asarray(heights / np.sum(heights))

    return histogram(-2, 0.5), histogram(-0.7, 1, 2.2), np.abs(np.subtract.outer(x, x))


def assert_marginals(plan: Plan, p: np.ndarray, q: np.ndarray) -> None:
    assert plan.plan.min() >= 0
    np.testing.assert_allclose(plan.plan.sum(1), p, rtol=0, atol=1e-12)
    np.testing.assert_allclose(plan.plan.sum(0), q, rtol=0, atol=1e-12)


def test_the_shovel_piles():
    """5 steps for the best plan, 13 for the independent one, 19 for the reversed."""
    best = optimal_plan(PILES, TARGET, LINE)
    assert best.cost * 10 == pytest.approx(5, abs=1e-9)
    assert_marginals(best, PILES, TARGET)
    independent = np.outer(PILES, TARGET)
    assert (independent * LINE).sum() * 10 == pytest.approx(13, abs=1e-9)
    # The worst plan is the best one for the negative cost.
    worst = optimal_plan(PILES, TARGET, -LINE)
    assert worst.cost * 10 == pytest.approx(-19, abs=1e-9)
    assert_marginals(worst, PILES, TARGET)


@pytest.mark.parametrize("seed", range(4))
def test_marginals_and_strong_duality(seed: int):
    p, q, cost = problem(seed)
    found = optimal_plan(p, q, cost)
    assert_marginals(found, p, q)
    assert found.cost == pytest.approx((found.plan * cost).sum(), abs=1e-12)
    dual = p @ found.potential_p + q @ found.potential_q
    assert found.cost == pytest.approx(dual, abs=1e-9)
    assert found.potential_p[0] == 0


@pytest.mark.parametrize("seed", range(4))
def test_complementary_slackness(seed: int):
    p, q, cost = problem(seed)
    found = optimal_plan(p, q, cost)
    slack = cost - found.potential_p[:, None] - found.potential_q[None, :]
    assert slack.min() >= -1e-9
    used = found.plan > 1e-12
    # A vertex of the transport polytope is a forest of at most n + m - 1 edges.
    assert len(p) <= used.sum() <= len(p) + len(q) - 1
    np.testing.assert_allclose(slack[used], 0, atol=1e-9)
    assert slack[~used].max() > 0.1


def test_kantorovich_and_rubinstein():
    """One space and its distance: g = -f, and f is 1-Lipschitz, in empty bins too."""
    p, q, distance = mixtures()
    p[[3, 20]] = 0
    p /= p.sum()
    found = optimal_plan(p, q, distance)
    f = found.potential_p
    np.testing.assert_allclose(found.potential_q, -f, atol=1e-9)
    assert (np.abs(np.subtract.outer(f, f)) <= distance + 1e-9).all()
    assert (p - q) @ f == pytest.approx(found.cost, abs=1e-9)
    # Its slope is 1 where mass crosses: not merely smaller.
    assert np.abs(np.diff(f)).max() == pytest.approx(distance[0, 1], abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_potentials_are_as_steep_as_the_cost_allows(seed: int):
    p, q, cost = problem(seed)
    found = optimal_plan(p, q, cost)
    allowed = np.abs(cost[:, None] - cost[None]).max(axis=2)
    gaps = np.abs(np.subtract.outer(found.potential_p, found.potential_p))
    assert (gaps <= allowed + 1e-9).all()
    f = c_transform(found.potential_q, cost.T)
    np.testing.assert_allclose(f, found.potential_p, atol=1e-12)
    np.testing.assert_allclose(c_transform(f, cost), found.potential_q, atol=1e-12)


def test_on_the_line_it_costs_the_area_between_the_distributions():
    p, q, distance = mixtures()
    found = optimal_plan(p, q, distance)
    area = np.abs(np.cumsum(p - q))[:-1].sum() * distance[0, 1]
    assert found.cost == pytest.approx(area, abs=1e-9)
    assert_marginals(found, p, q)


def test_on_the_line_the_plan_is_monotone():
    """For a strictly convex cost: no two shovelfuls cross."""
    p, q, distance = mixtures()
    used = np.argwhere(optimal_plan(p, q, distance**2).plan > 1e-12)
    assert len(used) > 32
    assert (np.diff(used[:, 0]) >= 0).all()  # argwhere goes row by row
    assert (np.diff(used[:, 1]) >= 0).all()


def test_equal_points_are_a_matching_and_a_line():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((20, 2)), rng.standard_normal((20, 2))
    uniform = np.full(20, 0.05)
    cost = np.linalg.norm(x[:, None] - y[None], axis=-1)
    indices, matched = assignment(x, y)
    found = optimal_plan(uniform, uniform, cost)
    assert found.cost == pytest.approx(matched, abs=1e-9)
    np.testing.assert_array_equal(found.plan.argmax(1), indices)
    on_line = np.abs(np.subtract.outer(x[:, 0], y[:12, 0]))
    found = optimal_plan(uniform, np.full(12, 1 / 12), on_line)
    expected = wasserstein1_1d(x[:, 0], y[:12, 0])
    assert found.cost == pytest.approx(expected, abs=1e-9)


def test_it_is_a_metric_and_total_variation_for_the_discrete_distance():
    rng = np.random.default_rng(1)
    discrete = 1 - np.eye(4)
    for p, q, r in rng.dirichlet(np.ones(4), size=(8, 3)):
        there, over, back = (
            optimal_plan(*pair, LINE).cost for pair in ((p, r), (p, q), (q, r))
        )
        assert there <= over + back + 1e-12
        assert over == pytest.approx(optimal_plan(q, p, LINE).cost, abs=1e-9)
        moved = optimal_plan(p, q, discrete).cost
        assert moved == pytest.approx(total_variation(p, q), abs=1e-9)
    assert optimal_plan(PILES, PILES, LINE).cost == 0


def test_equals_pot():
    ot = pytest.importorskip("ot", reason="extra `dev`: pot")
    p, q, cost = problem(7)
    assert optimal_plan(p, q, cost).cost == pytest.approx(ot.emd2(p, q, cost), rel=1e-9)


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_the_unit_of_the_cost_is_free(unit: float):
    """HiGHS takes costs below its tolerance for zero."""
    p, q, cost = problem(8)
    expected = optimal_plan(p, q, cost)
    found = optimal_plan(p, q, cost * unit)
    assert found.cost / unit == pytest.approx(expected.cost, rel=1e-9)
    np.testing.assert_allclose(found.plan, expected.plan, atol=1e-12)


def test_masses_below_the_solvers_tolerance_arrive():
    p, q, cost = problem(9)
    p[:4] = [1e-11, 3e-12, 2e-11, 1e-13]
    q[2] = 0
    p, q = p / p.sum(), q / q.sum()
    found = optimal_plan(p, q, cost)
    assert_marginals(found, p, q)
    np.testing.assert_allclose(found.plan.sum(1)[:4], p[:4], rtol=1e-3)


def test_transforming_three_times_is_transforming_once():
    rng = np.random.default_rng(2)
    f, cost = rng.standard_normal(6), rng.random((6, 9))
    once = c_transform(f, cost)
    assert once.shape == (9,)
    assert (f[:, None] + once <= cost + 1e-12).all()
    twice = c_transform(once, cost.T)
    assert (twice >= f - 1e-12).all()
    np.testing.assert_allclose(c_transform(twice, cost), once, atol=1e-12)


def test_a_lipschitz_function_transforms_to_its_negative():
    x = np.linspace(0, 1, 30)
    distance = np.abs(np.subtract.outer(x, x))
    f = np.sin(x * 0.9)
    np.testing.assert_allclose(c_transform(f, distance), -f, atol=1e-12)
    assert (c_transform(3 * f, distance) < -3 * f - 0.1).any()


@pytest.mark.parametrize(
    ("p", "q", "cost", "message"),
    [
        ([0.5, 0.6], [1.0], [[0.0], [1.0]], r"p sums to 1\.1"),
        ([0.5, 0.5], [-0.5, 1.5], np.zeros((2, 2)), r"q holds -0\.5"),
        ([0.5, np.nan], [1.0], [[0.0], [1.0]], "p holds numbers that are NaN"),
        ([0.5, 0.5], [1.0], [[0.0, 1.0]], r"cost has shape \(1, 2\).*needs \[2, 1\]"),
        ([0.5, 0.5], [1.0], [0.0, 1.0], r"needs \[2, 1\]"),
        ([0.5, 0.5], [1.0], [[np.inf], [1.0]], "cost holds numbers"),
        (
            np.full(1001, 1 / 1001),
            np.full(1000, 1e-3),
            np.zeros((1001, 1000)),
            "1,001,000 entries",
        ),
    ],
)
def test_refusals(p, q, cost, message):
    with pytest.raises(ValueError, match=message):
        optimal_plan(p, q, cost)


def test_refusals_of_the_transform():
    with pytest.raises(ValueError, match="finite numbers"):
        c_transform([np.nan], [[1.0]])
    with pytest.raises(ValueError, match=r"needs \[2, m\]"):
        c_transform([0.0, 1.0], [[1.0]])
