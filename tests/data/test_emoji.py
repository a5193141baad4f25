"""The emoji font: each picture once, and no variant on both sides of the split."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tests.data.own.test_images import stored
from wgan_jax.data import DATASETS, emoji, load
from wgan_jax.data.emoji import FONT, group_of
from wgan_jax.errors import UserError

WAVE, RUN, TONES = 0x1F44B, 0x1F3C3, range(0x1F3FB, 0x1F400)
MAN, WOMAN, PERSON, GIRL = 0x1F468, 0x1F469, 0x1F9D1, 0x1F467
JOIN, HEART = 0x200D, 0x2764


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(((WAVE,), (WAVE, tone)) for tone in TONES),
        ((RUN,), (0x2640, JOIN, RUN, 0x1F3FD)),
        ((RUN,), (RUN, JOIN, 0x2642, 0xFE0F, JOIN, 0x27A1, 0xFE0F)),
        ((PERSON, JOIN, 0x1F680), (WOMAN, 0x1F3FF, JOIN, 0x1F680)),
        ((0x1F491,), (MAN, 0x1F3FB, JOIN, HEART, 0xFE0F, JOIN, MAN, 0x1F3FE)),
        ((0x1F46A,), (MAN, JOIN, WOMAN, JOIN, GIRL, JOIN, GIRL)),
        ((0x1F46D,), (PERSON, 0x1F3FB, JOIN, 0x1F91D, JOIN, PERSON, 0x1F3FC)),
        ((0x1F91D,), (0x1FAF1, 0x1F3FB, JOIN, 0x1FAF2, 0x1F3FF)),
    ],
)
def test_variants_are_one_group(one, other):
    assert group_of(one) == group_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [((WAVE,), (RUN,)), ((0x1F1E9, 0x1F1EA), (0x1F1EB, 0x1F1F7)), ((MAN,), (GIRL,))],
)
def test_different_pictures_are_different_groups(one, other):
    assert group_of(one) != group_of(other)


class Font:
    """What is read of a font: two hundred waves in six tones, each a shade of grey."""

    def __init__(self, path, lazy):
        shades, self.codes, self.made = {}, {}, {}
        for index in range(200 * 6):
            base, tone = divmod(index, 6)
            glyph = f"wave{base}-{tone}"
            self.codes[WAVE + base] = f"wave{base}-0"
            if tone:
                self.codes[TONES[tone - 1]] = f"tone{tone}"
                part = SimpleNamespace(Component=[f"tone{tone}"], LigGlyph=glyph)
                self.made.setdefault(f"wave{base}-0", []).append(part)
            colour = (base, tone, 0)
            shades[glyph] = SimpleNamespace(
                imageData=stored(Image.new("RGB", (8, 8), colour)).getvalue()
            )
        shades["again"] = shades["wave7-0"]  # another glyph with the same picture
        self.tables = {
            "CBDT": SimpleNamespace(strikeData=[shades]),
            "name": SimpleNamespace(getDebugName=lambda number: "Version 9;x"),
            "GSUB": SimpleNamespace(table=self._substitutions()),
        }

    def _substitutions(self):
        tables = [SimpleNamespace(), SimpleNamespace(ligatures=self.made)]
        lookups = SimpleNamespace(Lookup=[SimpleNamespace(SubTable=tables)])
        return SimpleNamespace(LookupList=lookups)

    def getBestCmap(self):
        return self.codes

    def __getitem__(self, name):
        return self.tables[name]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


def place(folder: Path) -> Path:
    (folder / "emoji").mkdir(parents=True, exist_ok=True)
    (folder / "emoji" / FONT).write_bytes(b"no font")
    return folder


def test_all_tones_of_a_picture_are_on_one_side(tmp_path, monkeypatch):
    monkeypatch.setattr("fontTools.ttLib.TTFont", Font)
    data = load("emoji", place(tmp_path))
    assert len(data.train) + len(data.test) == 1200  # the picture shown twice is one
    train, test = (set(part[:, 0, 0, 0].tolist()) for part in (data.train, data.test))
    assert not train & test
    assert 8 <= len(test) <= 35  # about a tenth of 200
    assert "1,200 pictures" in data.source
    assert "(Version 9)" in data.source
    np.testing.assert_array_equal(load("emoji", tmp_path).test, data.test)


def test_a_damaged_font_and_a_pipe_are_named(tmp_path):
    place(tmp_path)
    with pytest.raises(UserError, match="damaged.*apt install fonts-noto-color-emoji"):
        load("emoji", tmp_path)
    (tmp_path / "emoji" / FONT).unlink()
    os.mkfifo(tmp_path / "emoji" / FONT)
    with pytest.raises(UserError, match="not a regular file"):
        load("emoji", tmp_path)


def test_a_missing_font_says_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("WGAN_JAX_DATA_DIR", str(tmp_path / "env"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(emoji, "FONT", "NoSuchFont.ttf")
    with pytest.raises(UserError, match="needs the font") as told:
        load("emoji", tmp_path / "dir")
    for folder in ("dir/emoji", "env/emoji", ".local/share/fonts"):
        assert str(tmp_path / folder) in str(told.value)
    assert "/usr/share/fonts/truetype/noto" in str(told.value)


def test_the_real_font_holds_what_the_row_says(monkeypatch):
    try:
        data = load("emoji", os.environ.get("WGAN_JAX_EMOJI_DIR"))
    except UserError:
        pytest.skip(f"{FONT} is not installed (package fonts-noto-color-emoji)")
    assert data.train.shape[1:] == (32, 32, 3)
    if "2.042" in data.source:
        row = DATASETS["emoji"]
        assert (len(data.train), len(data.test)) == (row.train_size, row.test_size)
    images = np.concatenate([data.train, data.test])
    assert len(np.unique(images.reshape(len(images), -1), axis=0)) == len(images)
    # Over white: the corners of most pictures are transparent.
    assert (images[:, 0, 0] == 255).all(-1).mean() > 0.5
