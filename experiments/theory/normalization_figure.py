"""The figure of `normalization`: the jump, a cut through a critic, its slopes."""

from pathlib import Path
from typing import Any

import numpy as np

from experiments.theory.claims import Result


def draw(result: Result, path: Path) -> None:
    """Draws f and f^ by hand, a cut through the trained critics, and their slopes.

    Args:
        result: of `run`, or read back.
        path: the PNG to write.
    """
    from wgan_jax.artifacts.style import figure

    series = result.series
    with figure(path, columns=3, size=(17, 5)) as (_, (cut, line, slopes)):
        _draw_cut(cut, series["exact"])
        _draw_line(line, series["line"])
        _draw_slopes(slopes, series["quantiles"])


def _draw_cut(axes: Any, exact: dict[str, list[float]]) -> None:
    from wgan_jax.artifacts import style

    places = np.asarray(exact["places"])
    axes.plot(places, exact["f"], "--", color=style.GREY, label="f, continuous")
    for side, label in ((places < 0, "f^ = f / (|f'| + |f|)"), (places > 0, None)):
        values = np.asarray(exact["normalised"])[side]
        axes.plot(places[side], values, color=style.RED, label=label)
    axes.plot(
        *(places, exact["smooth"], "-."), color=style.BLUE, label="f^, softplus of 20 x"
    )
    axes.plot([0, 0], [0.5, 1 / 1.1], ":", color=style.RED)
    axes.text(-0.1, 0.7, "jump .409", ha="right")
    axes.set(
        title="Where pieces meet, f^ jumps",
        xlabel="x",
        ylabel="f and f^",
    )
    axes.legend(loc="lower right")


def _draw_line(axes: Any, line: dict[str, list[float]]) -> None:
    from wgan_jax.artifacts import style

    axes.plot(
        line["places"], line["softplus"], "--", color=style.BLUE, label="softplus"
    )
    axes.plot(line["places"], line["ReLU"], color=style.RED, lw=1.6, label="ReLU")
    axes.set(
        title="Trained: ring8 against a box",
        xlabel="first coordinate, the second is 0",
        ylabel="f^, within [-1, 1]",
    )
    axes.legend(loc="lower right")


def _draw_slopes(axes: Any, quantiles: dict[str, list[float]]) -> None:
    from wgan_jax.artifacts import style

    looks = {"ReLU": (style.RED, "-"), "softplus": (style.BLUE, "--")}
    for name, (color, dash) in looks.items():
        slopes = np.maximum(quantiles[name], 1e-4)
        axes.semilogy(quantiles["share"], slopes, dash, color=color, label=name)
    axes.axhline(1, color=style.BLACK, ls=":", label="1-Lipschitz")
    axes.set(
        title="Slopes at points, inside pieces",
        xlabel="share of the points below",
        ylabel="norm of the gradient of f^",
    )
    axes.legend(loc="lower right")
