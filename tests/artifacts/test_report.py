import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.artifacts.plots import save_image_grid
from wgan_jax.artifacts.report import command_of, write_report
from wgan_jax.artifacts.summary import Timing, write_summary

VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """Checks that tags are balanced and collects what the page refers to."""

    def __init__(self, text):
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.sources += [v for k, v in attrs if k in ("src", "href") and v]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def folder(tmp_path):
    config = {"variant": "gn", "dataset": "digits", "seed": 0, "steps": 40, "n": None}
    folder = RunFolder.create(tmp_path / "gn-digits-seed0", config)
    rows = [
        {"step": s, "penalty": 0.25, "critic_loss": None if s == 9 else s / 10}
        for s in range(1, 41)
    ]
    with MetricsLog(folder) as log:
        log.write(rows)
    for step in (0, 10, 20, 30, 40):
        image = np.full((1, 8, 8, 1), step, np.uint8)
        save_image_grid(folder.sample_path(step), image)
    write_summary(
        folder,
        steps=40,
        timing=Timing(8.0, 5.0, 3.0),
        final_metrics=rows[-1],
        params={"w": np.ones(3)},
        device_kind="cpu",
        device_count=2,
    )
    return folder


def test_the_page_is_whole_and_needs_nothing_else(folder):
    page = Page(write_report(folder).read_text())
    assert page.sources
    assert all(s.startswith("data:image/png;base64,") for s in page.sources)
    assert not {"script", "link", "iframe"} & set(page.tags)
    assert "url(" not in folder.report.read_text()
    assert "viewport" in folder.report.read_text()


def test_the_page_shows_first_middle_and_last_sample(folder):
    page = Page(write_report(folder).read_text())
    shown = []
    for source in page.sources[:3]:
        data = base64.b64decode(source.split(",")[1])
        with Image.open(io.BytesIO(data)) as picture:
            shown.append(np.asarray(picture)[10, 10])
    assert shown == [0, 20, 40]
    assert [f"step {s}" in page.text for s in (0, 20, 40)] == [True] * 3


def test_the_page_says_the_metrics_the_command_and_the_hash(folder):
    text = Page(write_report(folder).read_text()).text
    assert "python -m wgan_jax.run --variant gn --dataset digits --seed 0" in text
    assert "5.0" in text  # steps a second
    assert "8s" in text
    assert "2 × cpu" in text
    assert "final critic loss" in text
    assert "final penalty" in text
    assert re.search(r"[0-9a-f]{64}", text)


def test_every_text_is_escaped(tmp_path):
    evil = "<script>alert('x')</script>$title&amp;"
    folder = RunFolder.create(tmp_path / "a<b>", {"variant": evil, evil: evil})
    with MetricsLog(folder) as log:
        log.write([{"step": 1, evil: 1.0}])
    page = Page(write_report(folder).read_text())
    assert "script" not in page.tags
    assert "b" not in page.tags
    assert evil in page.text


def test_a_run_that_has_just_begun_has_a_page(tmp_path):
    folder = RunFolder.create(tmp_path / "run", {"variant": "gn"})
    text = Page(write_report(folder).read_text()).text
    assert "Nothing has been logged yet" in text
    assert "There are no samples" in text
    assert "python -m wgan_jax.run --variant gn" in text


def test_a_foreign_picture_does_not_disturb(folder):
    (folder.samples / "step-best.png").write_bytes(b"no picture")
    assert len(Page(write_report(folder).read_text()).sources) == 4


def test_the_command_says_what_differs_from_nothing():
    config = {
        "variant": "gp",
        "ema_decay": 0.999,
        "n_critic": None,
        "critic_batch_norm": False,
        "flag": True,
        "resume": True,
        "run_dir": "a b",
        "note": "two words",
    }
    assert command_of(config) == (
        "python -m wgan_jax.run --variant gp --ema-decay 0.999 --flag "
        "--note 'two words'"
    )
