"""The TFDS dataset that is prepared once, written and read without TensorFlow.

Importing this module imports tensorflow-datasets (0.4 s), so `store.py` imports it only
when there is something to read or write. It must not know where the samples came from.

A record holds a block of images, not one: 138 records of 512 take 0.2 s to write and
0.1 s to read where 70,000 records of one image take 8 s and 2.5 s.
"""

import contextlib
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import tensorflow_datasets as tfds

from wgan_jax.data.dataset import DatasetRow, Splits
from wgan_jax.data.tfds_metadata import read_metadata

_BLOCK = 512


class WganJaxImages(tfds.core.GeneratorBasedBuilder):
    """Image sets in their published order, one configuration for each data set."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {"1.0.0": "Blocks of 512 images."}

    def __init__(self, row: DatasetRow, splits: Splits, data_dir: Path) -> None:
        """Keeps the samples to write; `data_dir` is the TFDS data directory."""
        self._row, self._splits = row, splits
        config = tfds.core.BuilderConfig(name=row.name, description=row.summary)
        super().__init__(data_dir=data_dir, config=config, file_format="array_record")

    def _info(self) -> tfds.core.DatasetInfo:
        def blocks(shape: tuple[int, ...]) -> tfds.features.Tensor:
            # Tensor features are what TFDS writes and reads without TensorFlow.
            return tfds.features.Tensor(
                shape=(None, *shape), dtype=np.uint8, encoding="bytes"
            )

        return tfds.core.DatasetInfo(
            builder=self,
            description=f"{self._row.summary} {self._row.origin}",
            features=tfds.features.FeaturesDict(
                {"image": blocks(self._row.sample_shape), "label": blocks(())}
            ),
            disable_shuffling=True,  # the published order, whatever the source
        )

    def _split_generators(self, dl_manager: Any) -> dict[str, Iterator]:
        """Returns both splits; nothing is downloaded, as the samples are in memory."""
        train, train_labels, test, test_labels = self._splits
        return {
            "train": self._generate_examples(train, train_labels),
            "test": self._generate_examples(test, test_labels),
        }

    def _generate_examples(
        self, images: np.ndarray, labels: np.ndarray
    ) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
        for start in range(0, len(images), _BLOCK):
            # The key is the first index; the last block may be shorter.
            block = slice(start, start + _BLOCK)
            yield (
                start,
                {"image": images[block], "label": labels[block].astype(np.uint8)},
            )


def write(row: DatasetRow, splits: Splits, root: Path) -> None:
    """Prepares a data set as `root/wgan_jax_images/NAME/1.0.0`, once.

    Args:
        row: name, shape and description.
        splits: the samples, in their published order.
        root: the TFDS data directory.

    Raises:
        Exception: whatever TFDS raises when it cannot write.
    """
    tfds.disable_progress_bar()
    with _silence():
        WganJaxImages(row, splits, root).download_and_prepare()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Silences TFDS, which prints what it does and warns of a config of our own."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.setLevel(level)


def read(folder: Path) -> Splits:
    """Reads a prepared dataset, of blocks or of single images, ours or the stock one.

    Args:
        folder: the version folder, the one that holds dataset_info.json.

    Returns:
        Images uint8 `[N, H, W, C]` and labels int32 `[N]` for `train` and `test`.

    Raises:
        Exception: whatever TFDS or array_record raises on files they cannot read.
    """
    read_metadata(folder)  # before TFDS imports what the metadata name
    builder: Any = tfds.builder_from_directory(folder)
    train, train_labels = _read_split(builder.as_data_source("train"))
    test, test_labels = _read_split(builder.as_data_source("test"))
    return Splits(train, train_labels, test, test_labels)


def _read_split(source: Any) -> tuple[np.ndarray, np.ndarray]:
    records = source.__getitems__(list(range(len(source))))
    # Joins blocks [n, H, W, C]; stacks the single images [H, W, C] of a stock dataset.
    join = np.concatenate if records[0]["image"].ndim == 4 else np.stack
    images = join([record["image"] for record in records])
    labels = join([record["label"] for record in records])
    return images, labels.astype(np.int32)
