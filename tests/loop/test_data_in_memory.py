"""Runs on data that were given as arrays: never taken for other data."""

import pytest

from tests.runs import points, tiny_run, train
from wgan_jax import resume
from wgan_jax.data import from_arrays, load
from wgan_jax.errors import UserError
from wgan_jax.loop.evaluation.evaluate_run import evaluate


def test_changed_arrays_are_refused_from_python_too(tmp_path):
    train(tiny_run(tmp_path / "run", steps=1), points())
    with pytest.raises(UserError, match="other values"):
        resume(tmp_path / "run", points() + 1, steps=2)
    with pytest.raises(UserError, match="are not those that the run"):
        resume(tmp_path / "run", points()[:40], steps=2)


def test_data_in_memory_are_never_taken_for_the_registered_set_of_their_name(tmp_path):
    mine = from_arrays(points(), name="ring8")
    train(tiny_run(tmp_path / "mine", steps=1), mine)
    with pytest.raises(UserError, match="are not those that the run"):
        resume(tmp_path / "mine", steps=2)
    train(tiny_run(tmp_path / "named", dataset="ring8", steps=1))
    for use in (
        lambda: resume(tmp_path / "named", mine, steps=2),
        lambda: evaluate(tmp_path / "named", data=points(), count=8),
    ):
        with pytest.raises(UserError, match="are not those that the run"):
            use()
    assert resume(tmp_path / "named", load("ring8"), steps=2).summary["steps"] == 2


@pytest.mark.parametrize(
    "fields", [{"dataset": "ring8"}, {"data_dir": "d"}, {"image_size": 8}]
)
def test_options_about_reading_are_refused_beside_data_in_memory(fields, tmp_path):
    with pytest.raises(UserError, match=f"{next(iter(fields))} would have no effect"):
        train(tiny_run(tmp_path / "run", **fields), points())
    assert not (tmp_path / "run").exists()
