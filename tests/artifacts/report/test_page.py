"""The page of one run: whole, self-contained, true, and escaped."""

import base64
import io
import os
import re

import numpy as np
import pytest
from PIL import Image

from tests.artifacts.report.pages import (
    ENVIRONMENT,
    EVIL,
    GN,
    SUMMARY,
    Page,
    evaluated,
    make_run,
)
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.report import write_report
from wgan_jax.artifacts.report.gallery import MOST, chosen_steps
from wgan_jax.errors import UserError
from wgan_jax.variants import VARIANTS


def page_of(folder, **more):
    return Page(write_report(folder, **more).read_bytes())


@pytest.fixture
def folder(tmp_path):
    return make_run(tmp_path / "run", summary=SUMMARY, environment=ENVIRONMENT)


def test_the_page_is_whole_and_asks_nobody_for_anything(folder):
    page = page_of(folder)
    sources = page.values("src") + page.values("href", "link")
    assert len(sources) == 5
    assert all(source.startswith("data:") for source in sources)
    assert not {"iframe", "object", "embed"} & set(page.tags)
    text = folder.report.read_text()
    assert "url(" not in text
    assert "@import" not in text
    assert "viewport" in page.values("name", "meta")


def test_the_page_says_which_member_and_what_was_trained_where(folder):
    text = page_of(folder).text
    assert "gn on digits" in text
    assert "Wu et al. 2021, arXiv 2109.02235" in text
    assert "The critic divided by its gradient norm" in text
    assert "1,500 training and 297 test samples, 8 x 8 x 1 pixels, a drawer" in text
    assert "generator 1,234,567 parameters, critic 89 parameters" in text
    assert "2026-01-02 03:04:05 UTC on north" in text
    assert "2 × cpu, a processor" in text
    assert ENVIRONMENT["commit"] in text
    assert "ab" * 32 in text
    assert "5m12s" in text
    assert "first step after 3s" in text


def test_only_a_member_with_its_own_parts_says_what_is_healthy(tmp_path):
    own = page_of(make_run(tmp_path / "own")).text
    assert "When all is well: " + VARIANTS["gn"].healthy in own
    other = GN | {"objective": "hinge"}
    assert "When all is well" not in page_of(make_run(tmp_path / "o", other)).text


def test_every_member_says_what_a_healthy_run_looks_like():
    for row in VARIANTS.values():
        assert row.healthy.endswith(".")
        assert 40 < len(row.healthy) < 330


def test_pictures_are_all_there_and_the_last_one_is_shown(folder):
    page = page_of(folder)
    assert page.values("data-step") == ["0", "20", "40"]
    shown = []
    for source in page.values("src"):
        with Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))) as picture:
            shown.append(int(np.asarray(picture)[10, 10]))
    assert shown == [0, 20, 40, 200]
    assert re.findall(r'data-step="(\d+)"[^>]* hidden', folder.report.read_text()) == [
        "0",
        "20",
    ]
    assert page.values("max", "input") == ["2"]
    assert "generated, step 40" in page.text


def test_many_pictures_are_thinned_evenly_and_this_is_said(tmp_path):
    steps = chosen_steps(list(range(0, 50_000, 100)))
    assert len(steps) == MOST
    assert (steps[0], steps[-1]) == (0, 49_900)
    gaps = np.diff(steps)
    assert gaps.min() >= 800
    assert gaps.max() <= 900
    assert chosen_steps([0, 7]) == [0, 7]
    folder = make_run(tmp_path / "run", pictures=tuple(range(MOST + 5)))
    page = page_of(folder)
    assert len(page.values("data-step")) == MOST
    assert f"{MOST} of the run's {MOST + 5} pictures" in page.text


def test_quality_comes_first_with_interval_and_floor(tmp_path):
    evaluation = evaluated(sharpness=(4.0, 0.5, 1.25))
    folder = make_run(tmp_path / "run", evaluation=evaluation)
    text = page_of(folder).text
    assert text.index("sharpness") < text.index("steps")
    assert "95 %: 3.5 to 4.5" in text
    assert "real samples: 1.25" in text
    assert "on 1,000 samples, against the test split, raw weights" in text


def test_known_metrics_have_their_title_and_better_side(tmp_path):
    evaluation = evaluated(wasserstein1=(0.1, 0.0, 0.0), modes=(8.0, 0.0, 8.0))
    text = page_of(make_run(tmp_path / "run", evaluation=evaluation)).text
    assert "exact W1 ↓" in text
    assert "modes reached ↑" in text


