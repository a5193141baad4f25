"""The data sets by name. A new one is one function and one row here.

A row is complete without reading anything, so that a configuration can be checked
before any data are touched. This module is a table; the loaders know how a set is read.
"""

import functools
from pathlib import Path

from wgan_jax.data.dataset import DatasetRow, RemoteFile
from wgan_jax.data.embedded import load_digits, load_patches
from wgan_jax.data.emoji import load_emoji
from wgan_jax.data.points import load_grid25, load_ring8, load_swissroll
from wgan_jax.data.published.cifar import load_cifar10
from wgan_jax.data.published.mnist import load_idx, load_stacked

_IDX_NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _idx_files(
    sizes: tuple[int, ...],
    md5: tuple[str, ...],
    unpacked: tuple[str | None, ...] = (None,) * 4,
) -> tuple[RemoteFile, ...]:
    return tuple(map(RemoteFile, _IDX_NAMES, md5, unpacked, sizes))


MNIST = DatasetRow(
    name="mnist",
    loader=load_idx,
    sample_shape=(28, 28, 1),
    train_size=60_000,
    test_size=10_000,
    summary="Handwritten digits, 28x28 grey.",
    num_classes=10,
    origin="LeCun, Cortes, Burges (1998), yann.lecun.com/exdb/mnist, CC BY-SA 3.0.",
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    files=_idx_files(
        (9_912_422, 28_881, 1_648_877, 4_542),
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
        num_classes=10,
        origin="Xiao, Rasul, Vollgraf (2017), arXiv 1708.07747, Zalando, MIT licence.",
        mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        files=_idx_files(
            (26_421_880, 29_515, 4_422_102, 5_148),
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
        num_classes=10,
        origin="Clanuwat et al. (2018), arXiv 1812.01718, CODH, CC BY-SA 4.0.",
        mirrors=("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        files=_idx_files(
            (18_165_135, 29_497, 3_041_136, 5_120),
            (
                "bdb82020997e1d708af4cf47b453dcf7",
                "e144d726b3acfaa3e44228e80efcd344",
                "5c965bf0a639b31b8f53240b1b52f4d7",
                "7320c461ea6c1c855c0b718fb2a4b134",
            ),
        ),
    ),
    DatasetRow(
        name="cifar10",
        loader=load_cifar10,
        sample_shape=(32, 32, 3),
        train_size=50_000,
        test_size=10_000,
        summary="Photographs of ten kinds of things, 32x32 colour.",
        num_classes=10,
        origin="Krizhevsky (2009), www.cs.toronto.edu/~kriz/cifar.html.",
        mirrors=("https://www.cs.toronto.edu/~kriz/",),
        files=(
            RemoteFile(
                "cifar-10-python.tar.gz",
                "c58f30108f718f92721af3b95e74349a",
                size=170_498_071,
            ),
        ),
    ),
    DatasetRow(
        name="digits",
        loader=load_digits,
        sample_shape=(8, 8, 1),
        train_size=1_500,
        test_size=297,
        summary="Handwritten digits inside scikit-learn, 8x8 grey.",
        num_classes=10,
        origin="Alpaydin and Kaynak (1998), UCI repository, CC BY 4.0.",
    ),
    DatasetRow(
        name="stacked_mnist",
        loader=functools.partial(load_stacked, base=MNIST),
        sample_shape=(28, 28, 3),
        train_size=128_000,
        test_size=25_600,
        summary="Three random MNIST digits in three channels, 1,000 modes.",
        num_classes=1_000,
        origin="Metz et al. (2017), arXiv 1611.02163; from MNIST, CC BY-SA 3.0.",
        caution="each digit stands in several of its images, so that the intervals "
        "are a little too narrow",
    ),
    DatasetRow(
        name="patches",
        loader=load_patches,
        sample_shape=(32, 32, 3),
        train_size=22_374,
        test_size=6_534,
        summary="Crops of two photographs inside scikit-learn, 32x32 colour.",
        num_classes=2,
        origin="D. Buechele (temple) and vultilion (flower), flickr.com, CC BY 2.0.",
        caution="its crops overlap, so that the intervals are too narrow and every "
        "sample is authentic; its test split is of other parts of the photographs",
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
        num_classes=8,
        origin="Gulrajani et al. (2017), arXiv 1704.00028.",
    ),
    DatasetRow(
        name="grid25",
        loader=load_grid25,
        sample_shape=(2,),
        train_size=100_000,
        test_size=10_000,
        summary="Twenty-five Gaussians on a grid.",
        num_classes=25,
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
