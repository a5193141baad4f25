"""When two means over seeds differ, against Welch's test as scipy makes it."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from experiments.spread import least_difference, over_seeds, percent


def test_the_least_difference_is_where_welch_gives_five_percent() -> None:
    first, other = np.array([1.0, 2.0, 4.0]), np.array([10.0, 10.5, 11.0, 13.0])
    sides = [(over_seeds(list(side))[1], len(side)) for side in (first, other)]
    least = least_difference(*sides)
    moved = other - other.mean() + first.mean() + least
    found: Any = stats.ttest_ind(first, moved, equal_var=False)
    assert found.pvalue == pytest.approx(0.05)
    # Equal spreads of three seeds: four degrees of freedom, 2.776 sqrt(2/3).
    assert least_difference((1.0, 3), (1.0, 3)) == pytest.approx(2.267, abs=1e-3)
    assert math.isnan(least_difference((math.nan, 1), (1.0, 3)))
    assert least_difference((0.0, 3), (0.0, 3)) == 0


def test_shares_are_shown_with_two_digits() -> None:
    assert [percent(x) for x in (0.123, 0.0949, -0.5)] == ["12%", "9.5%", "-50%"]
