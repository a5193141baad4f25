"""Metadata of prepared datasets: what is refused before TFDS sees it."""

import json
import os
from pathlib import Path

import pytest

from wgan_jax.data.tfds_metadata import ImageFeature, read_metadata

FEATURES = "tensorflow_datasets.core.features"


def image(shape=(28, 28, 1), dtype="uint8") -> dict:
    sizes = {"dimensions": [str(n) for n in shape]}
    name = f"{FEATURES}.image_feature.Image"
    return {"pythonClassName": name, "image": {"dtype": dtype, "shape": sizes}}


def tensor(shape) -> dict:
    sizes = {"dimensions": [str(n) for n in shape]}
    name = f"{FEATURES}.tensor_feature.Tensor"
    return {"pythonClassName": name, "tensor": {"dtype": "uint8", "shape": sizes}}


def write(folder: Path, features: dict, **info) -> Path:
    folder.mkdir(exist_ok=True)
    splits = [{"name": "train", "shardLengths": ["3", "4"]}]
    info = {"fileFormat": "array_record", "splits": splits} | info
    dictionary = {
        "pythonClassName": f"{FEATURES}.features_dict.FeaturesDict",
        "featuresDict": {"features": features},
    }
    (folder / "dataset_info.json").write_text(json.dumps(info))
    (folder / "features.json").write_text(json.dumps(dictionary))
    return folder


def test_splits_and_image_features_are_found(tmp_path):
    features = {
        "a": image(),
        "b": image((-1, -1, 3)),
        "c": tensor((-1, 8, 8, 3)),
        "d": tensor((8, 8, 1)),
        "wide": image(dtype="uint16"),
        "label": tensor(()),
    }
    found = read_metadata(write(tmp_path, features))
    assert found.splits == {"train": 7}
    assert found.images == [
        ImageFeature("a", (28, 28, 1), True, False),
        ImageFeature("b", (None, None, 3), True, False),
        ImageFeature("c", (8, 8, 3), False, True),
        ImageFeature("d", (8, 8, 1), False, False),
    ]


HOSTILE = {"pythonClassName": "antigravity.Class"}


@pytest.mark.parametrize(
    "features",
    [
        {"x": HOSTILE},
        {"x": {"python_class_name": "antigravity.Class"}},
        {"image": image() | {"pythonClassName": f"{FEATURES}.image.Image"}},
        {"x": {**tensor(()), "sequence": {"feature": HOSTILE}}},
        {"x": {**tensor(()), "jsonFeature": {"json": '{"type": "antigravity.C"}'}}},
        {"x": {"type": "antigravity.Class", "content": {}}},
        {"x": [[HOSTILE]]},
    ],
)
def test_a_class_that_is_not_known_is_refused_wherever_it_is_named(features, tmp_path):
    with pytest.raises(ValueError, match="features.json names the class"):
        read_metadata(write(tmp_path, features))


def test_a_feature_may_be_called_type(tmp_path):
    assert read_metadata(write(tmp_path, {"type": image(), "json": tensor(())})).images


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"fileFormat": "tfrecord"}, "files are tfrecord; only .*array_record"),
        ({"splits": [{"name": "t", "shardLengths": ["1"] * 10_001}]}, "10,001 files"),
        ({"splits": [{"name": "t", "filepathTemplate": "../../x"}]}, "other folders"),
        ({"description": "x" * (4 << 20)}, "dataset_info.json has .* bytes, more than"),
    ],
)
def test_unusual_metadata_are_refused(info, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        read_metadata(write(tmp_path, {"image": image()}, **info))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[" * 100_000, "features.json is nested too deeply"),
        ('{"a": ' * 70 + "1" + "}" * 70, "features.json is nested too deeply"),
        ("[]", "a JSON list, not an object"),
        ("{", "Expecting"),
    ],
)
def test_damaged_json_is_named(content, words, tmp_path):
    write(tmp_path, {"image": image()})
    (tmp_path / "features.json").write_text(content)
    with pytest.raises(ValueError, match=words):
        read_metadata(tmp_path)


def test_a_pipe_among_the_files_is_not_waited_for(tmp_path):
    write(tmp_path, {"image": image()})
    os.mkfifo(tmp_path / "label.labels.txt")
    with pytest.raises(ValueError, match="label.labels.txt is not a regular file"):
        read_metadata(tmp_path)
