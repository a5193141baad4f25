import dataclasses
import sys
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from wgan_jax.data.dataset import Splits
from wgan_jax.data.published import prepared, store


def test_blocks_come_back_in_order_across_a_short_last_block(tiny, tfds_dir, capsys):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (1100, 4, 4, 3), np.uint8)
    labels = rng.integers(0, 10, 1100).astype(np.int32)
    row = dataclasses.replace(
        tiny.row, sample_shape=(4, 4, 3), train_size=1100, test_size=3
    )
    splits = Splits(images, labels, images[:3], labels[:3])
    prepared.write(row, splits, tfds_dir)
    read, folder = store.read_prepared(row) or (None, None)
    assert read is not None
    for name in Splits._fields:
        np.testing.assert_array_equal(getattr(read, name), getattr(splits, name))
    assert capsys.readouterr() == ("", "")
    assert folder == tfds_dir / "wgan_jax_images/tiny/1.0.0"


def test_plain_tfds_reads_what_was_prepared(tiny, tfds_dir):
    prepared.write(tiny.row, tiny.splits, tfds_dir)
    name, split = "wgan_jax_images/tiny", "test"
    source: Any = tfds.data_source(name, split=split, data_dir=tfds_dir)
    (block,) = source
    np.testing.assert_array_equal(block["image"], tiny.splits.test)
    np.testing.assert_array_equal(block["label"], tiny.splits.test_labels)
    assert "tensorflow" not in sys.modules


def pairs(images, labels):
    return {
        (image.tobytes(), int(label))
        for image, label in zip(images, labels, strict=True)
    }


def test_a_dataset_of_single_images_that_others_prepared_is_read(tiny, tfds_dir):
    class Tiny(tfds.core.GeneratorBasedBuilder):
        VERSION = tfds.core.Version("3.0.1")

        def _info(self):
            features = tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Tensor(shape=(28, 28, 1), dtype=np.uint8),
                    "label": tfds.features.ClassLabel(num_classes=10),
                }
            )
            return tfds.core.DatasetInfo(builder=self, features=features)

        def _split_generators(self, dl_manager):
            images, labels, test, test_labels = tiny.splits
            return {
                "train": self._generate_examples(images, labels),
                "test": self._generate_examples(test, test_labels),
            }

        def _generate_examples(self, images, labels):
            for i, (image, label) in enumerate(zip(images, labels, strict=True)):
                yield i, {"image": image, "label": int(label)}

    tfds.disable_progress_bar()
    Tiny(data_dir=tfds_dir, file_format="array_record").download_and_prepare()
    data = tiny.row.loader(tiny.row, None)
    assert str(tfds_dir / "tiny/3.0.1") in data.source
    # TFDS has shuffled them: compare as pairs of image and label
    assert pairs(data.train, data.train_labels) == pairs(
        tiny.splits.train, tiny.splits.train_labels
    )
    assert data.train_labels.dtype == np.int32
    assert "tensorflow" not in sys.modules
