"""The figure of `manifolds`: accuracy over training, and what the critics see."""

from pathlib import Path
from typing import Any

import numpy as np

from experiments.theory.claims import Result


def draw(result: Result, path: Path) -> None:
    """Draws accuracies over training and both decision surfaces.

    Args:
        result: of `run`, or read back.
        path: the PNG to write.
    """
    from wgan_jax.artifacts.style import figure

    series = result.series
    with figure(path, columns=3, size=(17, 5)) as (drawn, (course, clean, noisy)):
        _draw_course(course, series)
        _draw_surface(clean, series, "clean").set_title(
            "Curves: certain almost everywhere"
        )
        _draw_surface(noisy, series, "noisy").set_title("With noise: a gentle slope")
        drawn.colorbar(noisy.images[0], ax=[clean, noisy], label="critic D(x)")


def _draw_course(axes: Any, series: dict[str, Any]) -> None:
    from wgan_jax.artifacts import style

    steps = series["steps"]
    curves, noisy = series["clean"]["accuracies"], series["noisy"]["accuracies"]
    axes.plot(steps, curves, color=style.BLUE, label="curves")
    axes.plot(steps, noisy, "--", color=style.RED, label="curves with noise")
    axes.axhline(
        series["bayes"], color=style.RED, ls=":", label="Bayes' rule with noise"
    )
    axes.axhline(1, color=style.BLUE, ls=":")
    axes.set(
        title="A perfect critic, unless there is noise",
        xlabel="critic updates",
        ylabel="accuracy on fresh samples",
    )
    axes.set_ylim(0.45, 1.03)
    axes.legend(loc="lower right")


def _draw_surface(axes: Any, series: dict[str, Any], name: str) -> Any:
    from wgan_jax.artifacts import style

    box = series["box"]
    axes.imshow(
        np.asarray(series[name]["surface"]),
        origin="lower",
        extent=(-box, box, -box, box),
        vmin=0,
        vmax=1,
        cmap="cividis",
    )
    t = np.linspace(0, 2 * np.pi, 200)
    width, height = series["ellipse"]
    # A dark edge keeps the lines visible on either end of the colours.
    for size, colors in ((4.4, ("black", "black")), (2.2, ("white", style.RED))):
        axes.plot(np.cos(t), np.sin(t), color=colors[0], lw=size)
        axes.plot(width * np.cos(t), height * np.sin(t), color=colors[1], lw=size)
    real, generated = axes.lines[-2:]
    axes.legend(
        *([real, generated], ["real", "generated"]),
        loc="upper right",
        labelcolor="white",
        frameon=True,
        facecolor="#444444",
    )
    axes.grid(visible=False)
    axes.set(xlabel="first coordinate", ylabel="second coordinate")
    return axes
