"""What a run may measure while it trains, and what its best can be chosen by."""

import dataclasses
from pathlib import Path

import pytest

from tests.runs import images, points, tiny_run, train
from wgan_jax.data import from_arrays
from wgan_jax.errors import UserError
from wgan_jax.loop.evaluation.measurements import best_choices, tracked_config
from wgan_jax.metrics import registry


def test_points_are_measured_at_every_sample_step_unless_it_is_refused():
    data = from_arrays(points())
    config = tiny_run(Path("run"), sample_every=7)
    assert tracked_config(config, data).evaluate_every == 7
    off = dataclasses.replace(config, evaluate_every=0)
    assert tracked_config(off, data).evaluate_every == 0
    assert tracked_config(config, from_arrays(images())).evaluate_every == 0
    assert tracked_config(config, from_arrays(points()[:3])).evaluate_every == 0


REFUSED = [
    ({"best": "wasserstein2"}, "Did you mean 'wasserstein1'?"),
    ({"best": "modes"}, "the modes of this distribution are not known"),
    ({"best": "wasserstein1", "evaluate_every": 0}, "give evaluate_every too"),
]


@pytest.mark.parametrize(("fields", "message"), REFUSED)
def test_a_best_that_cannot_be_is_refused_before_anything_is_written(
    fields, message, tmp_path
):
    with pytest.raises(UserError) as refusal:
        train(tiny_run(tmp_path / "run", **{"evaluate_every": 2} | fields), points())
    assert message in str(refusal.value)
    assert not (tmp_path / "run").exists()


def test_too_few_samples_to_measure_by_are_refused():
    config = tiny_run(Path("run"), evaluate_every=1)
    with pytest.raises(UserError, match="at least 4 are needed"):
        tracked_config(config, from_arrays(points()[:3]))


def test_choices_are_what_is_measured_while_training_and_has_a_direction():
    assert "wasserstein1" in best_choices()
    for name in best_choices():
        assert registry.row_of(name).while_training
        assert registry.quantities()[name].better != "none"
