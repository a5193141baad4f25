"""README.md is run, not believed."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from wgan_jax.config.command_line import parse
from wgan_jax.variants import VARIANTS

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"python -m wgan_jax\.run ([^\"\n]*)", README)


def test_there_is_something_to_run():
    assert len(BLOCKS) == 2
    assert len(COMMANDS) >= 8


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


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_commands_are_understood(command: str, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command.split("`")[0])
    if "--help" in words:
        with pytest.raises(SystemExit, match="0"):
            parse(words)
    else:
        given = parse(words)
        assert given.get("resume") or given["variant"] in words


def test_the_table_is_the_registry():
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", README, re.MULTILINE)
    printed = {name: paper for name, paper in rows if name in VARIANTS}
    assert printed == {name: row.paper for name, row in VARIANTS.items()}
