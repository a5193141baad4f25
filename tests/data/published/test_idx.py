import gzip
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from wgan_jax.data.dataset import RemoteFile
from wgan_jax.data.published import idx
from wgan_jax.data.published.idx import md5, parse_idx, read_idx, write_idx
from wgan_jax.errors import UserError

IMAGES = np.arange(2 * 3 * 5, dtype=np.uint8).reshape(2, 3, 5)
CONTENT = write_idx(IMAGES)


def test_the_header_is_big_endian_and_axes_keep_their_order():
    # sizes read as little-endian, or (N, W, H), would give another shape
    by_hand = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 5]) + bytes(range(30))
    assert by_hand == CONTENT
    np.testing.assert_array_equal(parse_idx(by_hand, Path("x")), IMAGES)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_plain_and_gzip_are_told_apart_by_content_not_by_name(tmp_path, pack):
    for name in ("images", "images.gz"):
        (tmp_path / name).write_bytes(pack(CONTENT))
        np.testing.assert_array_equal(read_idx(tmp_path / name), IMAGES)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "not IDX"),
        (b"\x89PNG" + CONTENT[4:], "not IDX"),
        (b"<html>404</html>", "not IDX"),
        (CONTENT[:2] + b"\x0d" + CONTENT[3:], r"type 13, not 8 \(uint8\)"),
        (CONTENT[:3] + b"\x00" + CONTENT[4:], "not IDX"),
        (CONTENT[:9], "truncated inside its 16 byte header"),
        (CONTENT[:-1], "truncated: 45 of 46 bytes"),
        (CONTENT + b"\0", "1 bytes follow"),
        (CONTENT[:4] + b"\xff" * 12 + CONTENT[16:], "truncated: 46 of"),
        (gzip.compress(CONTENT)[:-9], "gzip stream is truncated"),
        (gzip.compress(CONTENT) + b"junk", "gzip stream is damaged"),
    ],
    ids=[
        *("empty", "png", "html", "type", "axes", "header", "short", "long", "sizes"),
        *("short gzip", "long gzip"),
    ],
)
def test_each_kind_of_damage_is_named_with_the_path(tmp_path, content, complaint):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(UserError, match=complaint) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)
    assert "--dataset digits" in str(caught.value)


def test_a_flipped_bit_inside_gzip_is_found(tmp_path):
    packed = bytearray(gzip.compress(bytes(IMAGES.tobytes() * 50), mtime=0))
    packed[-6] ^= 1  # in the CRC: the deflate stream itself is whole
    (tmp_path / "x.gz").write_bytes(packed)
    with pytest.raises(UserError, match="gzip stream is damaged"):
        read_idx(tmp_path / "x.gz")


def test_a_file_packed_anew_passes_and_an_altered_one_does_not(tmp_path):
    file = RemoteFile("images.gz", "not this md5", md5(CONTENT))
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(CONTENT, compresslevel=1))
    np.testing.assert_array_equal(read_idx(path, file), IMAGES)
    altered = CONTENT[:-1] + b"\x99"
    path.write_bytes(gzip.compress(altered))
    with pytest.raises(UserError, match=f"not the published.*{md5(altered)}"):
        read_idx(path, file)


def test_without_an_unpacked_checksum_the_packed_one_decides(tmp_path):
    packed = gzip.compress(CONTENT)
    file = RemoteFile("images.gz", md5(packed))
    (tmp_path / "images.gz").write_bytes(packed)
    np.testing.assert_array_equal(read_idx(tmp_path / "images.gz", file), IMAGES)
    (tmp_path / "images.gz").write_bytes(gzip.compress(CONTENT[:-1] + b"\x99"))
    with pytest.raises(UserError, match="not the published"):
        read_idx(tmp_path / "images.gz", file)


def test_what_no_checksum_can_vouch_for_is_said(tmp_path, caplog):
    (tmp_path / "images").write_bytes(CONTENT)
    read_idx(tmp_path / "images", RemoteFile("images.gz", "published packed only"))
    assert f"{tmp_path / 'images'}: no checksum is published" in caplog.text


def test_a_file_that_cannot_be_read_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"cannot read .*: Is a directory"):
        read_idx(tmp_path)


def test_a_file_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(idx, "MAX_BYTES", 100_000)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(10_000_000)))
    tracemalloc.start()
    with pytest.raises(UserError, match="unpacks to more than 100,000 bytes"):
        read_idx(path)
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()
    path.write_bytes(bytes(100_001))
    with pytest.raises(UserError, match="no regular file of at most 100,000 bytes"):
        read_idx(path)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.gz")
    with pytest.raises(UserError, match="no regular file"):
        read_idx(tmp_path / "x.gz")
