import numpy as np
import pytest

from wgan_jax.data import DATASETS, load


@pytest.mark.parametrize(
    ("name", "modes", "radius", "std"),
    [("ring8", 8, 2 / 1.414, 0.02 / 1.414), ("grid25", 25, 4 / 2.828, 0.05 / 2.828)],
)
def test_the_mixtures_have_the_published_modes_and_spread(name, modes, radius, std):
    data = load(name)
    assert data.centers is not None
    assert data.centers.shape == (modes, 2)
    assert data.std == pytest.approx(std)
    assert np.abs(data.centers).max() == pytest.approx(radius, rel=1e-6)
    for mode in range(modes):
        own = data.train[data.train_labels == mode]
        expected = len(data.train) / modes
        assert len(own) == pytest.approx(expected, abs=5 * np.sqrt(expected))
        error = 5 * std / np.sqrt(len(own))
        np.testing.assert_allclose(own.mean(0), data.centers[mode], atol=error)
        np.testing.assert_allclose(own.std(0), std, rtol=0.06)


def test_ring_centers_are_equally_far_apart():
    centers = load("ring8").centers
    assert centers is not None
    gaps = np.linalg.norm(centers - np.roll(centers, 1, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 2 * (2 / 1.414) * np.sin(np.pi / 8), rtol=1e-6)


def test_the_roll_lies_within_its_noise_of_the_spiral():
    # the coordinates of sklearn.datasets.make_swiss_roll(noise=.25)[:, [0, 2]] / 7.5
    points = load("swissroll").train * 7.5
    t = np.linspace(1.5 * np.pi, 4.5 * np.pi, 4000)
    spiral = t[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1)
    nearest = np.array(
        [np.linalg.norm(spiral - point, axis=1).min() for point in points[:500]]
    )
    # the distance to a smooth curve is |N(0, .25)|, of root mean square .25
    assert np.sqrt(np.mean(nearest**2)) == pytest.approx(0.25, rel=0.1)


@pytest.mark.parametrize("name", ["ring8", "grid25", "swissroll"])
def test_points_are_the_same_every_time_and_test_is_not_train(name):
    one, two = load(name), load(name)
    np.testing.assert_array_equal(one.train, two.train)
    assert one.train.dtype == np.float32
    assert not np.isin(one.test[:, 0], one.train[:, 0]).all()
    assert len(one.train) == DATASETS[name].train_size
