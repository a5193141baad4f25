"""Classes of one's own data: subfolders, and the arrays of labels beside samples."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from wgan_jax.config import Config
from wgan_jax.config.samples import samples_of
from wgan_jax.data import count_classes, load
from wgan_jax.errors import UserError

# One image in each, of the brightness that is its name.
IMAGES = np.arange(40, dtype=np.uint8)[:, None, None, None] * np.ones((1, 8, 8, 1))
IMAGES = IMAGES.astype(np.uint8)


def fill(folder: Path, names: str) -> Path:
    """Saves images of the given brightness, each at `PLACE/NUMBER`."""
    for name in names.split():
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        value = int(path.stem)
        Image.new("L", (8, 8), value).save(path)
    return folder


def classes(data) -> dict[int, int]:
    """Brightness -> class, of both splits."""
    found = {}
    for images, labels in (
        (data.train, data.train_labels),
        (data.test, data.test_labels),
    ):
        assert labels.dtype == np.int32
        found |= dict(zip(images[:, 0, 0, 0].tolist(), labels.tolist(), strict=True))
    return found


def read(folder: Path):
    return load(str(folder), image_size=8, channels=1)


def test_subfolders_are_classes_in_the_order_of_their_names(tmp_path):
    names = " ".join(f"{['owl', 'cat', 'dog/old'][i % 3]}/{i}" for i in range(30))
    folder = fill(tmp_path / "zoo", names)
    expected = {i: [2, 0, 1][i % 3] for i in range(30)}
    for _ in range(2):  # decoded, then from the cache
        data = read(folder)
        assert len(data.test) == 3
        assert classes(data) == expected
    assert count_classes(str(folder)) == data.num_classes == 3


def test_below_train_and_test_they_are_numbered_alike(tmp_path):
    names = "train/cat/1 train/dog/2 train/owl/3 test/owl/4 test/dog/5"
    folder = fill(tmp_path / "zoo", names)
    assert classes(read(folder)) == {1: 0, 2: 1, 3: 2, 4: 2, 5: 1}
    assert count_classes(str(folder)) == 3


def test_a_broken_image_takes_its_label_with_it(tmp_path):
    folder = fill(tmp_path / "zoo", "a/1 b/2 b/3 c/4")
    (folder / "b" / "0.png").write_bytes(b"broken")
    assert classes(read(folder)) == {1: 0, 2: 1, 3: 1, 4: 2}


def test_one_image_beside_the_folders_leaves_all_without_a_class(tmp_path):
    folder = fill(tmp_path / "zoo", "a/1 b/2 3")
    assert read(folder).train_labels is None
    with pytest.raises(UserError, match=r"'3.png' in .*zoo lies in no folder"):
        count_classes(str(folder))


def test_labels_of_an_array_file_go_with_its_samples(tmp_path):
    path, labels = tmp_path / "a.npz", np.arange(40) % 7
    np.savez(path, samples=IMAGES, labels=labels)
    data = load(str(path))
    assert len(data.test) == 4
    assert classes(data) == {i: i % 7 for i in range(40)}
    assert count_classes(str(path)) == 7
    # Made smaller they are read through the cache.
    smaller = load(str(path), image_size=4)
    np.testing.assert_array_equal(smaller.train_labels, data.train_labels)


def test_held_out_samples_of_an_array_file_have_labels_of_their_own(tmp_path):
    path, labels = tmp_path / "a.npz", np.arange(40) % 3
    splits = {"train": IMAGES[:30], "test": IMAGES[30:], "train_labels": labels[:30]}
    np.savez(path, **splits, test_labels=labels[30:])
    assert classes(load(str(path))) == {i: i % 3 for i in range(40)}
    np.savez(path, **splits)
    data = load(str(path))
    np.testing.assert_array_equal(data.train_labels, labels[:30])
    assert data.test_labels is None


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.arange(39), r"array 'labels' of .*a.npz is int64 \(39,\).*\[40\]"),
        (np.arange(40) / 1.0, "float64"),
        (np.full(40, "cat"), "<U3"),
    ],
)
def test_labels_that_do_not_fit_are_refused_where_they_are_wanted(
    labels, message, tmp_path
):
    path = tmp_path / "a.npz"
    np.savez(path, samples=IMAGES, labels=labels)
    assert load(str(path)).train_labels is None
    config = Config(dataset=str(path))
    assert samples_of(config).num_classes is None
    with pytest.raises(UserError, match=message):
        samples_of(Config(dataset=str(path), conditional=True))


def test_a_file_without_labels_says_how_it_gets_some(tmp_path):
    np.save(tmp_path / "a.npy", IMAGES)
    np.savez(tmp_path / "b.npz", train=IMAGES)
    for name in ("a.npy", "b.npz"):
        with pytest.raises(UserError, match="an array 'labels' of whole numbers"):
            count_classes(str(tmp_path / name))
    with pytest.raises(UserError, match="tfds:cats the images alone are read"):
        count_classes("tfds:cats")


@pytest.mark.parametrize("parts", [("train", "val"), ("train",), ("Train", "Test")])
def test_parts_of_data_are_no_classes(tmp_path, parts):
    for index, part in enumerate(parts):
        fill(tmp_path, f"{part}/cat/{index} {part}/dog/{index}")
    with pytest.raises(UserError, match=f"{', '.join(sorted(parts))}, which are no"):
        count_classes(str(tmp_path))


def test_a_split_of_which_nothing_can_be_read_is_named(tmp_path):
    fill(tmp_path, "train/cat/1 train/dog/2 test/cat/3")
    (tmp_path / "test/cat/3.png").write_bytes(b"no image")
    with pytest.raises(UserError, match="none of the image files in test/"):
        load(str(tmp_path))
