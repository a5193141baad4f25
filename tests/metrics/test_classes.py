"""The spread over classes, against sums by hand."""

import numpy as np
import pytest

from wgan_jax.metrics import class_spread


def test_shares_by_hand():
    found = class_spread([0, 0, 0, 1], [0, 1, 1, 2])
    p, q = np.array([0.75, 0.25]), np.array([0.25, 0.5])
    assert found["class_entropy"] == pytest.approx(-np.sum(p * np.log(p)))
    assert found["class_kl"] == pytest.approx(np.sum(p * np.log(p / q)))


def test_one_class_has_no_entropy_and_no_minus_zero():
    assert str(class_spread([3, 3], [3, 3])["class_entropy"]) == "0.0"


def test_even_classes_have_the_most():
    entropy = class_spread(np.arange(100) % 10, [0])["class_entropy"]
    assert entropy == pytest.approx(np.log(10))


def test_a_class_that_real_samples_lack_is_infinitely_far():
    assert class_spread([0, 1], [0, 0])["class_kl"] == np.inf


@pytest.mark.parametrize(
    "classes", [[], [[0, 1]], [0.5, 1.0], [-1, 0], np.array([True])]
)
def test_what_is_no_class_is_refused(classes):
    with pytest.raises(ValueError, match="fake"):
        class_spread(classes, [0])
