"""The figure of `log2`: what two distances say over theta, and over the overlap."""

from pathlib import Path

import numpy as np

from experiments.theory.claims import Result
from experiments.theory.lab import LOG2


def draw(result: Result, path: Path) -> None:
    """What each distance says over theta, and over the overlap."""
    from wgan_jax.artifacts import style

    series = result.series
    with style.figure(path, columns=2, size=(13, 5)) as (_, (lines, overlap)):
        places = np.asarray(series["places"])
        apart = places[places > 0]
        law = apart + apart**2 / (2 * series["weight"])
        name = f"gp critic, lambda {series['weight']:g}"
        lines.plot(
            places, series["jsd"], "-s", color=style.RED, label="JSD of a critic"
        )
        lines.axhline(LOG2, color=style.GREY, ls=":", label="log 2")
        lines.plot(places, series["w1"], "-o", color=style.BLUE, label="exact W1")
        lines.plot(apart, series["cones"], "x", color=style.GREEN, ms=11, label="cones")
        lines.plot(apart, series["gp"], "^", color=style.ORANGE, label=name)
        lines.plot(apart, law, "--", color=style.ORANGE, label="its law")
        lines.set(
            title="Parallel lines: JSD is stuck at log 2",
            xlabel="distance theta of the lines",
            ylabel="JSD in nats; W1 and critics' values",
        )
        lines.set_ylim(-0.05, 1.6)
        lines.legend(loc="upper left", ncols=2)
        shifts = series["overlaps"]
        overlap.plot(
            *(shifts, series["overlap_exact"]),
            color=style.GREY,
            lw=6,
            label="exact, a log 2",
        )
        overlap.plot(
            *(shifts, series["overlap_jsd"], "s"),
            color=style.RED,
            label="JSD of a critic",
        )
        overlap.set(
            title="Overlapping intervals: JSD has a slope",
            xlabel="shift a, U[0, 1] against U[a, 1 + a]",
            ylabel="JSD in nats",
        )
        overlap.legend()
