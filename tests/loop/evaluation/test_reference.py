"""The real side of an evaluation: its samples, its features and its cache."""

import numpy as np
import pytest

from wgan_jax.data import from_arrays, load
from wgan_jax.errors import UserError
from wgan_jax.loop.evaluation import reference_cache
from wgan_jax.loop.evaluation.reference import make_reference, open_features


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))


def test_reference_and_floor_hold_no_sample_twice():
    data = from_arrays(np.arange(40.0)[:, None])
    found = make_reference(data, 20, 0, None)
    assert found.split == "train"
    both = np.concatenate([found.real.samples, found.train.samples])
    assert sorted(both[:, 0]) == list(range(40))


def test_an_entry_with_a_flipped_bit_anywhere_is_computed_again(tmp_path):
    values = {"a": np.arange(3.0)}

    def get():
        return reference_cache.cached(["net"], lambda: values)["a"].tolist()

    get()
    (entry,) = (tmp_path / "wgan_jax_cache" / "references").iterdir()
    content = entry.read_bytes()
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1
        entry.write_bytes(flipped)
        assert get() == [0, 1, 2]
        entry.write_bytes(content)


def test_other_samples_have_another_entry(monkeypatch):
    made = iter(range(9))
    samples = np.arange(4.0)

    def get(*parts):
        return int(
            reference_cache.cached(parts, lambda: {"a": np.asarray(next(made))})["a"]
        )

    assert [get("net", samples), get("net", samples)] == [0, 0]
    assert get("net", samples + 1) == 1
    assert get("other", samples) == 2
    assert get("net", samples.reshape(2, 2)) == 3
    monkeypatch.setattr(reference_cache, "__version__", "9.9")
    assert get("net", samples) == 4


@pytest.mark.parametrize("features", [[], 5, ""])
def test_features_that_are_no_name_are_refused(features):
    with pytest.raises(UserError, match="features"):
        open_features(load("ring8"), features)
