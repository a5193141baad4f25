"""The copies that a load keeps: a TFDS dataset, and beside it the decoded arrays.

Both live under the TFDS data directory. Keeping them is optional: when it fails, the
load still succeeds and a warning says why. This module knows folders and arrays. It
must not know where samples come from originally.
"""

import functools
import json
import logging
import os
import re
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wgan_jax.data.dataset import DatasetRow, Splits
from wgan_jax.files import open_regular
from wgan_jax.places import expand

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_log = logging.getLogger(__name__)


class Cached(NamedTuple):
    """Decoded arrays, what they were read from, and the stamp of those files."""

    splits: Splits
    source: str
    stamp: str


def root() -> Path:
    """Returns the TFDS data directory: $TFDS_DATA_DIR or ~/tensorflow_datasets.

    Raises:
        UserError: it is the home of nobody.
    """
    folder = os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    return expand(folder, "$TFDS_DATA_DIR")


def stamp(paths: list[Path]) -> str:
    """Identifies files by path, size and time, to notice that they have changed.

    Args:
        paths: existing files.

    Returns:
        A string that differs when any of them was touched; "" for no files.
    """
    # No checksum of the content: the cache is there to save reading the files.
    if not paths:
        return ""
    stats = [(str(path.resolve()), path.stat()) for path in paths]
    return json.dumps([[name, s.st_size, s.st_mtime_ns] for name, s in stats])


def cache_path(row: DatasetRow) -> Path:
    """Returns where the decoded arrays of a data set are kept."""
    return root() / "wgan_jax_cache" / f"{row.name}.npz"


def read_cache(row: DatasetRow) -> Cached | None:
    """Reads the decoded arrays; the zip format's CRC-32 finds damage.

    Args:
        row: name and expected sizes.

    Returns:
        The arrays, or None if there are none or they are damaged, which is logged.
    """
    path = cache_path(row)
    if not os.path.isfile(path):
        return None
    # Without pickle: an array of objects is one, and a pickle can run code.
    try:
        with open_regular(path) as file, np.load(file, allow_pickle=False) as kept:
            refuse_packed(path, kept.zip)
            splits = Splits(*(kept[name] for name in Splits._fields))
            source, made_from = str(kept["source"]), str(kept["stamp"])
    except Exception as error:  # a damaged zip file can raise nearly anything
        _log.warning("ignoring the damaged cache %s: %s", path, error)
        return None
    if problem := mismatch(row, splits):
        _log.warning("ignoring the cache %s: it %s", path, problem)
        return None
    return Cached(splits, source, made_from)


def refuse_packed(path: Path, kept: zipfile.ZipFile) -> None:
    """Refuses a cache that unpacks to more than its size: ours are not compressed.

    Raises:
        ValueError: it does.
    """
    if sum(info.file_size for info in kept.infolist()) > path.stat().st_size:
        raise ValueError("it is packed")


def write_cache(row: DatasetRow, cached: Cached) -> None:
    """Writes decoded arrays under a temporary name and renames it: all or nothing.

    Args:
        row: names the data set.
        cached: what to keep.

    Raises:
        OSError: if the folder cannot be written.
    """
    path = cache_path(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{row.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as output:
            np.savez(
                output,
                allow_pickle=False,
                source=np.str_(cached.source),
                stamp=np.str_(cached.stamp),
                **cached.splits._asdict(),
            )
        os.chmod(name, 0o644)  # mkstemp makes it readable by its owner alone
        # Not flushed to the device: a damaged cache is found by its CRC and made again.
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def prepared_folders(row: DatasetRow) -> list[Path]:
    """Lists the prepared TFDS datasets of that name: our own first, then stock ones.

    Args:
        row: names the data set.

    Returns:
        Version folders that hold a dataset_info.json, newest version first.
    """
    found: list[Path] = []
    for family in (root() / "wgan_jax_images" / row.name, root() / row.name):
        try:
            infos = sorted(family.glob("*.*.*/dataset_info.json"), reverse=True)
        except OSError as error:  # what was prepared is of use, and not needed
            _log.warning("cannot read %s: %s", family, error.strerror)
            continue
        # TFDS prepares in a folder `incomplete.XXXXXX_1.0.0` beside it.
        found += [info.parent for info in infos if _VERSION.fullmatch(info.parent.name)]
    return found


def read_prepared(row: DatasetRow) -> tuple[Splits, Path] | None:
    """Reads the first prepared TFDS dataset that is whole.

    Args:
        row: name and expected sizes.

    Returns:
        The samples and their folder, or None; what is unreadable is logged.
    """
    for folder in prepared_folders(row):
        try:
            from wgan_jax.data.published import prepared

            splits = prepared.read(folder)
        except ImportError as error:
            _log.warning("the TFDS dataset %s is not read: %s", folder, error)
            return None
        except Exception as error:  # TFDS and its reader may raise anything
            problem = f"cannot be read: {type(error).__name__}: {error}"
        else:
            problem = mismatch(row, splits)
            if problem is None:
                return splits, folder
        ours = _is_ours(folder)
        advice = "; delete it to have it prepared again" if ours else ""
        _log.warning("ignoring the TFDS dataset %s: it %s%s", folder, problem, advice)
    return None


def keep(row: DatasetRow, cached: Cached, *, prepare: bool) -> None:
    """Writes the decoded arrays, and prepares the TFDS dataset if it is not there.

    Args:
        row: names the data set.
        cached: the samples, where they came from, and their stamp.
        prepare: False for samples that came from a prepared dataset.
    """
    ways = [functools.partial(_prepare, row, cached.splits)] if prepare else []
    problems = []
    for way in [*ways, functools.partial(write_cache, row, cached)]:
        try:
            way()
        except Exception as error:  # a full disk must not stop a load that succeeded
            problems.append(error)
    if problems:
        _log.warning(
            "cannot keep %s in %s, so the next load reads it again: %s",
            row.name,
            root(),
            problems[0],
        )


def _prepare(row: DatasetRow, splits: Splits) -> None:
    try:
        from wgan_jax.data.published import prepared

        prepared.write(row, splits, root())
    except ImportError as error:  # nothing else needs TFDS or array_record
        _log.warning("%s is kept as arrays, not as a TFDS dataset: %s", row.name, error)
    except Exception:
        # Of two processes that load at once, TFDS fails the slower one's renaming.
        if not any(_is_ours(folder) for folder in prepared_folders(row)):
            raise


def _is_ours(prepared_folder: Path) -> bool:
    return "wgan_jax_images" in prepared_folder.parts


def mismatch(row: DatasetRow, splits: Splits) -> str | None:
    """Compares arrays with what the data set should hold.

    Args:
        row: the expected sizes.
        splits: the arrays.

    Returns:
        What is wrong, to follow the word "it", or None.
    """
    expected = (
        (row.train_size, *row.sample_shape),
        (row.train_size,),
        (row.test_size, *row.sample_shape),
        (row.test_size,),
    )
    for name, array, shape in zip(Splits._fields, splits, expected, strict=True):
        if array.shape != shape:
            return f"holds {name} of shape {array.shape}, not {shape}"
    if splits.train.dtype != np.uint8 or splits.test.dtype != np.uint8:
        return f"holds {splits.train.dtype} images, not uint8"
    return None
