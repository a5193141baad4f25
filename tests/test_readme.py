"""README.md is run, not believed."""

import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import wgan_jax
from tests.runs import images
from wgan_jax.config.command_line import parse
from wgan_jax.variants import VARIANTS

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
LINES = re.findall(r"^    python -m wgan_jax\.(\w+) (.*)$", README, re.MULTILINE)
TRAINING = sorted({words for name, words in LINES if name == "run"})
# In the order of the page: one line reads what another wrote.
AFTERWARDS = [(name, words) for name, words in LINES if name != "run"]


def test_there_is_something_to_run():
    assert len(BLOCKS) == 2
    assert len(TRAINING) >= 10
    assert {name for name, _ in AFTERWARDS} == {"sample", "evaluate", "compare"}
    assert len(AFTERWARDS) >= 8


@pytest.mark.parametrize("block", BLOCKS, ids=["train", "compose"])
def test_python_runs_as_printed(block: str, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", block],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("runs/*/summary.json"))


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder with the runs and the data that the page speaks of."""
    place = tmp_path_factory.mktemp("readme")
    small: dict[str, Any] = {"batch_size": 16, "steps": 2, "devices": 1, "quiet": True}
    for variant in ("gn", "gp"):
        run_dir = str(place / "runs" / f"{variant}-digits-seed0")
        wgan_jax.train(
            wgan_jax.Config(variant=variant, dataset="digits", run_dir=run_dir, **small)
        )
    small |= {"network": "dcgan", "width": 2, "conditional": True}
    run_dir = str(place / "runs" / "sn-digits-seed0")
    wgan_jax.train(
        wgan_jax.Config(variant="sn", dataset="digits", run_dir=run_dir, **small)
    )
    folder = place / "path" / "to" / "images"
    folder.mkdir(parents=True)
    for number in range(80):
        Image.fromarray(images(40)[number % 50, ..., 0]).save(folder / f"{number}.png")
    points = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    np.save(place / "points.npy", points)
    return place


@pytest.mark.parametrize("line", TRAINING)
def test_training_lines_are_understood(line: str, place: Path, monkeypatch):
    monkeypatch.chdir(place)
    words = shlex.split(line)
    if "--help" in words:
        with pytest.raises(SystemExit, match="0"):
            parse(words)
    else:
        given = parse(words)
        assert given.get("resume") or given["variant"] in words, line


def test_what_follows_training_runs_as_printed(place: Path, monkeypatch, capsys):
    monkeypatch.chdir(place)
    for name, line in AFTERWARDS:
        main = import_module(f"wgan_jax.{name}").main
        assert main(shlex.split(line)) == 0, (name, line, capsys.readouterr().err)
    with np.load("samples.npz") as written:
        assert written["samples"].shape == (1000, 8, 8, 1)
    assert len(list(Path("pngs").glob("*.png"))) == 100
    for name in (
        "grid.png",
        "walk.png",
        "walk.gif",
        "training.gif",
        "compare.html",
        "rows.png",
    ):
        assert Path(name).stat().st_size > 500, name


def test_the_table_is_the_registry():
    row = re.compile(r"^\| `(\w+)`(?: \([\w-]+\))? \|.*\| ([^|]*) \|$", re.MULTILINE)
    rows = row.findall(README)
    printed = {name: paper for name, paper in rows if name in VARIANTS}
    assert printed == {name: row.paper for name, row in VARIANTS.items()}
