"""What a dataset prepared by TFDS says of itself, checked before TFDS sees it.

TFDS imports whatever module features.json names as a class, and works for minutes on
the shards that dataset_info.json promises. Here both are plain JSON, and everything
unusual is refused. This module does not import TFDS.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from wgan_jax.json_objects import parse_object

MAX_BYTES = 4 << 20  # of a file of metadata
MAX_SHARDS = 10_000
_FEATURES = "tensorflow_datasets.core.features"
ALLOWED = {
    f"{_FEATURES}.{name}"
    for name in (
        "bounding_boxes.BBoxFeature",
        "class_label_feature.ClassLabel",
        "features_dict.FeaturesDict",
        "image_feature.Image",
        "scalar.Scalar",
        "sequence_feature.Sequence",
        "tensor_feature.Tensor",
        "text_feature.Text",
    )
}
_IMAGE, _TENSOR = (
    f"{_FEATURES}.image_feature.Image",
    f"{_FEATURES}.tensor_feature.Tensor",
)

# The last two are how older versions named classes: in JSON inside of JSON.
_CLASS_KEYS = ("pythonClassName", "python_class_name", "type", "json")


class ImageFeature(NamedTuple):
    """A feature that holds images.

    Attributes:
        name: its key in a record.
        shape: `(H, W, C)`, None where it differs from image to image.
        encoded: whether a record holds the bytes of an image file.
        block: whether a record holds many images, `[n, H, W, C]`.
    """

    name: str
    shape: tuple[int | None, ...]
    encoded: bool
    block: bool


class Metadata(NamedTuple):
    """A prepared dataset.

    Attributes:
        splits: name -> number of records.
        images: the features that hold images.
    """

    splits: dict[str, int]
    images: list[ImageFeature]


def read_metadata(folder: Path) -> Metadata:
    """Reads and checks dataset_info.json and features.json.

    Args:
        folder: the version folder, which holds both.

    Returns:
        Splits and image features.

    Raises:
        OSError: a file cannot be read.
        ValueError: something is damaged, unusual or of a kind that is not read.
    """
    _refuse_irregular(folder)
    info = _read_json(folder / "dataset_info.json")
    formats = [info.get("fileFormat"), *info.get("alternativeFileFormats", [])]
    if "array_record" not in formats:
        raise ValueError(
            f"its files are {formats[0] or 'tfrecord'}; only those prepared with "
            "file_format='array_record' are read without TensorFlow"
        )
    splits, shards = {}, 0
    for split in info.get("splits", []):
        lengths = [int(length) for length in split.get("shardLengths", [])]
        if os.sep in split.get("filepathTemplate", ""):
            raise ValueError("its files are in other folders")
        splits[str(split["name"])], shards = sum(lengths), shards + len(lengths)
    if shards > MAX_SHARDS:
        raise ValueError(f"it has {shards:,} files, more than {MAX_SHARDS:,}")
    features = _read_json(folder / "features.json")
    for name in _class_names(features):
        if name not in ALLOWED:
            raise ValueError(
                f"features.json names the class {name!r}, which is not read"
            )
    return Metadata(splits, list(_image_features(features)))


def _refuse_irregular(folder: Path) -> None:
    """A pipe among the files would be waited for; labels are read whole."""
    for path in folder.iterdir():
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            continue
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{path.name} is not a regular file")
        if "array_record" not in path.name and path.suffix in (".json", ".txt"):
            _refuse_large(path, status.st_size)


def _refuse_large(path: Path, size: int) -> None:
    if size > MAX_BYTES:
        raise ValueError(f"{path.name} has {size:,} bytes, more than {MAX_BYTES:,}")


def _read_json(path: Path) -> dict[str, Any]:
    _refuse_large(path, path.stat().st_size)
    try:
        return parse_object(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path.name} is {error}") from None


def _class_names(value: Any) -> Iterator[str]:
    """Yields every class that TFDS would look up, under any spelling of the key."""
    for item in value if isinstance(value, list) else []:
        yield from _class_names(item)
    for key, item in value.items() if isinstance(value, dict) else []:
        if isinstance(item, str) and key in _CLASS_KEYS:
            yield item
        yield from _class_names(item)


def _image_features(features: dict[str, Any]) -> Iterator[ImageFeature]:
    for name, feature in features.get("featuresDict", {}).get("features", {}).items():
        kind = feature.get("pythonClassName")
        if kind not in (_IMAGE, _TENSOR):
            continue
        tensor = feature.get("image" if kind == _IMAGE else "tensor", {})
        if tensor.get("dtype", "uint8") != "uint8":
            continue
        sizes = [int(n) for n in tensor.get("shape", {}).get("dimensions", [])]
        shape = tuple(n if n > 0 else None for n in sizes)
        if kind == _IMAGE and len(shape) in (0, 3):
            yield ImageFeature(name, shape or (None, None, 3), True, False)
        elif kind == _TENSOR and len(shape) in (3, 4) and None not in shape[-3:]:
            yield ImageFeature(name, shape[-3:], False, len(shape) == 4)
