"""The figure of `vanishing`: gradients over s, over training, and gp's slope."""

from pathlib import Path
from typing import Any

import numpy as np

from experiments.theory.claims import Result


def draw(result: Result, path: Path) -> None:
    """Draws the gradient over s, over training, and the penalised critic's slope.

    Args:
        result: of `run`, or read back.
        path: the PNG to write.
    """
    from wgan_jax.artifacts.style import figure

    with figure(path, columns=3, size=(17, 5.4)) as (_, (shift, training, slope)):
        _draw_shift(shift, result.series)
        _draw_training(training, result.series["course"])
        _draw_slope(slope, result.series["slopes"])


def _draw_shift(axes: Any, series: dict[str, Any]) -> None:
    from wgan_jax.artifacts import style

    exact, trained = series["exact"], series["trained"]
    looks = {
        "-log D": (style.RED, "--"),
        "W1": (style.GREEN, ":"),
        "minimax": (style.BLUE, "-"),
        "LSGAN": (style.ORANGE, "-."),
    }
    for name, (color, dash) in looks.items():
        axes.semilogy(exact["s"], exact[name], dash, color=color, label=name)
    for name in ("minimax", "-log D"):
        axes.semilogy(trained["s"], trained[name], "o", color=looks[name][0], ms=9)
    axes.semilogy([], [], "o", color=style.GREY, ms=9, label="trained critic")
    axes.set(
        title="The further apart, the smaller",
        xlabel="s, N(0, 1) against N(s, 1)",
        ylabel="|gradient by s| at the optimal critic",
    )
    axes.legend(loc="lower left")


def _draw_training(axes: Any, course: dict[str, Any]) -> None:
    from wgan_jax.artifacts import style

    steps = course["steps"]
    bound = np.asarray(course["bound"], np.float64)
    axes.loglog(steps, course["-log D"], "--", color=style.RED, label="-log D")
    axes.loglog(steps, bound, ":", color=style.BLACK, label="bound eps / (1 - eps)")
    axes.loglog(steps, course["minimax"], color=style.BLUE, label="minimax")
    axes.set(
        title="The better trained, the smaller",
        xlabel="critic updates, two segments 1 apart",
        ylabel="norm of the gradient by a shift",
    )
    axes.legend(loc="lower left")


def _draw_slope(axes: Any, slopes: dict[str, Any]) -> None:
    from wgan_jax.artifacts import style

    places = slopes["places"]
    axes.plot(places, slopes["law"], color=style.GREY, lw=6, label="its law")
    axes.plot(places, slopes["found"], color=style.PURPLE, label="trained")
    axes.axhline(1, color=style.GREEN, ls=":", label="1, the slope of W1's potential")
    axes.set(
        title="A gp critic keeps a slope, above 1",
        xlabel="place x, N(0, 1) against N(4, 1)",
        ylabel="|slope| of the critic, lambda = 10",
    )
    axes.set_ylim(0.9, 1.4)
    axes.legend(loc="upper right")
