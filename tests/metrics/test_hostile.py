"""What is no array, number or function is one error, of every public function.

Transport's too: the same checks stand at the border of both.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax import metrics, transport
from wgan_jax.errors import UserError
from wgan_jax.transport.solvers import fit_cones, fit_sorted

X = np.random.default_rng(0).normal(size=(25, 2)).astype(np.float32)
HALVES, KEY = [0.5, 0.5], jax.random.key(0)


def first(params, points):
    return points[:, 0]


def draw(key, count):
    return jax.random.normal(key, (count, 2))


# Public name -> arguments that are right.
GOOD = {
    metrics.authenticity: (X, X),
    metrics.bootstrap_interval: (np.mean, X),
    metrics.class_spread: ([0, 1], [1, 1]),
    metrics.corrected_wasserstein1: (1.0, 10.0),
    metrics.data_copying: (X[:, 0], X[:, 1]),
    metrics.exact_wasserstein1: (X, X),
    metrics.frechet_distance: (X, X),
    metrics.frechet_distance_interval: (X, X),
    metrics.gradient_norms: (first, None, X, -X, KEY),
    metrics.kernel_distance: (X, X),
    metrics.kernel_distance_interval: (X, X),
    metrics.largest_ratios: (first, None, X, -X),
    metrics.mode_coverage: (X, X, 1.0),
    metrics.mode_shares: ([[0, 1, 2]],),
    metrics.nearest_neighbors: (X, X),
    metrics.prdc: (X, X, 5),
    metrics.sliced_wasserstein1: (X, X),
    metrics.stacked_mnist_modes: ([[0, 1, 2]],),
    metrics.subsample_interval: (np.mean, X),
    transport.assignment: (X, X),
    transport.c_transform: (HALVES, np.eye(2)),
    transport.jensen_shannon: (HALVES, HALVES),
    transport.kullback_leibler: (HALVES, HALVES),
    transport.optimal_plan: (HALVES, HALVES, np.eye(2)),
    transport.total_variation: (HALVES, HALVES),
    transport.wasserstein1_1d: (HALVES, HALVES),
    fit_cones: (draw, draw, KEY),
    fit_sorted: (draw, draw, KEY),
}
PARAMS = (metrics.gradient_norms, metrics.largest_ratios)  # anything goes as the second
BAD = {
    "None": None,
    "text": "x",
    "object": object(),
    "ragged": [[1.0], [1.0, 2.0]],
    "masked": np.ma.masked_all((25, 2)),
    "objects": np.full((25, 2), None),
    "complex": np.full((25, 2), 1j),
    "huge": 10**5000,
}


def test_every_public_function_is_tried():
    public = [metrics.__dict__.get(n) or getattr(metrics, n) for n in metrics.__all__]
    public += [getattr(transport, n) for n in transport.__all__]
    functions = {f for f in public if not isinstance(f, type)}
    assert functions == set(GOOD) - {fit_cones, fit_sorted}


@pytest.mark.parametrize("function", GOOD, ids=lambda f: f.__name__)
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_wrong_argument_is_one_error(function, bad):
    good = GOOD[function]
    for place in range(len(good)):
        if function in PARAMS and place == 1:
            continue
        with pytest.raises(UserError) as got:
            function(*good[:place], bad, *good[place + 1 :])
        assert len(str(got.value)) < 500


OPTIONS = [
    (metrics.sliced_wasserstein1, "projections", 1.5),
    (metrics.sliced_wasserstein1, "seed", -1),
    (metrics.frechet_distance_interval, "level", "x"),
    (metrics.kernel_distance_interval, "level", True),
    (metrics.bootstrap_interval, "resamples", 50.5),
    (metrics.bootstrap_interval, "seed", "x"),
    (metrics.subsample_interval, "fraction", "x"),
    (metrics.gradient_norms, "at_once", 0),
    (metrics.largest_ratios, "halvings", 1.5),
    (fit_cones, "cones", 0.5),
    (fit_cones, "rate", 0),
    (fit_sorted, "steps", "x"),
    (fit_sorted, "hidden", None),
]


@pytest.mark.parametrize(("function", "name", "value"), OPTIONS)
def test_a_wrong_option_is_named_with_its_value(function, name, value):
    with pytest.raises(UserError, match=f"{name} is {value!r}, but"):
        function(*GOOD[function], **{name: value})


@pytest.mark.parametrize(
    ("apply", "words"),
    [(lambda p, x: x, r"\(2,?\)|, 2\)"), (lambda p, x: jnp.arange(len(x)), "floats")],
)
@pytest.mark.parametrize("function", PARAMS)
def test_scores_that_are_none_are_named(function, apply, words):
    with pytest.raises(UserError, match=f"apply maps .*{words}"):
        function(apply, *GOOD[function][1:])


@pytest.mark.parametrize("returned", [None, "x", X, {}, {"a": X}])
def test_a_statistic_that_is_no_number_is_named(returned):
    with pytest.raises(UserError, match="(?s)statistic returns .* has to return one"):
        metrics.bootstrap_interval(lambda x: returned, X)


def test_a_sampler_that_draws_something_else_is_named():
    flat = lambda key, count: draw(key, count)[:, 0]  # noqa: E731
    with pytest.raises(UserError, match="sample_q.* draws float32 .3,., but has to"):
        fit_cones(draw, flat, KEY)
    with pytest.raises(UserError, match="dimension 2 and sample_q of 1"):
        fit_sorted(draw, lambda key, count: draw(key, count)[:, :1], KEY)


def test_large_points_lose_no_neighbour_and_larger_ones_are_refused():
    # Squares of 1e25 are infinite in float32.
    expected = metrics.prdc(X, X + 1, 3)
    scaled = metrics.prdc(X * np.float32(1e25), (X + 1) * np.float32(1e25), 3)
    assert scaled == pytest.approx(expected)
    with pytest.raises(UserError, match="y reaches 1e.60 in absolute value"):
        metrics.frechet_distance(X, np.full((3, 2), 1e60))