def test_a_distance_of_features_has_the_name_of_its_net(tmp_path):
    evaluation = evaluated(frechet_distance=(0.1, 0.0, 0.0), data_copying=(1.0, 0, 0))
    more = {"features_title": "FD-{mnist}", "step": 40, "estimate": {"words": "Read."}}
    folder = make_run(tmp_path / "run", evaluation=evaluation | more)
    page = page_of(folder)
    cards = page.text.split("Samples")[0]
    assert "FD-{mnist} ↓" in cards
    assert "at step 40, on 1,000 samples" in cards
    # Of what is neither better nor worse there is no card, but a line in the table.
    assert "copies" not in cards
    assert "copies" in page.text
    assert "Read." in page.text


def test_else_the_last_evaluation_of_the_training_counts(tmp_path):
    rows = [
        {"step": s, "weights": "raw", "count": 500, "modes": m}
        for s, m in ((20, 3), (40, 8))
    ]
    page = page_of(make_run(tmp_path / "run", evaluations=rows))
    assert "at step 40, on 500 samples" in page.text
    assert "Not evaluated" not in page.text


def test_else_the_page_says_how_to_evaluate(folder):
    assert f"python -m wgan_jax.evaluate {folder.path}" in page_of(folder).text


def test_given_values_stand_out_from_presets(tmp_path):
    sources = {"variant": "given", "seed": "default", "constraint": "preset: a paper"}
    folder = make_run(tmp_path / "run", GN | {"sources": sources})
    page = page_of(folder)
    assert "preset: a paper" in page.text
    assert "sources" not in page.text.split("Configuration")[1]
    markup = folder.report.read_text()
    assert '<td>gn</td><td class="source"><b>given</b></td>' in markup
    assert "python -m wgan_jax.run --variant gn\n" in page.text.replace("Copy", "\n")


def test_every_text_is_escaped(tmp_path):
    rows = [{"step": 1, EVIL: 1.0}, {"step": 2, EVIL: EVIL}]
    config = {"variant": EVIL, "dataset": EVIL, EVIL: EVIL, "steps": 2}
    sources = {"variant": EVIL, EVIL: "given"}
    folder = make_run(
        tmp_path / "a<b>'\"",
        config | {"own_parts": {"critic": EVIL}, "sources": sources},
        rows,
        evaluation={"features": EVIL, "results": {EVIL: {EVIL: {"value": EVIL}}}},
        environment={"host": EVIL, "started": EVIL, "dataset": {"name": EVIL}},
        summary={"steps": 2, "versions": {EVIL: EVIL}, "params_sha256": EVIL},
    )
    page = page_of(folder)
    assert page.tags.count("script") == 1
    assert page.tags.count("title") == 1
    assert "alert" not in " ".join(n for _, n, _ in page.attributes)
    assert page.text.count(EVIL) >= 12


def test_a_run_that_has_just_begun_has_a_page(tmp_path):
    folder = RunFolder.create(tmp_path / "run", {"variant": "gn"})
    text = page_of(folder).text
    assert "Nothing has been logged yet" in text
    assert "There are no samples" in text
    assert "python -m wgan_jax.run --variant gn" in text
    assert f"python -m wgan_jax.run --resume --run-dir {folder.path}" in text


def test_a_run_that_goes_on_says_its_time_and_how_far_it_is(tmp_path):
    folder = make_run(tmp_path / "run", GN | {"steps": 100})
    elapsed = {"wall_seconds": 61.0, "steps_per_second": 7.5, "starts": 2}
    text = page_of(folder, elapsed=elapsed).text
    assert "of 100" in text
    assert "1m01s" in text
    assert "in 2 starts" in text
    assert "7.5" in text


def test_the_summary_of_a_shorter_part_is_not_the_runs(tmp_path):
    """Resumed with more steps, a run is unfinished again until it has made them."""
    folder = make_run(tmp_path / "run", GN | {"steps": 100}, summary=SUMMARY)
    text = page_of(folder).text
    assert "ab" * 32 not in text
    assert "the run has not finished" in text


def test_a_foreign_picture_does_not_disturb(folder):
    (folder.samples / "step-best.png").write_bytes(b"no picture")
    assert page_of(folder).values("data-step") == ["0", "20", "40"]


@pytest.mark.parametrize("name", ["summary", "evaluation", "environment"])
def test_a_damaged_file_is_named(name, folder):
    for content in ("{", "[1]"):
        (folder.path / f"{name}.json").write_text(content)
        with pytest.raises(UserError, match=f"{name}.json is damaged"):
            write_report(folder)


def test_a_picture_that_cannot_be_read_is_left_out_and_named(folder):
    """A pipe in its place is not waited for."""
    broken = folder.sample_path(20)
    broken.unlink(missing_ok=True)
    os.mkfifo(broken)
    page = write_report(folder).read_text()
    assert page.count("Not a regular file. Name another place.") == 1
    assert broken.name in page
