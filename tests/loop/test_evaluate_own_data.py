"""The evaluation of runs on data of one's own."""

import numpy as np
import pytest

import wgan_jax
from tests.runs import points, tiny_run, train
from wgan_jax.errors import UserError
from wgan_jax.loop.evaluate_run import evaluate


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "cache"))


def test_own_data_have_to_be_given_again(tmp_path):
    train(tiny_run(tmp_path / "own", steps=1), points())
    with pytest.raises(UserError, match=r"wgan_jax\.evaluate\(run_dir, data=data\)"):
        evaluate(tmp_path / "own")
    result = wgan_jax.evaluate(tmp_path / "own", data=points())
    assert (result["count"], result["split"]) == (25, "train")
    assert "not known" in result["not_measured"]["modes"]


def test_own_data_are_read_by_their_path_and_have_to_be_the_same(tmp_path):
    np.save(tmp_path / "mine.npy", points())
    config = tiny_run(tmp_path / "own", steps=1, dataset=str(tmp_path / "mine.npy"))
    train(config)
    result = evaluate(tmp_path / "own")
    assert (result["count"], result["split"]) == (5, "test")  # one in ten is held out
    with pytest.raises(UserError, match="are not those"):
        evaluate(tmp_path / "own", data=points() + 1)
