"""The evaluation of runs on data of one's own."""

import numpy as np
import pytest

import wgan_jax
from tests.runs import points, tiny_run, train
from wgan_jax.data import Dataset
from wgan_jax.errors import UserError
from wgan_jax.loop.evaluation.evaluate_run import evaluate


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


@pytest.mark.parametrize(("samples", "count"), [(3, 0), (4, 2), (15, 7)])
def test_few_samples_are_measured_by_those_trained_on(tmp_path, samples, count):
    np.save(tmp_path / "few.npy", points()[:samples])
    config = tiny_run(
        tmp_path / "run", steps=1, batch_size=2, dataset=str(tmp_path / "few.npy")
    )
    train(config)
    if count:
        result = evaluate(tmp_path / "run")
        assert (result["count"], result["split"]) == (count, "train")
        return
    with pytest.raises(UserError, match="3 to train on, and at least 4 are needed"):
        evaluate(tmp_path / "run")


def test_copies_are_looked_for_where_something_is_held_out(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (60, 8, 8, 1), np.uint8)
    config = tiny_run(tmp_path / "run", steps=1, network="dcgan", width=2)
    train(config, images)
    result = evaluate(tmp_path / "run", data=images)
    assert "nothing is held out" in result["not_measured"]["authenticity"]
    assert "data_copying" not in result["results"]["raw"]
    data = Dataset("mine", images, images[:20] // 2, None, None, "made here")
    train(tiny_run(tmp_path / "split", steps=1, network="dcgan", width=2), data)
    result = evaluate(tmp_path / "split", data=data)
    assert "data_copying" in result["results"]["raw"]
