"""The figure of `loss-quality`: what critics say over what their samples are."""

import math
from pathlib import Path
from typing import Any

from experiments.theory.claims import Result
from experiments.theory.lab import LOG2

DIVERGENCES = ("gan", "nsgan")  # members whose critics' number is a JSD


def draw(result: Result, path: Path) -> None:
    """For each member what its critic says, and the exact W1, over the game."""
    from wgan_jax.artifacts import style

    members = result.series
    with style.figure(
        path, rows=2, columns=len(members), size=(18, 8), sharex=True
    ) as (_, axes):
        for column, (name, courses) in enumerate(members.items()):
            for axis, kind in zip(axes[:, column], ("said", "w1"), strict=True):
                _lines(axis, courses, kind)
                quarter = courses["steps"][len(courses["steps"]) // 4]
                axis.axvline(quarter, color=style.GREY, ls=":")
            above, below = axes[:, column]
            is_jsd = name in DIVERGENCES
            number = "JSD of the critic, nats" if is_jsd else "value, scores"
            above.set(title=f"{name}: what the critic says", ylabel=number)
            _name_small_units(above)
            below.set(
                title=f"{name}: how far the samples are",
                xlabel="generator updates",
                ylabel="exact W1, units of the points",
            )
            below.set_ylim(bottom=0)
            if is_jsd:
                above.axhline(LOG2, color=style.GREY, ls=":")
                above.text(0, LOG2 - 0.05, "log 2", color=style.BLACK)
                above.set_ylim(0, 0.75)
        axes[0, 0].legend()


def _name_small_units(axis: Any) -> None:
    """Writes 1e-5 into the label: above the axis it would push the title away."""
    exponent = math.floor(math.log10(max(map(abs, axis.get_ylim()))))
    if exponent < -2:
        axis.yaxis.set_major_formatter(lambda value, _: f"{value / 10**exponent:g}")
        axis.set_ylabel(axis.get_ylabel().replace(", ", f", 1e{exponent} "))


def _lines(axis: Any, courses: dict[str, Any], kind: str) -> None:
    from wgan_jax.artifacts import style

    looks = zip(courses[kind], style.COLORS, style.DASHES, strict=False)
    for game, (values, color, dash) in enumerate(looks, start=1):
        axis.plot(courses["steps"], values, dash, color=color, label=f"game {game}")
