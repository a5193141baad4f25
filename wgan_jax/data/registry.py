"""The data sets by name. A new one is one function and one row here.

A row is complete without reading anything, so that a configuration can be checked
before any data are touched. This module is a table; the loaders know how a set is read.
"""

import functools
import os
from pathlib import Path

from wgan_jax.data.dataset import Dataset, DatasetRow, RemoteFile
from wgan_jax.data.embedded import load_digits, load_patches
from wgan_jax.data.emoji import load_emoji
from wgan_jax.data.own import names as own
from wgan_jax.data.points import load_grid25, load_ring8, load_swissroll
from wgan_jax.data.published.cifar import load_cifar10
from wgan_jax.data.published.mnist import load_idx, load_stacked
from wgan_jax.errors import UserError, unknown_name

_IDX_NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _idx_files(
    md5: tuple[str, ...], unpacked: tuple[str | None, ...] = (None,) * 4
) -> tuple[RemoteFile, ...]:
    return tuple(map(RemoteFile, _IDX_NAMES, md5, unpacked))


MNIST = DatasetRow(
    name="mnist",
    loader=load_idx,
    sample_shape=(28, 28, 1),
    train_size=60_000,
    test_size=10_000,
    summary="Handwritten digits, 28x28 grey.",
    origin="LeCun, Cortes, Burges (1998), yann.lecun.com/exdb/mnist, CC BY-SA 3.0.",
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    files=_idx_files(
        (
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
        (
            "6bbc9ace898e44ae57da46a324031adb",
            "a25bea736e30d166cdddb491f175f624",
            "2646ac647ad5339dbf082846283269ea",
            "27ae3e4e09519cfbb04c329615203637",
        ),
    ),
)

_ROWS = (
    MNIST,
    DatasetRow(
        name="fashion_mnist",
        loader=load_idx,
        sample_shape=(28, 28, 1),
        train_size=60_000,
        test_size=10_000,
        summary="Articles of clothing, 28x28 grey.",
        origin="Xiao, Rasul, Vollgraf (2017), arXiv 1708.07747, Zalando, MIT licence.",
        mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        files=_idx_files(
            (
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310",
            ),
            (  # Debian compresses the files anew: only these match its package
                "f4a8712d7a061bf5bd6d2ca38dc4d50a",
                "9018921c3c673c538a1fc5bad174d6f9",
                "8181f5470baa50b63fa0f6fddb340f0a",
                "15d484375f8d13e6eb1aabb0c3f46965",
            ),
        ),
        folders=(Path("/usr/share/datasets/fashion-mnist"),),
    ),
    DatasetRow(
        name="kmnist",
        loader=load_idx,
        sample_shape=(28, 28, 1),
        train_size=60_000,
        test_size=10_000,
        summary="Cursive Japanese characters, 28x28 grey.",
        origin="Clanuwat et al. (2018), arXiv 1812.01718, CODH, CC BY-SA 4.0.",
        mirrors=("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        files=_idx_files(
            (
                "bdb82020997e1d708af4cf47b453dcf7",
                "e144d726b3acfaa3e44228e80efcd344",
                "5c965bf0a639b31b8f53240b1b52f4d7",
                "7320c461ea6c1c855c0b718fb2a4b134",
            )
        ),
    ),
    DatasetRow(
        name="cifar10",
        loader=load_cifar10,
        sample_shape=(32, 32, 3),
        train_size=50_000,
        test_size=10_000,
        summary="Photographs of ten kinds of things, 32x32 colour.",
        origin="Krizhevsky (2009), www.cs.toronto.edu/~kriz/cifar.html.",
        mirrors=("https://www.cs.toronto.edu/~kriz/",),
        files=(
            RemoteFile("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a"),
        ),
    ),
    DatasetRow(
        name="digits",
        loader=load_digits,
        sample_shape=(8, 8, 1),
        train_size=1_500,
        test_size=297,
        summary="Handwritten digits inside scikit-learn, 8x8 grey.",
        origin="Alpaydin and Kaynak (1998), UCI repository, CC BY 4.0.",
    ),
    DatasetRow(
        name="stacked_mnist",
        loader=functools.partial(load_stacked, base=MNIST),
        sample_shape=(28, 28, 3),
        train_size=128_000,
        test_size=25_600,
        summary="Three random MNIST digits in three channels, 1,000 modes.",
        origin="Metz et al. (2017), arXiv 1611.02163; from MNIST, CC BY-SA 3.0.",
    ),
    DatasetRow(
        name="patches",
        loader=load_patches,
        sample_shape=(32, 32, 3),
        train_size=22_374,
        test_size=6_534,
        summary="Crops of two photographs inside scikit-learn, 32x32 colour.",
        origin="D. Buechele (temple) and vultilion (flower), flickr.com, CC BY 2.0.",
    ),
    DatasetRow(
        name="emoji",
        loader=load_emoji,
        sample_shape=(32, 32, 3),
        train_size=3_590,
        test_size=326,
        summary="Pictures of a colour emoji font, 32x32 colour over white.",
        origin="Google, Noto Color Emoji 2.042, SIL Open Font License 1.1.",
        folders=(
            Path("/usr/share/fonts/truetype/noto"),  # Debian, Ubuntu
            Path("/usr/share/fonts/noto"),  # Arch
            Path("/usr/share/fonts/google-noto-color-emoji-fonts"),  # Fedora
            Path("/usr/share/fonts/google-noto-emoji"),
            Path("/usr/local/share/fonts"),
            Path("~/.local/share/fonts"),
            Path("~/.fonts"),
        ),
        exact=False,
    ),
    DatasetRow(
        name="ring8",
        loader=load_ring8,
        sample_shape=(2,),
        train_size=100_000,
        test_size=10_000,
        summary="Eight Gaussians on a circle.",
        origin="Gulrajani et al. (2017), arXiv 1704.00028.",
    ),
    DatasetRow(
        name="grid25",
        loader=load_grid25,
        sample_shape=(2,),
        train_size=100_000,
        test_size=10_000,
        summary="Twenty-five Gaussians on a grid.",
        origin="Gulrajani et al. (2017), arXiv 1704.00028.",
    ),
    DatasetRow(
        name="swissroll",
        loader=load_swissroll,
        sample_shape=(2,),
        train_size=100_000,
        test_size=10_000,
        summary="A noisy spiral.",
        origin="Gulrajani et al. (2017), arXiv 1704.00028.",
    ),
)

DATASETS: dict[str, DatasetRow] = {row.name: row for row in _ROWS}


def is_own(name: str) -> bool:
    """Whether a dataset is none of `DATASETS` but a path or `tfds:NAME`."""
    return name not in DATASETS and own.is_own(name)


def load(
    name: str,
    data_dir: str | Path | None = None,
    *,
    image_size: int | None = None,
    channels: int | None = None,
) -> Dataset:
    """Loads a data set from the first source that has it, without TensorFlow.

    Args:
        name: a name in `DATASETS`; or data of your own: a folder of images, a .npy or
            .npz file, or `tfds:NAME[:TRAIN[:TEST]]` for what TFDS has prepared.
        data_dir: a folder that holds a folder of that name; None leaves it to
            $WGAN_JAX_DATA_DIR. Sets that need no files ignore it.
        image_size: side in pixels that your own images are cropped and resized to; None
            leaves them as they are, and is 32 for a folder.
        channels: 1 for grey or 3 for colour; None leaves them, and is 3 for a folder.

    Returns:
        The data set: uint8 images or float32 points.

    Raises:
        UserError: for an unknown name, damaged or altered files, or when nothing is
            found; the message says what was looked for, where, and what to do.
    """
    folder = None if data_dir is None else Path(os.path.expanduser(data_dir))
    if is_own(name):
        from wgan_jax.data.own.load import load_own

        return load_own(name, image_size, channels, folder)
    if name not in DATASETS:
        raise unknown_name("dataset", name, DATASETS)
    if image_size is not None or channels is not None:
        raise UserError(
            f"image_size and channels have no effect: {name} has samples of shape "
            f"{DATASETS[name].sample_shape}. Leave them out."
        )
    row = DATASETS[name]
    return row.loader(row, folder)


def describe_own(
    name: str,
    image_size: int | None = None,
    channels: int | None = None,
    data_dir: str | Path | None = None,
) -> tuple[tuple[int, ...], int | None]:
    """Finds the shape of the user's own samples, and their number if it is written.

    Args:
        name: as `load` takes it, like the others.
        image_size: see there.
        channels: see there.
        data_dir: see there.

    Returns:
        `(H, W, C)` or `(d,)`, and how many there are at most, or None.

    Raises:
        UserError: nothing is there, or it is no data.
    """
    from wgan_jax.data.own.load import describe_own

    folder = None if data_dir is None else Path(os.path.expanduser(data_dir))
    return describe_own(name, image_size, channels, folder)
