import numpy as np
import pytest

from wgan_jax.transport import jensen_shannon, kullback_leibler, total_variation

ALL = [kullback_leibler, jensen_shannon, total_variation]


def histograms(count: int = 2, bins: int = 9) -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.ones(bins), size=count)


def test_by_hand_in_nats():
    p, q = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    kl = 0.5 * np.log(2) + 0.5 * np.log(2 / 3)
    assert kullback_leibler(p, q) == pytest.approx(kl, abs=1e-12)
    assert total_variation(p, q) == pytest.approx(0.25, abs=1e-12)
    m = (p + q) / 2
    js = (kullback_leibler(p, m) + kullback_leibler(q, m)) / 2
    assert jensen_shannon(p, q) == pytest.approx(js, abs=1e-12)


def test_bins_without_mass():
    p, q = np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.25, 0.25])
    # The bin that p leaves empty adds 0 log 0 = 0; the other way it is infinite.
    assert kullback_leibler(p, q) == pytest.approx(0.5 * np.log(2), abs=1e-12)
    assert kullback_leibler(q, p) == np.inf
    assert 0 < jensen_shannon(p, q) < np.log(2)


@pytest.mark.parametrize("far", [1, 7])
def test_without_a_common_bin_no_distance_is_seen(far: int):
    """Arjovsky et al. 2017, example 1."""
    p, q = np.eye(8)[0], np.eye(8)[far]
    assert kullback_leibler(p, q) == np.inf
    assert jensen_shannon(p, q) == pytest.approx(np.log(2), abs=1e-12)
    assert total_variation(p, q) == 1


@pytest.mark.parametrize("divergence", ALL)
def test_only_equal_histograms_have_none(divergence):
    p, q = histograms()
    assert divergence(p, p) == 0
    assert divergence(p, q) > 0.01


@pytest.mark.parametrize("divergence", [jensen_shannon, total_variation])
def test_symmetry(divergence):
    p, q = histograms()
    assert divergence(p, q) == pytest.approx(divergence(q, p), abs=1e-12)
    assert kullback_leibler(p, q) != pytest.approx(kullback_leibler(q, p), rel=0.01)


def test_triangle_inequalities():
    """Total variation and the root of Jensen-Shannon are metrics."""
    for p, q, r in histograms(60).reshape(20, 3, 9):
        assert total_variation(p, r) <= total_variation(p, q) + total_variation(q, r)
        roots = [np.sqrt(jensen_shannon(*pair)) for pair in ((p, r), (p, q), (q, r))]
        assert roots[0] <= roots[1] + roots[2]


def test_pinskers_inequality():
    for p, q in histograms(60).reshape(30, 2, 9):
        assert kullback_leibler(p, q) >= 2 * total_variation(p, q) ** 2


def test_equals_scipy():
    from scipy.spatial.distance import jensenshannon
    from scipy.special import rel_entr

    p, q = histograms()
    assert kullback_leibler(p, q) == pytest.approx(rel_entr(p, q).sum(), rel=1e-9)
    assert jensen_shannon(p, q) == pytest.approx(jensenshannon(p, q) ** 2, rel=1e-9)


@pytest.mark.parametrize("divergence", ALL)
@pytest.mark.parametrize(
    ("q", "message"),
    [
        ([0.5, 0.4], r"q sums to 0\.9"),
        ([1.5, -0.5], r"q holds -0\.5"),
        ([np.nan, 1.0], "NaN"),
        ([0.5, 0.25, 0.25], "need the same bins"),
        ([[0.5, 0.5]], "shape"),
        ([], "n >= 1"),
        (["a", "b"], "real numbers"),
    ],
)
def test_refuses_what_is_no_histogram(divergence, q, message):
    with pytest.raises(ValueError, match=message):
        divergence([0.5, 0.5], q)


def test_float32_rounding_of_the_sum_is_no_mistake():
    p = np.full(1000, 1e-3, np.float32)
    assert jensen_shannon(p, np.full(1000, 1e-3)) == pytest.approx(0, abs=1e-7)
