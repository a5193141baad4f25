"""Where published image sets are looked for, in which order, and the error if nowhere.

First what was prepared before, then the user's own files, then those of a system
package, then the mirrors. Files that the user points at are checked even when a
prepared dataset makes them unnecessary: a damaged file is always named. This module
knows the order. It must not know any file format.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from wgan_jax.data.dataset import Dataset, DatasetRow, Splits
from wgan_jax.data.published import store
from wgan_jax.data.published.download import MirrorsFailedError, fetch_files
from wgan_jax.errors import UserError
from wgan_jax.places import expand, is_folder, status


class SourceFormat(NamedTuple):
    """How one kind of published set lies in a folder.

    Attributes:
        find: the files of a row in a folder; [] if there are none, UserError if some
            but not all.
        read: turns those files into arrays; UserError if they are damaged.
        wanted: the file names, for people.
    """

    find: Callable[[DatasetRow, Path], list[Path]]
    read: Callable[[DatasetRow, list[Path]], Splits]
    wanted: str


def load_published(
    form: SourceFormat, row: DatasetRow, data_dir: Path | None
) -> Dataset:
    """Finds a published image set, checks it, keeps it for the next time.

    Args:
        form: the file format.
        row: what to look for.
        data_dir: the user's data directory, or None.

    Returns:
        The data set, uint8 images.

    Raises:
        UserError: if the user's files are damaged or incomplete, or nothing is found.
    """
    folders = _user_folders(row, data_dir)
    files = _find_files(form, row, folders)
    # Taken before reading: a file that changes meanwhile makes the cache stale.
    stamp = store.stamp(files)
    cached = store.read_cache(row)
    # Beside files of the user's own only a cache that was made from them counts.
    if cached is not None and (not files or cached.stamp == stamp):
        return _dataset(row, cached.splits, f"{cached.source}; decoded cache")
    # Read even if a prepared dataset is used below, so that damage is reported.
    own = _read(form, row, files) if files else None
    if (prepared := store.read_prepared(row)) is not None:
        splits, folder = prepared
        source = f"TFDS dataset {folder}"
    elif own is not None:
        splits, source = own, f"files in {files[0].parent}"
    else:
        splits, source = _read_or_download(form, row, folders)
    kept = store.Cached(splits, source, stamp)
    store.keep(row, kept, prepare=prepared is None)
    return _dataset(row, splits, source)


def _user_folders(row: DatasetRow, data_dir: Path | None) -> list[Path]:
    folders = named_folders(data_dir)
    if data_dir is not None and not is_folder(data_dir := folders[0]):
        how = "is no folder" if status(data_dir) else "does not exist"
        raise UserError(
            f"the data directory {data_dir} {how}; give one that holds {row.name}/, or "
            "leave it out."
        )
    return [folder / row.name for folder in folders]


def named_folders(data_dir: Path | None) -> list[Path]:
    """Lists the folders of data that a user named: --data-dir, $WGAN_JAX_DATA_DIR.

    Raises:
        UserError: one of them names the home of nobody.
    """
    variable = "WGAN_JAX_DATA_DIR"
    named = {"data_dir": data_dir, f"${variable}": os.environ.get(variable)}
    return [expand(folder, name) for name, folder in named.items() if folder]


def _find_files(form: SourceFormat, row: DatasetRow, folders: list[Path]) -> list[Path]:
    for folder in folders:
        if is_folder(folder) and (files := form.find(row, folder)):
            return files
    return []


def _read(form: SourceFormat, row: DatasetRow, files: list[Path]) -> Splits:
    splits = form.read(row, files)
    if problem := store.mismatch(row, splits):
        raise UserError(
            f"{files[0].parent} is not {row.name}: it {problem}. Put the published "
            "files there, or choose --dataset digits, which needs none."
        )
    return splits


def _read_or_download(
    form: SourceFormat, row: DatasetRow, folders: list[Path]
) -> tuple[Splits, str]:
    if files := _find_files(form, row, list(row.folders)):
        return _read(form, row, files), f"files in {files[0].parent}"
    with contextlib.ExitStack() as stack:
        folder = _download_folder(row, stack)
        try:
            files = fetch_files(row, folder)
        except MirrorsFailedError as error:
            with contextlib.suppress(OSError):
                folder.rmdir()  # fails, rightly, where an earlier file has arrived
            raise _not_found(form, row, folders, error.reasons) from error
        except OSError as error:
            reason = f"{folder} cannot be written: {error.strerror or error}"
            raise _not_found(form, row, folders, [reason]) from error
        return _read(form, row, files), f"downloaded from {row.mirrors[0]}"


def _download_folder(row: DatasetRow, stack: contextlib.ExitStack) -> Path:
    folder = store.root() / "downloads" / "wgan_jax" / row.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        pass
    else:
        if os.access(folder, os.W_OK):
            return folder
    # A read-only home is no reason to fail: the files are needed once, for decoding.
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wgan_jax-")))


def _not_found(
    form: SourceFormat, row: DatasetRow, folders: list[Path], reasons: list[str]
) -> UserError:
    places = [str(folder) for folder in (*folders, *row.folders)]
    if not os.environ.get("WGAN_JAX_DATA_DIR"):
        places.append("$WGAN_JAX_DATA_DIR (not set)")
    lines = [
        f"{row.name} was not found. Looked for:",
        f"  a TFDS dataset {row.name} or wgan_jax_images/{row.name} in {store.root()}",
        f"  {form.wanted} in {', '.join(places)}",
        *(f"  {reason}" for reason in reasons),
        f"Put the files into a folder {row.name}/ and give its parent as --data-dir, "
        "or connect to the network, or choose --dataset digits: real handwritten "
        "digits that need no files.",
    ]
    return UserError("\n".join(lines))


def _dataset(row: DatasetRow, splits: Splits, source: str) -> Dataset:
    return Dataset(
        name=row.name,
        train=splits.train,
        test=splits.test,
        train_labels=splits.train_labels,
        test_labels=splits.test_labels,
        source=source,
    )
