"""Nothing that lies in the working directory is imported by a command."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from wgan_jax import module_path

PACKAGE = Path(module_path.__file__).parent
COMMANDS = ("run", "sample", "evaluate", "compare", "__main__")


def test_a_package_in_the_working_directory_is_not_imported(tmp_path):
    """Numpy stands for what is imported: jax, optax, or a torch that is not there."""
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy" / "__init__.py").write_text("raise RuntimeError('imported')")
    words = [sys.executable, "-m", "wgan_jax.compare", "nosuch"]
    env = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(
        words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "no run in 'nosuch'" in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_leaves_it_out(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit):
        runpy.run_path(str(PACKAGE / f"{name}.py"), run_name="__main__")
    assert str(tmp_path) not in sys.path


@pytest.mark.parametrize(
    ("first", "left"), [("", []), ("here", []), ("elsewhere", ["elsewhere"])]
)
def test_only_the_working_directory_at_the_first_place_goes(
    tmp_path, monkeypatch, first, left
):
    monkeypatch.chdir(tmp_path)
    here = str(tmp_path)
    monkeypatch.setattr(
        sys, "path", [here if first == "here" else first, here, "/packages"]
    )
    module_path.leave_out_working_directory()
    assert sys.path == [*left, here, "/packages"]


def test_a_working_directory_that_is_gone_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(sys, "path", ["", "/packages"])
    module_path.leave_out_working_directory()
    assert sys.path == ["/packages"]
