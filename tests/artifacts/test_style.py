"""The one style of figures."""

import matplotlib as mpl
import pytest
from PIL import Image

from wgan_jax.artifacts import style
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
