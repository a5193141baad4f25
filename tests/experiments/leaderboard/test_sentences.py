"""What is said of the cells, against numbers worked out by hand."""

import math
from typing import Any

from experiments.leaderboard.sentences import sentences
from experiments.leaderboard.standings import Standing, standings
from experiments.leaderboard.verdicts import verdict
from tests.experiments.leaderboard.test_standings import RESULTS, result


def test_the_leader_and_who_is_not_told_from_it() -> None:
    gn, gp, wgan = standings(RESULTS, "mnist", "steps")
    said = verdict([gn, gp, wgan], "mnist", "steps")
    assert said == (
        "after 5,000 steps gn leads (FD 11.0 +- 1.73, by pca64 wgan does), not told "
        "from it by the seeds: gp"
    )
    said = verdict([gn._replace(diverged=2), gp, wgan], "mnist", "steps")
    assert (
        "gn leads (FD 11.0 +- 1.73, 2 diverged, by pca64 wgan does), not told" in said
    )
    alone = wgan._replace(spread=math.nan)
    said = verdict([gn, gp, alone], "mnist", "steps")
    assert said.endswith("gp; of one seed alone, so that nothing can be said: wgan")
    some = [dict(r) | {"floors": {"modes": 8.0}} for r in gn.results]
    for seed, reached in enumerate((8.0, 7.0, 6.0)):
        some[seed]["judged"] = {"last": {"ema": {"modes": reached}}}
    said = verdict([gn._replace(results=tuple(some)), wgan], "mnist", "steps")
    assert (
        "gn leads (FD 11.0 +- 1.73, 7.00 of 8 modes, by pca64 wgan does), ahead" in said
    )
    said = verdict([gn, alone], "mnist", "steps")
    assert said.endswith("of one seed alone, so that nothing can be said: all others")
    said = verdict([gn._replace(results=gn.results[:1]), gp], "mnist", "steps")
    assert "does), of one seed alone, so that nothing can be said" in said
    assert verdict([gn, wgan], "mnist", "steps").endswith(
        "ahead of wgan and all others by more than the noise"
    )
    assert verdict([], "mnist", "steps") == ""


def test_figures_below_the_floor_are_said() -> None:
    words = "lie below the floor"
    assert not any(words in each for each in sentences(RESULTS))
    moved = [r | {"floors": r["floors"] | {"frechet_distance": 15.0}} for r in RESULTS]
    leader, said = (each for each in sentences(moved) if words in each)
    assert said.startswith("On mnist 2 of 3 figures lie below the floor (15.0)")
    none = "none leads: 2 of 3 members lie below the floor (15.0)."
    assert leader == f"**mnist**: after 5,000 steps {none}"


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
    said = sentences(both_budgets())
    _, average, choice, presets, budgets, noise, trust, failures = said
    # Halved in three members of four, doubled in gn: 12 of 16 cells, median + .5.
    assert "better than the last weights in 12 of 16 cells that did not" in average
    assert average.endswith("at the median: mnist 50%; worse more often for gn.")
    assert "better in 16 of 16 cells that did not collapse, by 10% at most" in choice
    assert "worse in 0, where" in choice
    # Both seeds are alike in all eight lines: seed 0 is better in none.
    assert "better than the mean of the other seeds in 0 of 8 lines" in presets
    # Places 1 2 3 4 against 2 3 4 1: 1 - 6 (1 + 1 + 1 + 9) / (4 * 15) = -.2.
    assert budgets.endswith("mnist -0.20, gn gains 3 places.")
    # Both seeds are alike; intervals of +- 1 around 10, 20, 30, 40 are errors of
    # 1 / 1.96, of which the median share is 1/24.
    assert "mnist 0.0% and 2.1%" in noise
    # Components give -FD: the order upside down.
    assert "mnist (both) by pca64 -1.000; mnist (steps) by pca64 -1.000" in trust
    assert failures == "No run diverged, collapsed or copied its data."
    late = result("gan", 2, 10.0, class_entropy=0.1) | {"budget": "clock"}
    said = sentences([*both_budgets(), late])[-1]
    assert said == "These failed: mnist gan after 60 seconds (1 of 3 collapsed)."


def test_another_net_that_puts_another_first_is_named() -> None:
    gn, gp, wgan = standings(RESULTS, "mnist", "steps")
    judged = ("cd" * 32, {"gn": 3.0, "gp": 2.0, "wgan": 4.0})
    lines = [_judged_by(line, *judged) for line in (gn, gp, wgan)]
    assert "(FD 11.0 +- 1.73, by the second net gp does), not" in verdict(
        lines, "mnist", "steps"
    )
    # Figures by two nets are no mean.
    lines[0] = _judged_by(gn, "ab" * 32, judged[1])
    assert "second net" not in verdict(lines, "mnist", "steps")
    # A cell that no second net judged leaves it open.
    assert "second net" not in verdict([*lines[1:], gn], "mnist", "steps")


def _judged_by(line: Standing, weights: str, figures: dict[str, float]) -> Standing:
    values = {"sha256": weights, "frechet_distance": figures[line.variant]}
    cells = (dict(r) | {"judges": {"second net": values}} for r in line.results)
    return line._replace(results=tuple(cells))


def test_equal_work_that_was_measured_unequal_is_said() -> None:
    cells = [
        cell(variant, 0, "clock", float(steps), 9.0, 9.0) | {"budget_steps": steps}
        for variant, steps in (("gp", 1100), ("lp", 1000), ("gan", 300), ("gn", 5))
    ]
    (said,) = (each for each in sentences(cells) if each.startswith("Equal wall"))
    assert said.endswith("steps of unequal number: mnist gp and lp 10%.")


def test_what_failed_is_named_and_nothing_is_said_of_nothing() -> None:
    poor = result("gan", 0, 50.0, class_entropy=0.1)
    gone = result("gp", 0, 1.0) | {"diverged": "NaN at step 3", "judged": {}}
    said = sentences([poor, gone])
    assert said[-1] == (
        "These failed: mnist gan after 5,000 steps (1 of 1 collapsed); "
        "mnist gp after 5,000 steps (1 diverged)."
    )
    assert sentences([]) == []


def test_boards_that_were_timed_on_unlike_machines_are_said_to_be() -> None:
    found = []
    for board, steps in (("mnist", 1000), ("fashion_mnist", 2000)):
        for variant, more in (("gan", 1.0), ("gp", 1.5)):
            made = result(variant, 0, 10.0) | {"board": board, "budget": "clock"}
            judged: Any = made["judged"]
            judged["last"]["step"] = int(steps * more)
            found.append(made | {"budget_steps": int(steps * more)})
    words = "on fashion_mnist 2.0 to 2.0 times as many steps as on mnist."
    assert any(words in each for each in sentences(found))
    assert not any("unlike machines" in each for each in sentences(found[:2]))
