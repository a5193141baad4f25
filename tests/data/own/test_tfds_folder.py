"""Datasets that TFDS has prepared, with encoded images and with blocks of arrays."""

import io
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from tests.missing import uninstall
from wgan_jax.data import describe_own, load
from wgan_jax.data.published import prepared, store
from wgan_jax.errors import UserError


class Shades(tfds.core.GeneratorBasedBuilder):
    """PNG images of different sizes, one brightness each; the sixth is broken."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        features = tfds.features.FeaturesDict(
            {
                "image": tfds.features.Image(shape=(None, None, 3)),
                "label": tfds.features.ClassLabel(names=["dark", "bright"]),
            }
        )
        return tfds.core.DatasetInfo(builder=self, features=features)

    def _split_generators(self, dl_manager):
        return {"train": self._examples(20), "test": self._examples(4)}

    def _generate_examples(self):
        raise NotImplementedError

    def _examples(self, count):
        for index in range(count):
            file = io.BytesIO()
            Image.new("RGB", (10 + index, 12), (index, index, index)).save(file, "PNG")
            file = io.BytesIO(file.getvalue()[:30]) if index == 5 else file
            file.seek(0)
            yield index, {"image": file, "label": index % 2}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("made")
    tfds.disable_progress_bar()
    Shades(data_dir=root, file_format="array_record").download_and_prepare()
    return root


@pytest.fixture
def shades(made, tfds_dir) -> Path:
    shutil.copytree(made, tfds_dir, dirs_exist_ok=True)
    return tfds_dir / "shades" / "1.0.0"


def test_encoded_images_are_read_and_broken_ones_named(shades, caplog):
    for _ in ("read", "from the cache"):
        caplog.clear()
        data = load("tfds:shades", image_size=8, channels=1)
        values = [*range(5), *range(6, 20)]
        assert sorted(data.train[:, 0, 0, 0].tolist()) == values
        assert sorted(data.test[:, 0, 0, 0].tolist()) == [0, 1, 2, 3]
        (words,) = caplog.messages
        assert words.startswith("1 images cannot be read and are left out: record ")
    assert (data.name, data.train.shape[1:]) == ("shades", (8, 8, 1))
    assert str(shades) in data.source


def test_images_of_many_sizes_become_32x32(shades):
    assert describe_own("tfds:shades") == ((32, 32, 3), 20)
    assert load("tfds:shades").train.shape == (19, 32, 32, 3)


def test_splits_and_versions_are_named(shades):
    data = load("tfds:shades:test:train", image_size=8)
    assert (len(data.train), len(data.test)) == (4, 19)
    assert len(load("tfds:shades/1.0.0:test", image_size=8).test) == 0
    with pytest.raises(UserError, match="no split 'nope'. It has: t.*"):
        load("tfds:shades:nope")


def test_the_newest_version_is_taken(shades):
    for version in ("0.9.0", "1.0.1", "1.0.10"):
        shutil.copytree(shades, shades.parent / version)
        path = shades.parent / version / "dataset_info.json"
        path.write_text(path.read_text().replace("1.0.0", version))
    assert "/1.0.10" in load("tfds:shades", image_size=8).source


def test_a_configuration_is_found_or_asked_for(shades, tmp_path):
    root = tmp_path / "other"
    shutil.copytree(shades, root / "set" / "small" / "1.0.0")
    assert describe_own("tfds:set", data_dir=root) == ((32, 32, 3), 20)
    shutil.copytree(shades, root / "set" / "large" / "1.0.0")
    with pytest.raises(UserError, match="large, small. Name one: tfds:set/large"):
        describe_own("tfds:set", data_dir=root)
    assert describe_own("tfds:set/small", data_dir=root) == ((32, 32, 3), 20)


def test_blocks_of_arrays_are_read(tiny, tfds_dir):
    prepared.write(tiny.row, tiny.splits, tfds_dir)
    word = "tfds:wgan_jax_images/tiny"
    assert describe_own(word) == ((28, 28, 1), None)
    data = load(word)
    np.testing.assert_array_equal(data.train, tiny.splits.train)
    np.testing.assert_array_equal(data.test, tiny.splits.test)
    assert load(word, image_size=14, channels=3).train.shape == (40, 14, 14, 3)


def test_what_is_not_prepared_is_not_downloaded(tfds_dir, tmp_path):
    with pytest.raises(
        UserError, match="not prepared 'mnist'.*Nothing is downl"
    ) as told:
        load("tfds:mnist", tmp_path)
    assert str(tfds_dir) in str(told.value)
    assert str(tmp_path / "mnist") in str(told.value)


@pytest.mark.parametrize(
    "word", ["tfds:", "tfds:../x", "tfds:/etc", "tfds:a/../b", "tfds:a:b:c:d"]
)
def test_words_that_name_nothing_are_refused(word):
    with pytest.raises(UserError, match="names no dataset of TFDS"):
        load(word)


def test_a_module_that_features_name_is_not_imported(shades, tmp_path, monkeypatch):
    (tmp_path / "wgan_jax_evil.py").write_text("raise SystemExit(99)")
    monkeypatch.syspath_prepend(tmp_path)
    path = shades / "features.json"
    features = json.loads(path.read_text())
    label = features["featuresDict"]["features"]["label"]
    label["pythonClassName"] = "wgan_jax_evil.Label"
    path.write_text(json.dumps(features))
    with pytest.raises(UserError, match="names the class 'wgan_jax_evil.Label'"):
        load("tfds:shades")
    assert "wgan_jax_evil" not in sys.modules


def test_neither_is_one_of_a_published_set(
    tiny, tfds_dir, tmp_path, monkeypatch, caplog
):
    (tmp_path / "wgan_jax_evil.py").write_text("raise SystemExit(99)")
    monkeypatch.syspath_prepend(tmp_path)
    prepared.write(tiny.row, tiny.splits, tfds_dir)
    (path,) = tfds_dir.rglob("features.json")
    names = path.read_text().replace("tensor_feature.Tensor", "evil.Tensor")
    path.write_text(names.replace("tensorflow_datasets.core.features", "wgan_jax_evil"))
    assert store.read_prepared(tiny.row) is None
    assert "which is not read" in caplog.messages[0]
    assert "wgan_jax_evil" not in sys.modules


def test_damaged_records_are_an_error_in_words(shades):
    (path,) = shades.glob("*train*array_record*")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UserError, match="cannot read .*Prepare it"):
        load("tfds:shades")


def test_without_tfds_the_package_is_named(shades, monkeypatch):
    uninstall(monkeypatch, "tensorflow_datasets")
    with pytest.raises(UserError, match="'tensorflow_datasets'.*is not installed"):
        load("tfds:shades", image_size=8, channels=1)
