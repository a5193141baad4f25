"""The one style of figures, whatever a matplotlibrc says."""

import os
import sys

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from wgan_jax.artifacts import plots, style
from wgan_jax.files import ArtifactError


def test_a_figure_is_written_when_its_block_ends(tmp_path):
    path = tmp_path / "new" / "a.png"
    before = mpl.rcParams["font.size"]
    with style.figure(path, columns=2, size=(6, 3)) as (_, axes):
        axes[0].plot([0, 1], [0, 1], color=style.BLUE)
        assert mpl.rcParams["font.size"] == 14
        assert not path.exists()
    with Image.open(path) as image:
        assert image.size == (720, 360)
    assert mpl.rcParams["font.size"] == before
    first = path.read_bytes()
    with style.figure(path, columns=2, size=(6, 3)) as (_, axes):
        axes[0].plot([0, 1], [0, 1], color=style.BLUE)
    assert path.read_bytes() == first


def test_nothing_is_written_for_a_block_that_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), style.figure(tmp_path / "a.png"):
        _ = 1 / 0
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ArtifactError, match=r"cannot write the figure .*a\.png"),
        style.figure(tmp_path / "file" / "a.png"),
    ):
        pass


def test_what_the_caller_set_changes_no_picture(tmp_path):
    points = np.eye(2)
    plots.save_point_plot(tmp_path / "a.png", points, points)
    with mpl.rc_context(
        {"axes.labelcolor": "red", "font.size": 30, "lines.color": "r"}
    ):
        plots.save_point_plot(tmp_path / "b.png", points, points)
        with style.figure(tmp_path / "c.png") as (_, axes):
            assert mpl.rcParams["axes.labelcolor"] == "black"
            axes.plot([0, 1])
        assert mpl.rcParams["font.size"] == 30
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize("command", [True, False])
def test_a_command_reads_no_matplotlibrc_of_the_working_directory(
    tmp_path, monkeypatch, command
):
    os.mkfifo(tmp_path / "matplotlibrc")  # the import itself would wait for ever
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "matplotlib")
    monkeypatch.setattr(style, "is_command", lambda: command)
    monkeypatch.setattr(style, "import_module", lambda name: os.getcwd())
    # In a program of the user's it is read as ever.
    assert (style._matplotlib() == str(tmp_path)) is not command
    assert os.getcwd() == str(tmp_path)
