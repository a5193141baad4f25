"""The figure of `clipping`: value surfaces, weights, and the gradient over depth."""

from pathlib import Path
from typing import Any

import numpy as np

from experiments.theory.claims import Result
from wgan_jax.data import load

BOX = 3.0
_SHOWN = 1.6  # the part of the box around the data


def draw(result: Result, path: Path) -> None:
    """Surfaces of the clipped and the penalised critic, weights, depth."""
    from wgan_jax.artifacts import style

    series = result.series
    with style.figure(path, rows=2, columns=4, size=(18, 9)) as (_, axes):
        for column, (name, surfaces) in enumerate(series["surfaces"].items()):
            # The small run has no critic under the two-sided penalty.
            kinds = ("clip", "gp" if "gp" in surfaces else "lp")
            for row, kind in enumerate(kinds):
                _surface(axes[row, column], name, kind, surfaces[kind])
        for unused in axes[:, len(series["surfaces"]) : 3].flat:
            unused.set_axis_off()
        _weights(axes[0, 3], series)
        _depth(axes[1, 3], series["depth"])


def _surface(axis: Any, name: str, kind: str, surface: list[list[float]]) -> None:
    from wgan_jax.artifacts import style

    places = np.linspace(-BOX, BOX, len(surface))
    values = np.array(surface)
    shown = np.abs(places) <= _SHOWN
    seen = values[np.ix_(shown, shown)]
    levels = np.linspace(seen.min(), seen.max(), 14)
    axis.contour(places, places, values, levels=levels, linewidths=1.6)
    points = load(name).test[:300]
    axis.plot(*points.T, ".", color=style.RED, ms=3)
    words = {"clip": "clipped", "gp": "gradient penalty", "lp": "one-sided penalty"}
    axis.set(
        title=f"{name}, {words[kind]}",
        xlabel="first coordinate",
        ylabel="second coordinate",
        xlim=(-_SHOWN, _SHOWN),
        ylim=(-_SHOWN, _SHOWN),
        aspect="equal",
        xticks=(-1, 0, 1),
        yticks=(-1, 0, 1),
    )
    axis.grid(visible=False)


def _weights(axis: Any, series: dict[str, Any]) -> None:
    from wgan_jax.artifacts import style

    limit, weights = series["limit"], series["weights"]
    edges = np.linspace(-limit, limit, len(weights["start"]) + 1)
    looks = {
        "start": ("start, U(-c, c)", style.GREY, ":"),
        "trap": ("epsilon inside the root", style.ORANGE, "--"),
        "trained": ("trained", style.BLUE, "-"),
    }
    for name, (label, color, dash) in looks.items():
        if name in weights:
            heights = 100 * np.array(weights[name])
            axis.stairs(heights, edges, color=color, ls=dash, lw=2.2, label=label)
    axis.set(
        title="Clipped weights end at the bounds",
        xlabel=f"weight, c = {limit:g}",
        ylabel="share of weights in %, 40 bins",
    )
    axis.legend(loc="upper center")


def _depth(axis: Any, norms: dict[str, list[float]]) -> None:
    from wgan_jax.artifacts import style

    looks = zip(
        norms.items(),
        (style.RED, style.BLUE, style.PURPLE, style.GREEN),
        style.DASHES,
        strict=False,
    )
    for (name, values), color, dash in looks:
        layers = np.arange(1, len(values) + 1)
        axis.semilogy(layers, values, dash, color=color, label=name)
    axis.set(
        title="Deep critics: all or nothing",
        xlabel=f"hidden layer k of {len(layers)}",
        ylabel="|dL/dh_k|, last layer = 1",
    )
    axis.set_xticks([1, 4, 8, 12])
    axis.set_ylim(bottom=1e-38)
    axis.legend(loc="lower right")
