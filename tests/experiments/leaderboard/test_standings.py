"""Standings: means over seeds, their order, their noise and their marks."""

import math

import pytest

from experiments.leaderboard.collapse import collapsed
from experiments.leaderboard.figures import draw_clock
from experiments.leaderboard.standings import (
    inside_noise,
    marks,
    sampling_error,
    standings,
)
from experiments.leaderboard.tables import board_table
from experiments.leaderboard.trust import agreement, trust_table


def result(variant: str, seed: int, value: float, **more) -> dict:
    values = {"frechet_distance": value, "class_entropy": 2.2, "data_copying": 0.0}
    weights = {"raw": values, "ema": values | more}
    return {
        "board": "mnist",
        "variant": variant,
        "seed": seed,
        "budget": "steps",
        "preset": "tuned",
        "budget_steps": 5000,
        "diverged": None,
        "judged": {"last": {"step": 5000, **weights}, "best": {"step": 1, **weights}},
        "interval": (value - 1, value + 1),
        "floors": {"class_entropy": 2.3, "frechet_distance": 0.8},
        "judges": {"pca64": {"sha256": "ab" * 32, "frechet_distance": -value}},
        "count": 100,
        "features": {"name": "mnist", "sha256": "ef" * 32},
        "jax": "0.10.1",
        "device": "cpu",
    }


RESULTS = [
    *(result("gp", seed, value) for seed, value in enumerate((10.0, 12.0, 14.0))),
    *(result("gn", seed, value) for seed, value in enumerate((9.0, 12.0, 12.0))),
    *(result("wgan", seed, value) for seed, value in enumerate((30.0, 31.0, 32.0))),
]


def test_the_best_mean_comes_first_with_its_spread() -> None:
    lines = standings(RESULTS, "mnist", "steps")
    assert [line.variant for line in lines] == ["gn", "gp", "wgan"]
    assert (lines[1].headline, lines[1].spread) == (12.0, 2.0)


def test_close_members_are_inside_the_noise() -> None:
    gn, gp, wgan = standings(RESULTS, "mnist", "steps")
    # Errors squared 3/3, 4/3 and 1/3, as by Welch: degrees of freedom (7/3)^2 /
    # (1/2 + 16/18) = 3.92, quantile 2.80: |11 - 12| against 4.27; |11 - 31| is more.
    assert inside_noise(gn, gp) is True
    assert inside_noise(gn, wgan) is False
    assert inside_noise(gn, wgan._replace(spread=math.nan)) is None


def test_what_finite_samples_leave_open_is_a_standard_error() -> None:
    gn, *_ = standings(RESULTS, "mnist", "steps")
    # Intervals of +- 1 are of 1.96 standard errors.
    assert sampling_error(gn, "frechet_distance") == pytest.approx(1 / 1.96)
    assert math.isnan(sampling_error(gn, "stacked_modes"))  # a count
    none = gn._replace(results=tuple(dict(r) | {"interval": None} for r in gn.results))
    assert math.isnan(sampling_error(none, "frechet_distance"))


def test_collapse_is_held_against_real_samples() -> None:
    floors = {"class_entropy": 2.3, "coverage": 0.95, "modes": 8.0}
    assert collapsed({"class_entropy": 1.2, "coverage": 0.1}, floors) == []
    poor = {"class_entropy": 1.1, "coverage": 0.09, "recall": 0.009}
    assert collapsed(poor, floors) == ["class_entropy", "coverage"]
    # Nothing of the data lies among the samples, whatever their own radii cover.
    assert collapsed(poor, {"coverage": 0.1, "recall": 1.0}) == ["recall"]
    # All modes, if blurred ones.
    assert collapsed({"modes": 4.0, "coverage": 0.01}, floors) == []
    assert collapsed({"modes": 3.0, "coverage": 0.9}, floors) == ["modes"]


def test_a_mean_over_devices_is_marked() -> None:
    cells = [result("gn", seed, 1.0) | {"device": "cpu"} for seed in (0, 1)]
    (line,) = standings(cells, "mnist", "steps")
    assert marks(line) == []
    cells[1]["device"] = "NVIDIA H200"
    (line,) = standings(cells, "mnist", "steps")
    assert marks(line) == ["a mean over NVIDIA H200 and cpu"]


def test_bad_ends_are_marked_and_stay_in_the_table() -> None:
    gone = result("gan", 1, 0.0) | {"diverged": "NaN at step 3", "judged": {}}
    poor = result("gan", 0, 50.0, class_entropy=0.1, data_copying=-4.0)
    lines = standings([gone, poor], "mnist", "steps")
    assert marks(lines[0]) == ["1 diverged", "1 of 1 collapsed", "1 of 1 copies"]
    text = board_table(lines, "mnist", ["gan", "sn"], {"ebgan": "no energies"})
    assert "1 diverged, 1 of 1 collapsed, 1 of 1 copies |" in text
    ebgan = "| ebgan " + "|  " * 8 + "| no energies |\n"
    assert text.endswith(f"{ebgan}\nNot run yet: sn.\n")
    assert board_table([], "mnist", ["gan", "sn"], {}) == "Not run yet: gan, sn.\n"


def test_a_clock_is_drawn_also_where_the_first_seed_diverged(tmp_path) -> None:
    gone = result("gan", 0, 0.0) | {"diverged": "NaN", "judged": {}}
    for name in ("floors", "interval", "judges"):  # what `play` writes none of
        del gone[name]
    whole = result("gan", 1, 5.0) | {"curve": [(1, 9.0), (2, 5.0)]}
    path = tmp_path / "clock.png"
    assert draw_clock([gone, whole], "mnist", {"mnist-gan-tuned": 1.0}, path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_member_that_always_diverged_comes_last() -> None:
    gone = result("gan", 0, 0.0) | {"diverged": "NaN", "judged": {}}
    lines = standings([gone, *RESULTS], "mnist", "steps")
    assert lines[-1].variant == "gan"
    assert math.isnan(lines[-1].headline)
    assert "| gan | 1 |" in board_table(lines, "mnist", ["gan", "gp"], {})


def test_ranks_of_another_judge() -> None:
    weights = "ab" * 32
    count, rank = agreement(RESULTS, "mnist", "steps", "pca64", weights)
    assert (count, rank) == (9, pytest.approx(-1.0))
    assert agreement(RESULTS, "mnist", "steps", "second net", weights)[0] == 0
    assert agreement(RESULTS, "mnist", "clock", "pca64", weights)[0] == 0
    assert agreement(RESULTS, "mnist", "both", "pca64", weights)[0] == 9
    assert agreement(RESULTS, "mnist", "steps", "pca64", "cd" * 32)[0] == 0
    gone = result("gan", 0, 0.0) | {"diverged": "NaN", "judged": {}}
    del gone["judges"]  # `play` writes none
    last = trust_table([gone, *RESULTS]).splitlines()[-1]
    assert last == "| mnist | steps | pca64 | fitted | 9 | -1.000 | 0.8 | **missed** |"


def test_a_column_that_no_member_has_is_left_out() -> None:
    lines = standings(RESULTS, "mnist", "steps")
    names = [line.variant for line in lines]
    assert "| sampling +- |" in board_table(lines, "mnist", names, {})
    bare = [r | {"interval": None} for r in RESULTS]
    text = board_table(standings(bare, "mnist", "steps"), "mnist", names, {})
    assert "sampling" not in text
    assert len({line.count("|") for line in text.splitlines() if line}) == 1
