"""Our training beside PyTorch's: same start, same judge, verdicts by hand, a record."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from experiments.parity import __main__ as command
from experiments.parity import page, tables, verdicts
from experiments.parity.cells import (
    Cell,
    cell_of,
    checkpoints,
    plan_cells,
)
from experiments.parity.costs import cost_of, read_speeds
from wgan_jax.loop.stored_config import deciding
from wgan_jax.metrics.features.registry import FEATURES

STEPS = 100
SPEEDS = Path(command.RESULTS) / "speed-cpu-py3.12.json"


def make_result(cell: Cell, last: float, diverged: int | None = None) -> dict[str, Any]:
    """A result whose FD falls from 1,000 to `last` at the last step."""
    steps = checkpoints(cell.steps)
    values = [1000.0] * (len(steps) - 1) + [last]
    return cell._asdict() | {
        "curve": [] if diverged else [list(p) for p in zip(steps, values, strict=True)],
        "diverged": diverged,
        "floor": 1.0,
        "count": 10,
        "split": "test",
        "features": {"name": "mnist", "sha256": FEATURES["mnist"].sha256},
        "config": deciding(cell.config()),
        "versions": {"jax": "1.0", "device": "cpu"},
        "cpu_seconds": 1.0,
    }


def make_results(
    ours: list[float], torch: list[float], variant: str = "gn", dataset: str = "mnist"
) -> list[dict[str, Any]]:
    return [
        make_result(Cell(dataset, variant, seed, side, STEPS), value)
        for side, values in (("ours", ours), ("torch", torch))
        for seed, value in enumerate(values)
    ]


def compare(results: list[dict[str, Any]], **chosen: Any) -> tables.Comparison:
    first = cell_of(results[0])
    planned = plan_cells(first.dataset, [first.variant], chosen.get("seeds", 3), STEPS)
    return tables.Comparison(planned, results, read_speeds(SPEEDS))


# Means 20 apart at 4: standard deviations 2 and 2 allow 2 sqrt(8 / 3) = 3.27.
@pytest.mark.parametrize(
    ("torch", "word"),
    [
        ([21.0, 23.0, 25.0], "inside"),  # 3 apart
        ([22.0, 24.0, 26.0], "outside"),  # 4 apart
        ([14.0, 16.0, 18.0], "outside"),  # better is outside too
        ([23.0], "too few seeds"),
    ],
)
def test_means_within_two_standard_errors_are_inside(torch, word) -> None:
    verdict = verdicts.verdict_of(make_results([18.0, 20.0, 22.0], torch), "gn")
    assert verdict.word == word
    assert verdict.difference == pytest.approx(20 - sum(torch) / len(torch))
    if len(torch) == 3:
        assert verdict.allowed == pytest.approx(2 * math.sqrt(8 / 3))


def test_a_side_that_diverges_alone_is_outside() -> None:
    results = make_results([18.0, 20.0, 22.0], [18.0, 20.0])
    results.append(make_result(Cell("mnist", "gn", 2, "torch", STEPS), 0.0, 30))
    assert verdicts.verdict_of(results, "gn").word == (
        "outside: 0 of ours, 1 of PyTorch's diverged"
    )


def test_a_side_that_has_not_run_yet_says_nothing_of_one_that_diverged() -> None:
    results = make_results([18.0, 20.0], [])
    results.append(make_result(Cell("mnist", "gn", 2, "ours", STEPS), 0.0, 30))
    assert verdicts.verdict_of(results, "gn").word == "too few seeds"


def test_false_alarms_of_three_seeds() -> None:
    # P(|t| > 2) with four degrees of freedom, by the closed form of its distribution.
    stretch = 1 + 2**2 / 4
    one = 1 - 0.75 * 2 / math.sqrt(stretch) * (1 - 2**2 / (12 * stretch))
    found = verdicts.false_alarms(3, 4)
    assert found[0] == pytest.approx(one, rel=1e-9)
    assert found[1] == pytest.approx(1 - (1 - one) ** 4)


def test_a_threshold_is_crossed_where_the_logarithm_does() -> None:
    curve = [(10, 1000.0), (20, 100.0), (40, 1.0), (50, 500.0)]
    assert verdicts.steps_to(curve, 10.0) == pytest.approx(30.0)
    assert verdicts.steps_to(curve, 100.0) == pytest.approx(20.0)
    assert verdicts.steps_to(curve, 2000.0) == 10.0
    assert verdicts.steps_to(curve, 0.5) is None


def test_the_table_names_verdicts_times_and_what_is_missing() -> None:
    results = make_results([1.0, 1.0, 1.0], [10.0, 10.0])
    results[0]["versions"] = {"jax": "0.9", "device": "cpu"}
    text = tables.summary(compare(results))
    assert "Ours were made with jax 0.9, device cpu, and with jax 1.0, device" in text
    assert "PyTorch's were made with jax 1.0, device cpu.\n" in text
    assert "**1 of 6 cells are missing**" in text
    assert "gn torch seed 2" in text
    assert (
        "| gn | 1.00 +- 0.000 | 10.0 +- 0.000 | -9.00 | 0.000 | **outside** |" in text
    )
    assert "12 % of such comparisons say *outside*" in text
    # log FD falls from 1,000 at step 90 to 1 and to 10 at step 100.
    cost = cost_of(read_speeds(SPEEDS), cell_of(results[0]).config(), (28, 28, 1))
    assert cost is not None
    assert 0 < cost.ours < cost.torch < 1
    ours, torch = (
        90 + 10 * math.log(1000 / 100) / math.log(1000 / last) for last in (1, 10)
    )
    ratio = f"{torch * cost.torch / (ours * cost.ours):.2f}"
    words = f"| gn | 100 | {ours:.1f} +- 0.000 | {torch:.1f} +- 0.000 | outside |"
    assert words in text
    assert f"| **{ratio}** |" in text
    first = " and ".join(f"{seconds:.2f}" for seconds in cost.first_steps)
    assert f"gn {first}" in text
    assert "eager for gn" in text
    assert text.count("python -m experiments.benchmark") == 1
    assert "| gn | 2.00 (2 x floor) | 99.0 +- 0.000 | not reached |" in text


def test_speeds_of_a_gpu_are_not_told_as_the_processors() -> None:
    comparison = compare(make_results([1.0], [1.0]), seeds=1)
    gpu = read_speeds(SPEEDS.with_name("speed-nvidia-h200-py3.12-tf32.json"))
    assert ", NVIDIA H200, tf32; Python 3.12.3," in tables.summary(
        comparison._replace(speeds=gpu)
    )
    assert "AMD EPYC, AVX-512, 2 threads; Python" in tables.summary(comparison)


def test_a_member_without_a_cell_has_a_verdict_and_no_times() -> None:
    planned = plan_cells("mnist", ["gn", "wgan"], 1, STEPS)
    both = compare(make_results([1.0], [1.0]))._replace(planned=planned)
    times = [part.count("| wgan |") for part in tables.summary(both).split("### Time")]
    assert times == [1, 0]


def test_a_time_needs_every_seed_and_a_speed_of_the_same_work() -> None:
    some = tables.summary(compare(make_results([1.0, 500.0, 1.0], [1.0, 1.0, 1.0])))
    row = next(line for line in some.splitlines() if "| gn | 40.0 |" in line)
    assert "(2 of 3 seeds)" in row
    assert [row.split("|")[i].strip() for i in (5, 6)] == ["", ""]  # nor seconds
    small = make_results([1.0] * 3, [1.0] * 3, dataset="digits")
    assert "no speed on file" in tables.summary(compare(small))


def test_the_page_gets_its_part_and_keeps_the_rest(
    tmp_path: Path, monkeypatch, capsys
) -> None:
    out, record = tmp_path / "BENCHMARKS.md", tmp_path / "record.json"
    out.write_text("# Benchmarks\n")
    monkeypatch.setattr(page.write_part, "__defaults__", (out,))
    cells = make_results([1.0], [2.0], "wgan")
    record.write_text(json.dumps({"cells": cells}))
    words = ["page", "--variants", "wgan", "--seeds", "1", "--steps", str(STEPS)]
    words += ["--record", str(record), "--runs", str(tmp_path / "runs")]
    for _ in range(2):  # the second time in place of the first
        assert command.main(words) == 0
        text = out.read_text()
        assert text.startswith("# Benchmarks\n")
        assert text.count("<!-- part parity-mnist -->") == 1
    again = (
        f"    python -m experiments.parity --variants wgan --seeds 1 --steps {STEPS} "
    )
    assert again in text
    assert "All 2 cells are on record." in text
    picture = record.with_suffix(".png")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert f"![FD against seconds, ours and PyTorch]({picture})" in text
    assert "| wgan | 1.00 | 2.00 | -1.00 |  | **too few seeds** |" in text
