import dataclasses
import logging
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from tests.missing import uninstall
from wgan_jax.data.published import prepared, store


def load(tiny, folder):
    return tiny.row.loader(tiny.row, folder)


def test_a_damaged_cache_is_noticed_and_made_anew(tiny, tmp_path, caplog):
    tiny.write(tmp_path / "tiny")
    load(tiny, tmp_path)
    path = store.cache_path(tiny.row)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1  # one bit of one pixel
    for damaged in (bytes(content), bytes(content[:-300]), b""):
        path.write_bytes(damaged)
        caplog.clear()
        data = load(tiny, tmp_path)
        assert "damaged cache" in caplog.text
        np.testing.assert_array_equal(data.train, tiny.splits.train)
        assert "cache" in load(tiny, tmp_path).source


def test_a_cache_that_holds_a_program_is_not_run(tiny, tfds_dir, caplog):
    path = store.cache_path(tiny.row)
    path.parent.mkdir(parents=True)
    pickled = np.array([{"a": 1}], dtype=object)
    np.savez(path, **(tiny.splits._asdict() | {"source": pickled, "stamp": pickled}))
    assert store.read_cache(tiny.row) is None
    assert "allow_pickle" in caplog.text


def test_a_cache_that_unpacks_to_more_is_not_unpacked(tiny, tfds_dir, caplog):
    path = store.cache_path(tiny.row)
    path.parent.mkdir(parents=True)
    large = tiny.splits._replace(train=np.zeros((1000, 28, 28, 1), np.uint8))
    np.savez_compressed(path, source="a", stamp="b", **large._asdict())
    assert store.read_cache(tiny.row) is None
    assert "it is packed" in caplog.text


def test_a_cache_of_another_size_is_not_used(tiny, tmp_path, caplog):
    tiny.write(tmp_path / "tiny")
    small = tiny.splits._replace(test=tiny.splits.test[:5])
    store.write_cache(tiny.row, store.Cached(small, "elsewhere", ""))
    assert len(load(tiny, tmp_path).test) == 12
    assert "holds test of shape (5, 28, 28, 1)" in caplog.text


def test_a_damaged_prepared_dataset_is_named_and_not_trained_on(tiny, tmp_path, caplog):
    tiny.write(tmp_path / "tiny")
    load(tiny, tmp_path)
    store.cache_path(tiny.row).unlink()
    (folder,) = store.prepared_folders(tiny.row)
    (record,) = folder.glob("*train.array_record*")
    content = bytearray(record.read_bytes())
    content[15_000] ^= 1  # one bit of one pixel; the reader's own hash finds it
    record.write_bytes(content)
    data = load(tiny, tmp_path)
    assert f"ignoring the TFDS dataset {folder}" in caplog.text
    np.testing.assert_array_equal(data.train, tiny.splits.train)


def test_a_place_that_cannot_be_written_does_not_stop_a_load(
    tiny, tmp_path, monkeypatch, caplog
):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "file/tfds"))
    tiny.write(tmp_path / "tiny")
    with caplog.at_level(logging.WARNING):
        data = load(tiny, tmp_path)
    np.testing.assert_array_equal(data.train, tiny.splits.train)
    assert "cannot keep tiny" in caplog.text


def test_one_that_another_process_prepared_meanwhile_is_no_failure(
    tiny, tmp_path, monkeypatch, caplog
):
    write = prepared.write

    def come_second(*args):
        write(*args)
        raise OSError("Destination already exists")

    monkeypatch.setattr(prepared, "write", come_second)
    tiny.write(tmp_path / "tiny")
    load(tiny, tmp_path)
    assert not caplog.messages
    assert store.cache_path(tiny.row).is_file()


def test_a_download_succeeds_where_nothing_can_be_kept(
    tiny, tmp_path, monkeypatch, start_mirror
):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "file/tfds"))
    mirror = start_mirror(tiny.packed)
    row = dataclasses.replace(tiny.row, mirrors=(mirror.url,))
    np.testing.assert_array_equal(row.loader(row, None).train, tiny.splits.train)


def test_a_write_that_fails_leaves_the_old_cache_and_no_debris(
    tiny, tfds_dir, monkeypatch
):
    store.write_cache(tiny.row, store.Cached(tiny.splits, "old", ""))

    def full_disk(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="No space"):
        store.write_cache(tiny.row, store.Cached(tiny.splits, "new", ""))
    kept = store.read_cache(tiny.row)
    assert kept is not None
    assert kept.source == "old"
    assert len(list((tfds_dir / "wgan_jax_cache").iterdir())) == 1


def test_processes_that_load_at_once_all_succeed_and_leave_whole_files(
    tiny, tmp_path, tfds_dir
):
    tiny.write(tmp_path / "data/tiny")
    program = textwrap.dedent(f"""
        import dataclasses, sys
        from pathlib import Path
        from wgan_jax.data.registry import MNIST
        row = dataclasses.replace(MNIST, name="tiny", train_size=40, test_size=12,
                                  files=tuple(dataclasses.replace(f, unpacked_md5=None,
                                  md5=None) for f in MNIST.files))
        print(row.loader(row, Path({str(tmp_path / "data")!r})).train.sum())
        assert "tensorflow_datasets" in sys.modules
        assert "tensorflow" not in sys.modules
    """)
    command = [sys.executable, "-W", "error", "-c", program]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process in running:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert output.strip() == str(tiny.splits.train.sum())
    assert store.read_cache(tiny.row) is not None
    prepared = store.read_prepared(tiny.row)
    assert prepared is not None
    np.testing.assert_array_equal(prepared[0].train, tiny.splits.train)
    assert not list(tfds_dir.glob("**/.tiny.*"))


def test_no_flipped_bit_of_the_cache_is_a_traceback(tiny):
    store.write_cache(tiny.row, store.Cached(tiny.splits, "here", ""))
    path = store.cache_path(tiny.row)
    whole = path.read_bytes()
    for place in range(whole.index(b"PK\1\2"), len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        kept = store.read_cache(tiny.row)
        if kept is not None:  # a bit that no reader looks at
            np.testing.assert_array_equal(kept.splits.train, tiny.splits.train)


@pytest.mark.parametrize("package", ["tensorflow_datasets", "array_record"])
def test_without_tfds_what_was_prepared_is_named_and_arrays_are_kept(
    package, tiny, tmp_path, monkeypatch, caplog
):
    tiny.write(tmp_path / "tiny")
    load(tiny, tmp_path)
    store.cache_path(tiny.row).unlink()
    (folder,) = store.prepared_folders(tiny.row)
    uninstall(monkeypatch, package)
    assert len(load(tiny, tmp_path).train) == len(tiny.splits.train)
    said = caplog.messages[0]
    assert f"the TFDS dataset {folder} is not read" in said
    assert package in said
    assert store.read_cache(tiny.row) is not None
