"""Images from a dataset that TFDS has prepared; nothing is ever downloaded.

The bytes of encoded images are decoded here, as those of a folder, and not by TFDS. A
word `tfds:NAME[:TRAIN[:TEST]]` names the dataset, with its configuration and version if
there are several (`tfds:NAME/CONFIG/1.0.0`), and its splits.
"""

import io
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wgan_jax.data.memory import refuse_large
from wgan_jax.data.own.names import TFDS
from wgan_jax.data.own.samples import OwnSamples, describe_shape
from wgan_jax.data.own.split import SHARE, held_out_rows
from wgan_jax.data.published.store import root
from wgan_jax.data.tfds_metadata import ImageFeature, Metadata, read_metadata
from wgan_jax.errors import UserError
from wgan_jax.places import expand, is_file, is_folder, list_folder

UNKNOWN_SIZE = 32  # of images that differ in size
_AT_ONCE = 1024  # records in memory beside their decoded images
_TESTS = ("test", "validation")  # held-out splits that are looked for
_INFO = "dataset_info.json"
_NAME = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*){0,2}")
_ADVICE = (
    "Prepare it with file_format='array_record', or give a folder of images or an "
    "array file."
)


class Prepared(NamedTuple):
    """A prepared dataset that a word names.

    Attributes:
        folder: the version folder.
        image: the feature that is read.
        train: name of the training split.
        test: name of the held-out split, or None.
        count: training records.
    """

    folder: Path
    image: ImageFeature
    train: str
    test: str | None
    count: int

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the images; where they differ, what they are made into."""
        height, width, channels = self.image.shape
        return height or UNKNOWN_SIZE, width or UNKNOWN_SIZE, channels or 3


def find_prepared(word: str, data_dir: Path | None) -> Prepared:
    """Finds the dataset and its splits, without TFDS.

    Args:
        word: `tfds:NAME[:TRAIN[:TEST]]`.
        data_dir: looked in before the TFDS data directory, or None.

    Raises:
        UserError: there is none, several, or it cannot be read.
    """
    name, *splits = word.removeprefix(TFDS).split(":")
    if not _NAME.fullmatch(name) or len(splits) > 2:
        raise UserError(
            f"{word!r} names no dataset of TFDS. Write tfds:NAME, tfds:NAME/CONFIG or "
            "tfds:NAME:TRAIN_SPLIT:TEST_SPLIT."
        )
    folder = _find_folder(name, data_dir)
    try:
        metadata = read_metadata(folder)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(f"cannot read {folder}: {error}. {_ADVICE}") from None
    train, test = _choose_splits(folder, metadata, splits)
    image = _choose_image(folder, metadata)
    return Prepared(folder, image, train, test, metadata.splits[train])


def _find_folder(name: str, data_dir: Path | None) -> Path:
    places = [expand(data_dir, "data_dir") / name] if data_dir is not None else []
    places.append(root() / name)
    for place in places:
        if is_file(place / _INFO):
            return place
        if versions := _versions(place):
            return max(versions, key=_version)
        folders = list_folder(place) if is_folder(place) else []
        configs = [folder.name for folder in folders if _versions(folder)]
        if len(configs) == 1:
            return _find_folder(f"{name}/{configs[0]}", data_dir)
        if configs:
            raise UserError(
                f"{place} holds several configurations: {', '.join(configs)}. Name "
                f"one: tfds:{name}/{configs[0]}."
            )
    raise UserError(
        f"TFDS has not prepared {name!r}: looked for "
        f"{' and '.join(map(str, places))}. Nothing is downloaded here: prepare it "
        "with TFDS first, give its data directory as --data-dir or $TFDS_DATA_DIR, or "
        "give a folder of images."
    )


def _versions(place: Path) -> list[Path]:
    """Lists the versions of a dataset that were prepared."""
    folders = list_folder(place) if is_folder(place) else []
    return [f for f in folders if f.name.count(".") == 2 and is_file(f / _INFO)]


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(n) if n.isdecimal() else -1 for n in folder.name.split("."))


def _choose_splits(
    folder: Path, metadata: Metadata, named: list[str]
) -> tuple[str, str | None]:
    held = [name for name, count in metadata.splits.items() if count]
    train = named[0] if named else "train"
    test = named[1] if len(named) > 1 else None
    if test is None:
        test = next((name for name in _TESTS if name in held and name != train), None)
    for name in (train, *([test] if test else [])):
        if name not in held:
            raise UserError(
                f"{folder} has no split {name!r}. It has: {', '.join(held) or 'none'}."
            )
    return train, test


def _choose_image(folder: Path, metadata: Metadata) -> ImageFeature:
    images = metadata.images
    named = [feature for feature in images if feature.name == "image"]
    if named or len(images) == 1:
        return (named or images)[0]
    found = ", ".join(feature.name for feature in images)
    raise UserError(
        f"{folder} has {'several features of' if found else 'no'} uint8 images"
        f"{f' ({found}) and none called image' if found else ''}. {_ADVICE}"
    )


def read_prepared(found: Prepared, shape: tuple[int, ...]) -> OwnSamples:
    """Reads both splits, through TFDS but without its decoder.

    Args:
        found: as `find_prepared` returns it.
        shape: what every image is made into, `(H, W, C)`.

    Raises:
        UserError: records are damaged, or they would not fit into memory.
    """
    size = describe_shape(shape)
    refuse_large(
        found.count * math.prod(shape),
        f"{found.count:,} images of {size} from {found.folder}",
        "Choose a smaller image_size, or fewer images.",
    )
    broken: list[str] = []
    try:
        train = _read_split(found, found.train, shape, broken)
        test = _read_split(found, found.test, shape, broken) if found.test else None
    except (UserError, MemoryError):
        raise
    except Exception as error:  # TFDS and its reader may raise anything
        raise UserError(
            f"cannot read {found.folder}: {type(error).__name__}: {error}. {_ADVICE}"
        ) from None
    how = f"split {found.test!r}"
    if test is None:
        mask = held_out_rows(len(train))
        train, test = train[~mask], train[mask]
        how = f"one in {SHARE} by a fixed permutation"
    source = f"TFDS dataset {found.folder}, split {found.train!r}, as {size}"
    return OwnSamples(train, test, f"{source}; held out: {how}", _left_out(broken))


def _left_out(broken: list[str]) -> list[str]:
    if not broken:
        return []
    more = f" and {len(broken) - 5:,} more" if len(broken) > 5 else ""
    named = ", ".join(broken[:5])
    return [f"{len(broken):,} images cannot be read and are left out: {named}{more}."]


def _read_split(
    found: Prepared, split: str, shape: tuple[int, ...], broken: list[str]
) -> np.ndarray:
    images = list(_images(found, split, shape, broken))
    if not images:
        raise UserError(
            f"no image of split {split!r} in {found.folder} can be read: "
            f"{', '.join(broken[:5])}. {_ADVICE}"
        )
    return np.stack(images)


def _images(
    found: Prepared, split: str, shape: tuple[int, ...], broken: list[str]
) -> Iterator[np.ndarray]:
    # Half a second to import.
    try:
        import tensorflow_datasets as tfds
    except ModuleNotFoundError as error:
        raise UserError(
            f"{found.folder} is a TFDS dataset, and the package {error.name!r} that "
            "reads it is not installed. Install it, or give a folder of images."
        ) from None

    from wgan_jax.data.own.images import (
        bounded_pixels,
        describe_problem,
        fit_array,
        read_image,
    )

    name = found.image.name
    decode: Callable[[Any], np.ndarray] = lambda pixels: fit_array(pixels, shape)  # noqa: E731
    decoders = None
    if found.image.encoded:
        decoders = {name: tfds.decode.SkipDecoding()}
        decode = lambda content: read_image(io.BytesIO(content), shape)  # noqa: E731
    builder: Any = tfds.builder_from_directory(found.folder)
    source = builder.as_data_source(split, decoders=decoders)
    for start in range(0, len(source), _AT_ONCE):
        rows = range(start, min(start + _AT_ONCE, len(source)))
        for row, record in zip(rows, source.__getitems__(list(rows)), strict=True):
            block = record[name] if found.image.block else [record[name]]
            for content in block:
                try:
                    with bounded_pixels():
                        image = decode(content)
                except Exception as error:  # a broken image can raise anything
                    broken.append(f"record {row} ({describe_problem(error)})")
                else:
                    yield image
