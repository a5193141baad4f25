"""Rows that are missing, repeated or moved away are said, and never silently."""

import json
import shutil

import pytest

from wgan_jax.artifacts.log_reading import read_metrics
from wgan_jax.artifacts.row_file import RowFile, truncate
from wgan_jax.files import ArtifactError


def write(path, steps):
    path.write_text("".join(json.dumps({"step": step}) + "\n" for step in steps))


def steps(path):
    return [row["step"] for row in read_metrics(path)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "metrics.jsonl"


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ((1, 2, 6, 7), "largest gap is after line 2, step 2 to 6"),
        ((3, 4, 5, 6, 7), "largest gap is after line 0, step 0 to 3"),
        ((1, 2, 3, 4), "largest gap is after line 4, step 4 to 7"),
        ((1, 2, 3, 4, 5, 6, 7, 8), None),
        ((), "has 0 rows up to step 7, but 7 were logged. The run goes on"),
    ],
)
def test_a_hole_is_said_with_its_line(path, capsys, there, words):
    write(path, there)
    assert truncate(path, 7, 7) == len([step for step in there if step < 8])
    told = capsys.readouterr().err
    assert (words in told) if words else not told


def test_a_log_that_is_gone_is_said_and_begins_anew(path, capsys):
    log = RowFile(path, 20, 20)
    assert "has 0 rows up to step 20, but 20 were logged" in capsys.readouterr().err
    log.write([{"step": 21}])
    log.close()
    assert (log.rows, steps(path)) == (1, [21])


def test_rows_of_a_step_that_was_there_go_and_are_said(path, capsys):
    write(path, (1, 2, 3, 2, 3, 4, 9, 5))
    assert truncate(path, 5, 5) == 5
    assert steps(path) == [1, 2, 3, 4, 5]
    told = capsys.readouterr().err
    assert "3 rows out of order" in told
    assert "the first in line 4" in told
    assert "logged" not in told


def test_rows_that_are_too_many_are_said(path, capsys):
    write(path, (1, 2, 3))
    assert truncate(path, 3, 2) == 3
    assert "has 3 rows up to step 3, but 2 were logged. The" in capsys.readouterr().err


def test_what_nobody_counted_is_not_missed(path, capsys):
    write(path, (10, 50))
    assert truncate(path, 60) == 2
    assert not capsys.readouterr().err


@pytest.mark.parametrize("how", ["unlink", "replaced"])
def test_a_log_that_goes_under_the_run_is_said_and_gone_on_with(path, capsys, how):
    log = RowFile(path)
    log.write([{"step": 1}, {"step": 2}, {"step": 3}])
    path.unlink()
    if how == "replaced":  # as an editor does, here without its last newline
        path.write_text('{"step": 1}\n{"step": 2}\n{"step"')
    log.write([{"step": 4}])
    log.write([{"step": 5}])
    log.close()
    left = [1, 2] if how == "replaced" else []
    assert steps(path) == [*left, 4, 5]
    assert log.rows == len(left) + 2
    told = capsys.readouterr().err
    assert told.count("was moved, removed or replaced while the run wrote in it") == 1
    assert f"of 3 rows {len(left)} are there, and the run logs from step 4 on" in told


@pytest.mark.parametrize("seen", [True, False])
def test_a_folder_that_goes_under_the_run_is_not_made_again(path, monkeypatch, seen):
    folder = path.parent / "run"
    folder.mkdir()
    log = RowFile(folder / path.name)
    log.write([{"step": 1}])
    shutil.rmtree(folder)
    if not seen:  # a file takes its place a moment after the log was missed
        monkeypatch.setattr(log, "_is_there", lambda: False)
        folder.write_text("in the way")
    with pytest.raises(ArtifactError, match="cannot write the logs in"):
        log.write([{"step": 2}])
    log.close()
    assert not folder.is_dir()


def test_where_files_have_no_lasting_number_none_is_missed(path, capsys, monkeypatch):
    monkeypatch.setattr("os.path.samestat", lambda one, other: False)
    log = RowFile(path)
    for step in (1, 2, 3):
        log.write([{"step": step}])
    log.close()
    assert (log.rows, steps(path)) == (3, [1, 2, 3])
    assert not capsys.readouterr().err
