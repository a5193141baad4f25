"""The figure of `log2`: what two distances say over theta, and over the overlap."""

from pathlib import Path
from typing import Any

import numpy as np

from experiments.theory.claims import Result
from experiments.theory.lab import LOG2


def draw(result: Result, path: Path) -> None:
    """What each distance says over theta, and over the overlap."""
    from wgan_jax.artifacts import style

    with style.figure(path, columns=2, size=(13, 5)) as (_, (lines, overlap)):
        _draw_lines(lines, result.series)
        _draw_overlap(overlap, result.series)


def _draw_lines(axes: Any, series: dict[str, Any]) -> None:
    from wgan_jax.artifacts import style

    places = np.asarray(series["places"])
    apart = places[places > 0]
    law = apart + apart**2 / (2 * series["weight"])
    name = f"gp critic, lambda {series['weight']:g}"
    # No line from 0: the divergence jumps there, and has no slope anywhere.
    jsd = np.asarray(series["jsd"])
    axes.plot(places[places == 0], jsd[places == 0], "s", color=style.RED)
    axes.plot(apart, jsd[places > 0], "-s", color=style.RED, label="JSD of a critic")
    axes.axhline(LOG2, color=style.GREY, ls=":", label="log 2")
    axes.plot(places, series["w1"], "-o", color=style.BLUE, label="exact W1")
    axes.plot(apart, series["cones"], "x", color=style.GREEN, ms=11, label="cones")
    axes.plot(apart, series["gp"], "^", color=style.ORANGE, label=name)
    axes.plot(apart, law, "--", color=style.ORANGE, label="its law")
    axes.set(
        title="Parallel lines: JSD is stuck at log 2",
        xlabel="distance theta of the lines",
        ylabel="JSD in nats; W1 and critics' values",
    )
    axes.set_ylim(-0.05, 1.6)
    axes.legend(loc="upper left", ncols=2)


def _draw_overlap(axes: Any, series: dict[str, Any]) -> None:
    from wgan_jax.artifacts import style

    shifts, exact = series["overlaps"], series["overlap_exact"]
    found = series["overlap_jsd"]
    axes.plot(shifts, exact, color=style.GREY, lw=6, label="exact, a log 2")
    axes.plot(shifts, found, "s", color=style.RED, label="JSD of a critic")
    axes.set(
        title="Overlapping intervals: JSD has a slope",
        xlabel="shift a, U[0, 1] against U[a, 1 + a]",
        ylabel="JSD in nats",
    )
    axes.legend()
