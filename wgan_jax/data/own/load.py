"""The user's own data from a word of the command line: which kind, then its reader.

What was decoded is kept in `cache` and read from there as long as no file changed. This
module knows the kinds of sources and no format.
"""

import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path

from wgan_jax.data.dataset import Dataset
from wgan_jax.data.own import arrays, cache, classes, names, tfds_folder
from wgan_jax.data.own.samples import OwnSamples, fitted_shape, resize
from wgan_jax.errors import UserError
from wgan_jax.files import describe_error

DEFAULT_SIZE, DEFAULT_CHANNELS = 32, 3  # of a folder: pixels of a side, colour

_log = logging.getLogger(__name__)


def load_own(
    name: str,
    image_size: int | None = None,
    channels: int | None = None,
    data_dir: Path | None = None,
) -> Dataset:
    """Loads a folder of images, an array file or a prepared TFDS dataset.

    Args:
        name: a path, or `tfds:NAME[:TRAIN[:TEST]]`.
        image_size: side in pixels that images are cropped and resized to; None leaves
            arrays and TFDS images as they are, and is 32 for a folder.
        channels: 1 for grey, 3 for colour; None leaves them, and is 3 for a folder.
        data_dir: where TFDS datasets are looked for besides the TFDS data directory.

    Returns:
        The data set, named by the last part of the path, with labels where a folder
        has a subfolder for each class or an .npz file an array of them.

    Raises:
        UserError: nothing is there, or nothing in it can be learned from.
    """
    name = names.full_name(name)
    if name.startswith(names.TFDS):
        own = _load_tfds(name, image_size, channels, data_dir)
    elif is_folder(name):
        own = _load_folder(Path(name), image_size, channels)
    else:
        own = _load_arrays(Path(name), image_size, channels)
    for warning in own.warnings:
        _log.warning("%s", warning)
    short = names.short_name(name)
    labels = own.train_labels, own.test_labels
    return Dataset(short, own.train, own.test, *labels, own.source)


def describe_own(
    name: str,
    image_size: int | None = None,
    channels: int | None = None,
    data_dir: Path | None = None,
) -> tuple[tuple[int, ...], int | None]:
    """Finds the shape of a sample, and their number if no decoding is needed for it.

    Args:
        name: as `load_own` takes it, like the others.
        image_size: see there.
        channels: see there.
        data_dir: see there.

    Returns:
        `(H, W, C)` or `(d,)`, and at most how many samples there are to train on, or
        None.

    Raises:
        UserError: nothing is there, or it is no data.
    """
    name = names.full_name(name)
    if name.startswith(names.TFDS):
        found = tfds_folder.find_prepared(name, data_dir)
        # A record of a block holds many.
        shape, count = found.shape, None if found.image.block else found.count
    elif is_folder(name):
        shape, count = (DEFAULT_SIZE, DEFAULT_SIZE, DEFAULT_CHANNELS), None
    else:
        shape, count = arrays.describe_arrays(Path(name))
    return fitted_shape(shape, image_size, channels, name), count


def count_classes(name: str) -> int:
    """Counts the classes of data of the user's own, without decoding any sample.

    Args:
        name: as `load_own` takes it.

    Returns:
        Of a folder the number of its subfolders with images, of an .npz file one more
        than its largest label.

    Raises:
        UserError: the data have no labels; the message says how they get some.
    """
    name = names.full_name(name)
    if name.startswith(names.TFDS):
        raise UserError(
            f"conditional needs the class of every sample, and of {name} the images "
            "alone are read: hand the data over from Python as a Dataset with "
            "train_labels, or leave conditional out."
        )
    if is_folder(name):
        from wgan_jax.data.own import folder

        found = folder.find_images(Path(name)).images
        return classes.require_folders(name, [image for image, _, _ in found])
    return int(arrays.read_labels(Path(name)).train.max()) + 1


def is_folder(path: str) -> bool:
    """Whether a path is a folder; refuses what is neither that nor an array file."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        problem = describe_error(error)
        if isinstance(error, (FileNotFoundError, NotADirectoryError)):
            problem = "there is nothing by that name"
        raise UserError(
            f"cannot read the data in {path}: {problem}. {_WANTED}"
        ) from None
    if stat.S_ISDIR(mode):
        return True
    # A pipe would be waited for, and a device may never end.
    if not stat.S_ISREG(mode) or Path(path).suffix not in names.ARRAY_SUFFIXES:
        kind = "file of another kind" if stat.S_ISREG(mode) else "pipe or device"
        raise UserError(f"{path} is a {kind}. {_WANTED}")
    return False


_WANTED = (
    "Give --dataset a folder of images, a .npy or .npz file, tfds:NAME, or the name of "
    "a data set (see --help)."
)


def _load_folder(
    path: Path, image_size: int | None, channels: int | None
) -> OwnSamples:
    # Pillow takes a tenth of a second to import.
    from wgan_jax.data.own import folder

    size = image_size or DEFAULT_SIZE
    shape = (size, size, channels or DEFAULT_CHANNELS)
    found = folder.find_images(path)
    return _cached(
        str(path), (found, shape), lambda: folder.read_images(path, found, shape)
    )


def _load_arrays(
    path: Path, image_size: int | None, channels: int | None
) -> OwnSamples:
    before, _ = arrays.describe_arrays(path)
    shape = fitted_shape(before, image_size, channels, str(path))
    # Reading an array as it is costs what reading its cache would.
    if shape == before:
        return arrays.read_arrays(path)
    status = path.stat()
    made_from = (status.st_size, status.st_mtime_ns, shape)
    return _cached(
        str(path), made_from, lambda: resize(arrays.read_arrays(path), shape)
    )


def _load_tfds(
    name: str, image_size: int | None, channels: int | None, data_dir: Path | None
) -> OwnSamples:
    found = tfds_folder.find_prepared(name, data_dir)
    shape = fitted_shape(found.shape, image_size, channels, name)
    stats = [(path.name, path.stat()) for path in sorted(found.folder.iterdir())]
    files = [(file, status.st_size, status.st_mtime_ns) for file, status in stats]
    made_from = (str(found.folder), files, shape)
    return _cached(name, made_from, lambda: tfds_folder.read_prepared(found, shape))


def _cached(
    name: str, made_from: object, decode: Callable[[], OwnSamples]
) -> OwnSamples:
    """Reads data from the cache, or decodes and keeps them."""
    import PIL  # another version may decode JPEG to other bits

    place = cache.cache_path(names.short_name(name), name)
    stamp = cache.make_stamp(made_from, PIL.__version__)
    own = cache.read(place, stamp)
    if own is None:
        own = decode()
        cache.write(place, stamp, own)
    return own
