"""Many draws of an instance, and what they say of the spread of a few."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.wasserstein_truth.draws import (
    measure_draws,
    read_draws,
    write_draws,
)
from experiments.wasserstein_truth.families import make_pair
from experiments.wasserstein_truth.sentences_of_draws import drawn_sentences


def test_draws_have_the_deviation_of_their_instances(tmp_path):
    draws = [measure_draws(2, 4, many=12, samples=256) for _ in range(2)]
    assert draws[0] == draws[1]
    (found, _), pairs = (
        draws,
        [make_pair("funnels", f"drawn-{i}", 2, 4) for i in (0, 1)],
    )
    assert 0 < found["low"] < found["deviation"] < found["high"]
    # Of other samples: the instances are those of the cells.
    plans = [pair.plan(jax.random.key(9), 4096) for pair in pairs]
    costs = [float(jnp.linalg.norm(p.x - p.y, axis=1).mean()) for p in plans]
    two = measure_draws(2, 4, many=2, samples=4096)
    assert two["mean"] == pytest.approx(np.mean(costs), abs=4 * two["error"])
    assert two["deviation"] == pytest.approx(
        np.std(costs, ddof=1), abs=6 * two["error"]
    )
    write_draws([found], tmp_path / "r.json")
    assert read_draws(tmp_path / "r.json") == {(2, 4): found}
    assert read_draws(tmp_path / "other.json") == {}


def test_few_draws_are_held_against_many():
    cell = {"family": "funnels", "row": "trivial", "dim": 8, "count": 16}
    results = [cell | {"instance": f"drawn-{i}", "w1": w} for i, w in enumerate((1, 2))]
    many = {"deviation": 0.04, "error": 0.02, "draws": 200, "samples": 64}
    many = {(8, 16): many | {"low": 0.01, "high": 0.06}}
    (text,) = drawn_sentences(results, many)
    assert "25% of the variance" in text
    assert "the 0.707 found here and the 0.02 of the other" in text
    assert "here 8, 16; the other program" in text
    assert drawn_sentences([], many) == drawn_sentences(results, {}) == []
