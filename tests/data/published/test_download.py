import dataclasses
import gzip
import time
from typing import ClassVar

import numpy as np
import pytest

from wgan_jax.data.published import download
from wgan_jax.data.published.download import MirrorsFailedError, fetch_files
from wgan_jax.errors import UserError

IMAGES = "train-images-idx3-ubyte.gz"
LABELS = "t10k-labels-idx1-ubyte.gz"


def row_at(tiny, *mirrors):
    return dataclasses.replace(tiny.row, mirrors=tuple(m.url for m in mirrors))


def failure(row, folder) -> MirrorsFailedError:
    with pytest.raises(MirrorsFailedError) as caught:
        fetch_files(row, folder)
    return caught.value


def test_a_good_mirror_delivers_all_files_and_leaves_no_partial(
    tiny, start_mirror, tmp_path
):
    mirror = start_mirror(tiny.packed)
    paths = fetch_files(row_at(tiny, mirror), tmp_path)
    assert [path.read_bytes() for path in paths] == list(tiny.packed.values())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(tiny.packed)


def test_files_that_are_there_and_match_are_not_fetched_again(
    tiny, start_mirror, tmp_path
):
    mirror = start_mirror(tiny.packed)
    tiny.write(tmp_path)
    (tmp_path / LABELS).write_bytes(b"damaged")
    fetch_files(row_at(tiny, mirror), tmp_path)
    assert mirror.asked == [LABELS]
    assert (tmp_path / LABELS).read_bytes() == tiny.packed[LABELS]


def test_missing_truncated_and_altered_files_are_refused_and_named(
    tiny, start_mirror, tmp_path
):
    missing = start_mirror({})
    truncated = start_mirror(tiny.packed)
    truncated.truncate.add(IMAGES)
    altered = start_mirror(tiny.packed | {IMAGES: gzip.compress(b"other")})
    error = failure(row_at(tiny, missing, truncated, altered), tmp_path)
    size = len(tiny.packed[IMAGES])
    for reason, mirror, words in zip(
        error.reasons,
        (missing, truncated, altered),
        ("HTTP status 404", f"truncated: {size // 2} of {size} bytes", "checksum"),
        strict=True,
    ):
        assert reason.startswith(mirror.url + IMAGES)
        assert words in reason
    assert list(tmp_path.iterdir()) == []  # not even a temporary file


def test_the_next_mirror_takes_over_and_the_bad_one_is_not_asked_again(
    tiny, start_mirror, tmp_path
):
    bad, good = start_mirror({}), start_mirror(tiny.packed)
    fetch_files(row_at(tiny, bad, good), tmp_path)
    assert bad.asked == [IMAGES]
    assert len(good.asked) == 4


@pytest.mark.parametrize("fault", ["mute", "drip"])
def test_a_mirror_that_does_not_answer_is_left_in_time(
    tiny, start_mirror, tmp_path, fault
):
    mirror = start_mirror(tiny.packed)
    getattr(mirror, fault).add(IMAGES)
    start = time.monotonic()
    error = failure(row_at(tiny, mirror), tmp_path)
    assert 0.3 < time.monotonic() - start < 3.0
    words = "no answer for 0.4 s" if fault == "mute" else "too slow"
    assert words in error.reasons[0]


@pytest.mark.parametrize("size", [100, None])
def test_a_mirror_that_sends_without_end_is_left(
    tiny, start_mirror, tmp_path, monkeypatch, size
):
    mirror = start_mirror(tiny.packed)
    monkeypatch.setattr(download, "MAX_BYTES", 1000)
    files = tuple(dataclasses.replace(file, size=size) for file in tiny.row.files)
    row = dataclasses.replace(row_at(tiny, mirror), files=files)
    error = failure(row, tmp_path)
    assert f"no end after the {size or 1000:,} bytes wanted" in error.reasons[0]
    assert not list(tmp_path.rglob(".*"))  # nothing half of it is left


class Endless:
    headers: ClassVar[dict] = {}
    sent = 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def read1(self, size):
        Endless.sent += 1
        return b"x"


def test_a_mirror_faster_than_the_disk_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("urllib.request.urlopen", lambda *given, **options: Endless())
    chunks = download._stream("http://fast/", 10_000)
    assert next(chunks) == b"x"
    time.sleep(0.2)  # a slow disk
    assert 2 <= Endless.sent <= 20
    chunks.close()


def test_every_published_file_has_its_size():
    from wgan_jax.data import DATASETS

    sizes = [file.size for row in DATASETS.values() for file in row.files]
    assert len(sizes) == 13
    assert all(4_000 < (size or 0) < download.MAX_BYTES for size in sizes)


def test_a_name_look_up_that_hangs_is_left_in_time(
    tiny, start_mirror, tmp_path, monkeypatch
):
    # getaddrinfo knows no timeout: a socket timeout alone would wait for it
    start_mirror({})  # for its patience
    hang = time.sleep
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: hang(2) or [])
    row = dataclasses.replace(tiny.row, mirrors=("http://mirror.invalid/",))
    start = time.monotonic()
    error = failure(row, tmp_path)
    assert time.monotonic() - start < 1.5
    assert "no answer" in error.reasons[0]


def test_every_mirror_mute_stays_below_ten_seconds():
    from wgan_jax.data import DATASETS

    most = max(len(row.mirrors) for row in DATASETS.values())
    assert most * download.SILENCE_SECONDS <= 8


def test_a_load_downloads_prepares_and_does_not_download_twice(
    tiny, start_mirror, tfds_dir
):
    mirror = start_mirror(tiny.packed)
    row = row_at(tiny, mirror)
    data = row.loader(row, None)
    np.testing.assert_array_equal(data.train, tiny.splits.train)
    assert mirror.url in data.source
    assert (tfds_dir / "wgan_jax_images/tiny/1.0.0/dataset_info.json").is_file()
    row.loader(row, None)
    assert len(mirror.asked) == 4


def test_nothing_found_says_what_was_sought_where_and_what_to_do(
    tiny, start_mirror, tfds_dir, tmp_path
):
    mirror = start_mirror({})
    row = row_at(tiny, mirror)
    with pytest.raises(UserError) as caught:
        row.loader(row, tmp_path)
    message = str(caught.value)
    for words in (
        "tiny was not found",
        str(tfds_dir),
        "train-images-idx3-ubyte",
        str(tmp_path / "tiny"),
        "WGAN_JAX_DATA_DIR",
        mirror.url,
        "HTTP status 404",
        "--data-dir",
        "--dataset digits",
    ):
        assert words in message
    assert not (tfds_dir / "downloads/wgan_jax/tiny").exists()
