"""What is said of the cells, against numbers worked out by hand."""

import math

from experiments.leaderboard.sentences import sentences, verdict
from experiments.leaderboard.standings import standings
from tests.experiments.leaderboard.test_standings import RESULTS, result


def test_the_leader_and_who_is_not_told_from_it() -> None:
    gn, gp, wgan = standings(RESULTS, "mnist", "steps")
    said = verdict([gn, gp, wgan], "mnist", "steps")
    assert said == (
        "after 5,000 steps gn leads (FD 11.0 +- 1.73), not told from it by the seeds: "
        "gp"
    )
    said = verdict([gn._replace(diverged=2), gp, wgan], "mnist", "steps")
    assert "gn leads (FD 11.0 +- 1.73, 2 diverged), not told" in said
    alone = wgan._replace(spread=math.nan)
    said = verdict([gn, gp, alone], "mnist", "steps")
    assert said.endswith("gp; of one seed alone, so that nothing can be said: wgan")
    some = [dict(r) | {"floors": {"modes": 8.0}} for r in gn.results]
    for seed, reached in enumerate((8.0, 7.0, 6.0)):
        some[seed]["judged"] = {"last": {"ema": {"modes": reached}}}
    said = verdict([gn._replace(results=tuple(some)), wgan], "mnist", "steps")
    assert "gn leads (FD 11.0 +- 1.73, 7.00 of 8 modes), ahead" in said
    said = verdict([gn, alone], "mnist", "steps")
    assert said.endswith("of one seed alone, so that nothing can be said: all others")
    said = verdict([gn._replace(results=gn.results[:1]), gp], "mnist", "steps")
    assert said.endswith("1.73), of one seed alone, so that nothing can be said")
    assert verdict([gn, wgan], "mnist", "steps").endswith(
        "ahead of wgan and all others by more than the noise"
    )
    assert verdict([], "mnist", "steps") == ""


def test_figures_below_the_floor_are_said() -> None:
    words = "lie below the floor"
    assert not any(words in each for each in sentences(RESULTS))
    moved = [r | {"floors": r["floors"] | {"frechet_distance": 15.0}} for r in RESULTS]
    (said,) = (each for each in sentences(moved) if words in each)
    assert said.startswith("On mnist 2 of 3 figures lie below the floor (15.0)")


def cell(variant: str, seed: int, budget: str, ema: float, raw: float, best: float):
    made = result(variant, seed, ema)
    values = {"frechet_distance": ema, "class_entropy": 2.2, "data_copying": 0.0}
    chosen = values | {"frechet_distance": best}
    made["judged"] = {
        "last": {"ema": values, "raw": values | {"frechet_distance": raw}},
        "best": {"ema": chosen, "raw": chosen},
    }
    return made | {"budget": budget}


MEMBERS = ("gan", "lsgan", "gp", "gn")


def both_budgets() -> list[dict]:
    """By steps gan, lsgan, gp, gn; by seconds gn first and the others as before."""
    found = []
    for budget, order in (
        ("steps", MEMBERS),
        ("clock", ("gn", "gan", "lsgan", "gp")),
    ):
        for place, variant in enumerate(order):
            ema = 10.0 * (1 + place)
            raw = ema / 2 if variant == "gn" else 2 * ema
            found += [cell(variant, s, budget, ema, raw, 0.9 * ema) for s in (0, 1)]
    return found


def test_averages_choices_and_budgets_are_compared() -> None:
    _, average, choice, budgets, noise, failures = sentences(both_budgets())
    # Halved in three members of four, doubled in gn: 12 of 16 cells, median + .5.
    assert "better than the last weights in 12 of 16 cells, by 50% at" in average
    assert average.endswith("not always for gn.")
    assert "better by 10% at the median and by 10% at most" in choice
    # Places 1 2 3 4 against 2 3 4 1: 1 - 6 (1 + 1 + 1 + 9) / (4 * 15) = -.2.
    assert budgets.endswith("mnist -0.20, gn gains 3 places.")
    # Both seeds are alike; intervals of +- 1 around 10, 20, 30, 40: medians 0, 1/24.
    assert "mnist 0.0% and 4.2%" in noise
    assert failures == "No run diverged, collapsed or copied its data."
    late = result("gan", 2, 10.0, class_entropy=0.1) | {"budget": "clock"}
    said = sentences([*both_budgets(), late])[-1]
    assert said == "These failed: mnist gan after 60 seconds (1 of 3 collapsed)."


def test_what_failed_is_named_and_nothing_is_said_of_nothing() -> None:
    poor = result("gan", 0, 50.0, class_entropy=0.1)
    gone = result("gp", 0, 1.0) | {"diverged": "NaN at step 3", "judged": {}}
    said = sentences([poor, gone])
    assert said[-1] == (
        "These failed: mnist gan after 5,000 steps (1 of 1 collapsed); "
        "mnist gp after 5,000 steps (1 diverged)."
    )
    assert sentences([]) == []
