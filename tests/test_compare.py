"""The command that shows runs side by side, and what it refuses."""

import csv
from pathlib import Path

import pytest

from tests.artifacts.report.pages import (
    EVIL,
    GN,
    SUMMARY,
    Page,
    evaluated,
    make_rows,
    make_run,
)
from wgan_jax.compare import main

WGAN = GN | {"variant": "wgan", "constraint": "clipping", "clip_limit": 0.01}


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Two members with two seeds each, all evaluated."""
    monkeypatch.chdir(tmp_path)
    for name, config, distances in (("gn", GN, (3.0, 5.0)), ("wgan", WGAN, (8.0, 8.5))):
        for seed, distance in enumerate(distances):
            make_run(
                tmp_path / f"{name}-{seed}",
                config | {"seed": seed},
                pictures=(40,),
                summary=SUMMARY,
                evaluation=evaluated(sharpness=(distance, 0.25, 1.0)),
            )
    return ["gn-0", "gn-1", "wgan-0", "wgan-1"]


def compared(*words):
    assert main(words) == 0
    return Page(Path("compare.html").read_bytes())


def refused(capsys, *words):
    assert main(words) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    return message


def test_runs_are_grouped_measured_and_overlaid(runs, capsys):
    page = compared(*runs)
    assert capsys.readouterr().out == "compare.html\n"
    assert "4 runs side by side" in page.text
    assert "4.0 ± 1.4" in page.text  # 3 and 5
    assert "8.25 ± 0.35" in page.text
    assert "3 (2.75 to 3.25)" in page.text
    assert "Measured on 1,000 samples, against the test split." in page.text
    table = page.text.split("Every run")[1].split("What differs")[0]
    assert table.strip().endswith("real samples1")  # the floor
    assert "sharpness" in page.text
    differing = page.text.split("What differs")[1].split("Curves")[0]
    assert "clip_limit" in differing
    assert "dataset" not in differing
    assert "seed" not in differing
    # One real picture for the data set, one for each run; one chart for each metric.
    assert len(page.values("src", "img")) == 5
    assert len(page.values("data-chart")) == 3
    assert "What the estimates mean differs between the runs" in page.text
    assert "clip" not in page.text.split("What differs")[0]


def test_the_page_is_escaped_and_asks_nobody(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for seed in (0, 1):
        evil = {"variant": EVIL, "dataset": EVIL, EVIL: seed, "seed": EVIL, "steps": 1}
        make_run(tmp_path / f"<b>{seed}", evil, [{"step": 1, EVIL: 1.0}])
    page = compared("<b>0", "<b>1")
    assert page.tags.count("script") == 1
    assert "b" not in page.tags
    sources = page.values("src") + page.values("href", "link")
    assert all(source.startswith("data:") for source in sources)


def test_one_run_gets_its_own_report_anew(runs, capsys):
    assert main(["gn-0"]) == 0
    assert main(["gn-0"]) == 0  # its own page is replaced without asking
    assert capsys.readouterr().out == "gn-0/report.html\n" * 2
    assert "gn on digits" in Page(Path("gn-0/report.html").read_bytes()).text
    assert main(["gn-0", "--out", "one.html"]) == 0
    assert "gn on digits" in Page(Path("one.html").read_bytes()).text


def test_a_file_that_exists_is_refused_unless_told(runs, capsys, tmp_path):
    (tmp_path / "compare.html").write_text("mine")
    assert "exists" in refused(capsys, *runs)
    assert (tmp_path / "compare.html").read_text() == "mine"
    assert "is a folder" in refused(capsys, *runs, "--out", "gn-0", "--overwrite")
    (tmp_path / "a.csv").write_text("mine")
    assert "a.csv" in refused(capsys, *runs, "--out", "b.html", "--csv", "a.csv")
    assert not (tmp_path / "b.html").exists()
    assert main([*runs, "--overwrite"]) == 0
    assert (tmp_path / "compare.html").read_text() != "mine"


@pytest.mark.parametrize(
    "words", [("--out", "a", "--csv", "./a"), ("--csv", "compare.html")]
)
def test_page_and_table_are_two_files(runs, capsys, tmp_path, words):
    assert "name two files" in refused(capsys, *runs, *words)
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "compare.html").exists()


def test_the_legend_of_a_chart_names_the_runs_that_are_in_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_run(tmp_path / "a", GN, make_rows(9))
    make_run(tmp_path / "b", WGAN, make_rows(9, clipped_fraction=0.5))
    text = compared("a", "b").text
    names = text.split("clipped fraction")[1].split("0.")[0]
    assert "wgan" in names
    assert "gn" not in names
    both = text.split("generator loss")[1].split("0.")[0]
    assert ("gn" in both, "wgan" in both) == (True, True)


def test_bad_words_end_in_one_line(runs, capsys, tmp_path):
    assert "no run in 'nowhere'" in refused(capsys, "gn-0", "nowhere")
    assert "RUN" in refused(capsys)
    assert "Did you mean --overwrite" in refused(capsys, "gn-0", "--overwrit")
    assert "is no folder" in refused(capsys, *runs, "--out", "absent/a.html")
    (tmp_path / "gn-1" / "metrics.jsonl").write_text('{"step": 1}\nx\n{"step": 2}\n')
    assert "metrics.jsonl is damaged in line 2" in refused(capsys, *runs)
    assert not (tmp_path / "compare.html").exists()


def test_a_run_that_is_named_twice_counts_once(runs, capsys):
    page = compared("gn-0", "./gn-0", "gn-1")
    assert "named twice" in capsys.readouterr().err
    assert "2 runs side by side" in page.text


def test_runs_without_metrics_pictures_or_evaluation_have_a_row(runs, tmp_path):
    make_run(tmp_path / "new", GN | {"seed": 7}, [], ())
    page = compared("gn-0", "new")
    assert "Not every run was evaluated" in page.text
    rows = page.text.split("Every run")[1].split("What differs")[0]
    assert "new" in rows
    assert len(page.values("src", "img")) == 2


def test_only_new_runs_have_a_page_that_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for seed in (0, 1):
        make_run(tmp_path / str(seed), GN | {"seed": seed}, [], ())
    page = compared("0", "1")
    assert "No run has been evaluated yet" in page.text
    assert "Nothing has been logged yet" in page.text
    assert "There are no samples" in page.text
    assert "Nothing but the seed" in page.text


def test_data_sets_and_protocols_that_differ_are_not_comparable(runs, tmp_path):
    other = evaluated(modes=(8.0, 0.0, 8.0)) | {"count": 7}
    make_run(tmp_path / "ring", GN | {"dataset": "ring8"}, evaluation=other)
    page = compared("gn-0", "ring")
    assert "different data sets: their metrics are not comparable" in page.text
    assert "made in different ways" in page.text
    assert "real samples" not in page.text
    assert "not comparable" not in compared("gn-0", "gn-1", "--overwrite").text


def test_thirty_runs_make_one_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = [f"r{i}" for i in range(30)]
    for index, name in enumerate(names):
        config = GN | {"n_critic": index}
        make_run(tmp_path / name, config, make_rows(600), pictures=(1,))
    page = compared(*names)
    assert "30 groups" in page.text
    legend = [v for v in page.values("class", "path") if v.startswith("line")]
    assert len(set(legend)) == 30
    assert (tmp_path / "compare.html").stat().st_size < 3_000_000


def test_the_table_has_one_row_a_run(runs, tmp_path):
    compared(*runs, "--csv", "a.csv")
    rows = list(csv.DictReader(Path("a.csv").read_text().splitlines()))
    assert [row["run"] for row in rows] == runs
    assert [row["group"] for row in rows] == ["gn", "gn", "wgan", "wgan"]
    first = {n: float(rows[0][n]) for n in rows[0] if n.startswith("sharpness")}
    assert first == {
        "sharpness": 3.0,
        "sharpness_low": 2.75,
        "sharpness_high": 3.25,
    }
    assert rows[0]["steps_per_second"] == "5.04"


def own(sha256: str, name: str = "mine") -> dict:
    return {"name": name, "path": f"/{name}.npy", "sha256": sha256}


def test_data_of_ones_own_are_told_apart_by_their_checksum(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for run, seed, data in (
        ("a", 0, own("1" * 64)),
        ("moved", 1, own("1" * 64, "other")),
        ("b", 0, own("2" * 64)),
    ):
        config = GN | {"seed": seed, "dataset": data["path"], "own_data": data}
        make_run(tmp_path / run, config, evaluation=evaluated(modes=(8.0, 0.0, 8.0)))
    same = compared("a", "moved").text
    assert "One group" in same
    assert "different data sets" not in same
    page = compared("a", "b", "--overwrite").text
    assert "different data sets" in page
    assert "on mine (11111111)" in page
    assert "on mine (22222222)" in page
    assert "real samples" not in page.split("What differs")[0]


def test_numbers_of_fewer_samples_are_in_no_mean_and_under_no_floor(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    row = {"step": 40, "weights": "raw", "count": 100, "wasserstein1": 0.9}
    for seed, value in enumerate((0.1, 0.3)):
        evaluation = evaluated(wasserstein1=(value, 0.02, 0.05))
        run = {"evaluations": [row], "evaluation": evaluation}
        make_run(tmp_path / f"gn-{seed}", GN | {"seed": seed}, **run)
    make_run(tmp_path / "gn-2", GN | {"seed": 2}, evaluations=[row])
    make_run(tmp_path / "wgan-0", WGAN | {"seed": 0}, evaluations=[row])
    page = compared("gn-0", "gn-1", "gn-2", "wgan-0", "--csv", "a.csv").text
    means, runs = page.split("Every run")
    assert "0.20 ± 0.14 (n = 2)" in means
    assert "runs that were measured by most samples" in means
    assert "0.9" in runs
    assert "real samples" not in runs.split("What differs")[0]
    rows = list(csv.DictReader(Path("a.csv").read_text().splitlines()))
    assert [row["count"] for row in rows] == ["1000", "1000", "100", "100"]


def test_numbers_of_another_step_or_other_weights_are_said(runs, tmp_path):
    early = evaluated(sharpness=(3.0, 0.25, 1.0)) | {"step": 7}
    make_run(tmp_path / "early", GN | {"seed": 5}, evaluation=early)
    averaged = evaluated(sharpness=(3.0, 0.25, 1.0))
    averaged["results"] = {"ema": averaged["results"]["raw"]}
    make_run(tmp_path / "ema", GN | {"seed": 6}, evaluation=averaged)
    page = compared("gn-0", "early", "--csv", "a.csv").text
    assert "another step than the last: early (step 7 of " in page
    assert "stand beside raw ones" not in page
    rows = list(csv.DictReader(Path("a.csv").read_text().splitlines()))
    assert rows[1]["evaluated_step"] == "7"
    assert rows[1]["weights"] == "raw"
    page = compared("gn-0", "ema", "--overwrite").text
    assert "raw weights: gn-0; ema weights: ema." in page
    rows = [{"step": 40, "weights": "ema", "count": 9, "sharpness": 3.0}]
    make_run(tmp_path / "watched", GN | {"seed": 7}, evaluations=rows)
    page = compared("gn-0", "watched", "--overwrite", "--csv", "b.csv").text
    assert "raw weights: gn-0; ema weights: watched." in page
    rows = list(csv.DictReader(Path("b.csv").read_text().splitlines()))
    assert [row["weights"] for row in rows] == ["raw", "ema"]
    assert "another step" not in page
