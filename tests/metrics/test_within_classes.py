"""Metrics of samples asked for by class, beside numbers worked out by hand."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.errors import UserError
from wgan_jax.metrics import intervals, measures
from wgan_jax.metrics.comparison import Comparison, Probe, Side
from wgan_jax.metrics.lipschitz import gradient_norms, largest_ratios

IMAGES = np.zeros((4, 2, 2, 1), np.uint8)
LABELS = np.asarray([0, 0, 1, 1], np.int32)


def compared(real, fake, labels=LABELS, classes=None) -> Comparison:
    sides = (np.asarray(x, np.float32)[:, None] for x in (real, fake))
    real, fake = (Side(IMAGES[: len(x)], x, labels=LABELS) for x in sides)
    return Comparison(real, fake._replace(labels=labels, classes=classes))


def test_the_distance_within_classes_is_their_mean():
    # Of constants it is the squared difference: 9 in class 0, 1 in class 1.
    found = measures.class_frechet_distance(compared([0, 0, 5, 5], [3, 3, 6, 6]))
    assert found["class_frechet_distance"] == pytest.approx(5)
    # The same samples of the wrong classes are far, and as one set are not.
    swapped = compared([0, 0, 5, 5], [5, 5, 0, 0])
    found = measures.class_frechet_distance(swapped)
    assert found["class_frechet_distance"] == pytest.approx(25)
    assert measures.frechet_distance(swapped)["frechet_distance"] == pytest.approx(0)


def test_its_interval_is_that_of_a_mean_of_independent_classes():
    comparison = compared([0, 1, 5, 7], [2, 3, 9, 8])
    values = measures.class_frechet_distance(comparison)
    ends = intervals.class_frechet_interval(
        measures.class_frechet_distance, comparison, values
    )
    low, high = ends["class_frechet_distance"]
    assert (low + high) / 2 == pytest.approx(values["class_frechet_distance"])
    reaches = []
    for part in (np.asarray([0, 1]), np.asarray([2, 3])):
        one = comparison._replace(
            real=comparison.real.take(part), fake=comparison.fake.take(part)
        )
        ends = intervals.frechet_interval(measures.frechet_distance, one, {})[
            "frechet_distance"
        ]
        reaches.append((ends[1] - ends[0]) / 2)
    assert (high - low) / 2 == pytest.approx(np.hypot(*reaches) / 2)


def test_a_class_of_a_single_sample_has_no_distance():
    labels = np.asarray([0, 0, 0, 1], np.int32)
    with pytest.raises(ValueError, match="class 1 there are fewer than two samples"):
        measures.class_frechet_distance(compared([0, 0, 1, 1], [0, 1, 2, 3], labels))


def test_the_accuracy_is_the_share_of_asked_classes_that_are_seen():
    comparison = compared([0] * 4, [0] * 4, classes=np.asarray([0, 1, 1, 1]))
    real = comparison.real._replace(classes=LABELS)
    comparison = comparison._replace(real=real)
    values = measures.class_accuracy(comparison)
    assert values == {"class_accuracy": 0.75}
    ends = intervals.share_interval(measures.class_accuracy, comparison, values)
    # Wilson's score interval of 3 of 4, as tables have it.
    assert ends["class_accuracy"] == pytest.approx((0.3006, 0.9544), abs=1e-4)
    other = comparison._replace(real=real._replace(classes=1 - LABELS))
    with pytest.raises(ValueError, match="finds the class of 0% of the real samples"):
        measures.class_accuracy(other)


def test_a_point_is_of_the_asked_mode_where_that_is_the_nearest():
    centers = np.asarray([[0.0, 0.0], [4.0, 0.0]])
    points = np.asarray([[1.9, 9.0], [2.1, 9.0], [4.0, 0.0], [5.0, 0.0]], np.float32)
    comparison = compared([0] * 4, [0] * 4)._replace(centers=centers)
    asked = comparison.fake._replace(samples=points, labels=LABELS)
    values = measures.mode_accuracy(comparison._replace(fake=asked))
    assert values == {"mode_accuracy": 0.75}
    ends = intervals.share_interval(measures.mode_accuracy, comparison, values)
    assert ends["mode_accuracy"] == pytest.approx((0.3006, 0.9544), abs=1e-4)


def slope(params: Any, points: Any, labels: Any = None) -> Any:
    """f(x, y) = (y + 1) x: its slope is the class and one."""
    return points[:, 0] * (labels + 1).astype(jnp.float32)


def test_a_conditional_critic_is_looked_at_in_the_class_of_each_pair():
    real, fake = np.zeros((4, 1), np.float32), np.ones((4, 1), np.float32)
    probe = Probe(slope, (), real, fake, 0, LABELS)
    found = measures.lipschitz(compared([0] * 4, [0] * 4)._replace(probe=probe))
    assert found["gradient_norm_between"] == pytest.approx(1.5)
    assert found["lipschitz_ratio"] == pytest.approx(2, rel=1e-3)
    given = (slope, (), real[:2], fake[:2])
    assert largest_ratios(*given, labels=LABELS[:2]).far == pytest.approx(1)
    norms = gradient_norms(*given, jax.random.key(0), labels=LABELS[2:])
    np.testing.assert_allclose(norms.real, [2, 2])


@pytest.mark.parametrize("labels", [[0, 1], [0.0] * 4, [[0]] * 4], ids=str)
def test_labels_of_another_kind_are_refused(labels):
    given = (slope, (), np.zeros((4, 1)), np.ones((4, 1)))
    with pytest.raises(UserError, match=r"labels are .*whole numbers \[4\]"):
        largest_ratios(*given, labels=labels)
