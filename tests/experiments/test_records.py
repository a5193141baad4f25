"""Records: several writers lose nothing, and nothing stale replaces what counts."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from experiments import records
from experiments.records import add_to_record, read_record
from wgan_jax.errors import UserError
from wgan_jax.file_lock import FileLock
from wgan_jax.files import ArtifactError


def cell_of(result: dict) -> str:
    return result["cell"]


def is_current(result: dict) -> bool:
    return result["steps"] == 2


def add(record: Path, *results: dict) -> list[dict]:
    add_to_record(record, results, cell_of, is_current)
    return read_record(record, cell_of)


def test_what_is_out_of_date_replaces_nothing_that_counts(tmp_path: Path) -> None:
    record = tmp_path / "deep" / "r.json"
    old, new = {"cell": "a", "steps": 1}, {"cell": "a", "steps": 2, "value": 1 / 3}
    assert add(record, old) == [old]
    assert add(record, new) == [new | {"value": 0.333333}]
    assert add(record, old, {"cell": "b", "steps": 1}) == [
        new | {"value": 0.333333},
        {"cell": "b", "steps": 1},
    ]
    assert add(record, new | {"value": 0.5})[0]["value"] == 0.5
    assert [path.name for path in record.parent.iterdir()] == ["r.json"]


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    record = tmp_path / "r.json"

    def add_some(first: int) -> None:
        for number in range(first, first + 20):
            add(record, {"cell": number, "steps": 2})

    # The lock is on the file: threads are kept apart by it as processes are.
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(add_some, (0, 20, 40)))
    made = [result["cell"] for result in read_record(record, cell_of)]
    assert sorted(made) == list(range(60))


def test_a_record_that_is_never_free_is_named(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(records, "_PATIENCE", 0.1)
    lock = FileLock(tmp_path / ".r.json.lock", on_no_locks=lambda error: None)
    with pytest.raises(UserError, match=r"r\.json is held by process \d+ on"):
        add(tmp_path / "r.json", {"cell": "a", "steps": 2})
    lock.release()
    assert len(add(tmp_path / "r.json", {"cell": "a", "steps": 2})) == 1


@pytest.mark.parametrize(
    "content",
    ["", "[1]", '{"cells": 3}', '{"cells": [{"steps": 2}]}', '{"cells": [3]}'],
)
def test_what_is_no_record_is_named_and_stays(tmp_path: Path, content) -> None:
    record = tmp_path / "r.json"
    record.write_text(content)
    with pytest.raises(UserError, match=r"r\.json is no record of cells"):
        add(record, {"cell": "a", "steps": 2})
    assert record.read_text() == content


def test_a_folder_that_cannot_be_made_ends_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtifactError, match=r"cannot write .*file/r\.json"):
        add(tmp_path / "file" / "r.json", {"cell": "a", "steps": 2})


def test_results_are_kept_as_lines_that_git_can_compare(tmp_path: Path) -> None:
    add(tmp_path / "r.json", {"cell": "b", "steps": 2}, {"cell": "a", "steps": 2})
    lines = (tmp_path / "r.json").read_text().splitlines()
    assert [line.rstrip(",") for line in lines[1:-1]] == [
        json.dumps({"cell": name, "steps": 2}) for name in "ab"
    ]
