import dataclasses
import gzip
import hashlib
import io
import lzma
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest

from wgan_jax.data import DATASETS
from wgan_jax.data.dataset import RemoteFile
from wgan_jax.data.published import cifar
from wgan_jax.errors import UserError


def batch_bytes(rng, count: int) -> tuple[bytes, np.ndarray, np.ndarray]:
    images = rng.integers(0, 256, (count, 32, 32, 3), np.uint8)
    labels = rng.integers(0, 10, count)
    planes = images.transpose(0, 3, 1, 2).reshape(count, 3072)
    batch = {b"data": planes, b"labels": labels.tolist(), b"batch_label": b"one"}
    return pickle.dumps(batch, protocol=2), images, labels


@pytest.fixture
def published(monkeypatch):
    """A small archive of the published layout: six batches of four images."""
    rng = np.random.default_rng(1)
    batches = {name: batch_bytes(rng, 4) for name in cifar.BATCHES}
    for name, (content, _, _) in batches.items():
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        monkeypatch.setitem(cifar.BATCHES, name, digest)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, (content, _, _) in batches.items():
            info = tarfile.TarInfo(f"{cifar.FOLDER}/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    row = dataclasses.replace(
        DATASETS["cifar10"],
        train_size=20,
        test_size=4,
        mirrors=(),
        files=(RemoteFile("cifar-10-python.tar.gz", "0" * 32),),
    )
    return row, batches, buffer.getvalue()


def write(folder: Path, batches) -> None:
    folder.mkdir(parents=True)
    for name, (content, _, _) in batches.items():
        (folder / name).write_bytes(content)


@pytest.mark.parametrize("packed", [True, False])
def test_the_archive_and_the_unpacked_folder_give_the_same(published, tmp_path, packed):
    row, batches, archive = published
    folder = tmp_path / "cifar10"
    if packed:
        folder.mkdir()
        (folder / "cifar-10-python.tar.gz").write_bytes(archive)
    else:
        write(folder / cifar.FOLDER, batches)
    data = row.loader(row, tmp_path)
    # batches in order, channels last: plane order read as pixels would scramble them
    np.testing.assert_array_equal(
        data.train, np.concatenate([b[1] for b in list(batches.values())[:5]])
    )
    np.testing.assert_array_equal(data.test, batches["test_batch"][1])
    np.testing.assert_array_equal(data.test_labels, batches["test_batch"][2])
    assert "cache" in row.loader(row, tmp_path).source


def test_a_damaged_or_incomplete_archive_is_named(published, tmp_path):
    row, batches, archive = published
    path = tmp_path / "cifar10/cifar-10-python.tar.gz"
    path.parent.mkdir()
    flipped = bytearray(gzip.decompress(archive))
    flipped[flipped.index(batches["data_batch_3"][0][200:260])] ^= 1
    for content, complaint in (
        (archive[: len(archive) // 2], "damaged"),
        (b"<html>", "damaged"),
        (gzip.compress(bytes(flipped)), "data_batch_3.*MD5"),
    ):
        path.write_bytes(content)
        with pytest.raises(UserError, match=complaint) as caught:
            row.loader(row, tmp_path)
        assert str(path.parent) in str(caught.value)


def test_a_missing_batch_is_named(published, tmp_path):
    row, batches, _ = published
    write(tmp_path / "cifar10" / cifar.FOLDER, batches)
    (tmp_path / "cifar10" / cifar.FOLDER / "data_batch_4").unlink()
    with pytest.raises(UserError, match="data_batch_4 missing"):
        row.loader(row, tmp_path)


class _Evil:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_a_pickle_that_is_a_program_is_not_run(tmp_path):
    # a plain pickle.loads would create the file
    for content in (
        pickle.dumps({b"data": _Evil(tmp_path / "owned"), b"labels": []}),
        b"cos\nsystem\n(S'touch " + str(tmp_path / "owned").encode() + b"'\ntR.",
    ):
        with pytest.raises(UserError, match="it asks for"):
            cifar.parse_batch(content, tmp_path / "data_batch_1")
    assert not (tmp_path / "owned").exists()


def test_the_spelling_of_the_published_pickles_is_read():
    # Python 2 wrote them in 2009: protocol 2, numpy.core, byte strings
    data = np.arange(3072, dtype=np.uint8)[None]
    content = pickle.dumps({b"data": data, b"labels": [3]}, protocol=2)
    old = content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    images, labels = cifar.parse_batch(old, Path("x"))
    assert images.shape == (1, 32, 32, 3)
    assert list(images[0, 0, 1]) == [1, (1024 + 1) % 256, (2048 + 1) % 256]
    assert list(labels) == [3]


def test_a_damaged_archive_that_is_packed_with_xz_is_named(published, tmp_path):
    row, _, archive = published
    path = tmp_path / "cifar10/cifar-10-python.tar.gz"
    path.parent.mkdir()
    packed = bytearray(lzma.compress(gzip.decompress(archive)))
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(packed)
    with pytest.raises(UserError, match="damaged"):
        row.loader(row, tmp_path)


@pytest.mark.parametrize("kind", ["header", "file", "total"])
def test_an_archive_that_unpacks_to_too_much_is_refused(
    kind, published, tmp_path, monkeypatch
):
    row, _, _ = published
    monkeypatch.setattr(cifar, "MAX_BYTES", 500_000)
    monkeypatch.setattr(cifar, "_UNPACKED", 1_000_000)
    path = tmp_path / "cifar10" / "cifar-10-python.tar.gz"
    path.parent.mkdir()
    info = tarfile.TarInfo(f"{cifar.FOLDER}/data_batch_1")
    info.size = 2_000_000
    if kind == "header":  # of a long name, which tarfile reads whole
        info.type = tarfile.GNUTYPE_LONGNAME
    elif kind == "total":
        info.name = "other"
    path.write_bytes(gzip.compress(info.tobuf() + bytes(info.size + 10_240)))
    words = "unpacks to more than" if kind == "total" else "parts has 2,000,"
    with pytest.raises(UserError, match=f"cifar-10-python.tar.gz .*{words}"):
        row.loader(row, tmp_path)
