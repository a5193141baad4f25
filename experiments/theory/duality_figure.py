"""The figure of `duality`: a matching over a potential, and what each side yields."""

from pathlib import Path
from typing import Any

import numpy as np

from experiments.theory.claims import Result


def draw(result: Result, path: Path) -> None:
    """Draws the matching over the potential of `cones`, and all values beside W1.

    Args:
        result: of `run`, or read back.
        path: the PNG to write.
    """
    from wgan_jax.artifacts.style import figure

    with figure(path, columns=2, size=(14, 5.8)) as (drawn, (plane, values)):
        image = _draw_plane(plane, result.series)
        drawn.colorbar(image, ax=plane, label="potential f of `cones`")
        _draw_values(values, result.series)


def _draw_plane(axes: Any, series: dict[str, Any]) -> Any:
    from wgan_jax.artifacts import style

    reach = series["reach"]
    extent = (-reach, reach, -reach, reach)
    surface = np.asarray(series["surface"])
    image = axes.imshow(surface, origin="lower", extent=extent, cmap="cividis")
    x, y = (np.reshape(series[name], (-1, 2)) for name in "xy")
    axes.plot(*np.stack([x, y], 1).T, color="white", lw=0.8, alpha=0.8)
    axes.plot(*x.T, "o", color=style.SKY, mec="black", ms=5, label="P")
    axes.plot(*y.T, "s", color=style.RED, mec="black", ms=5, label="Q")
    axes.set(
        title=f"The best matching of {len(x)} pairs goes downhill",
        xlabel="first coordinate",
        ylabel="second coordinate",
    )
    axes.grid(visible=False)
    axes.legend(
        loc="upper right", labelcolor="white", frameon=True, facecolor="#444444"
    )
    return image


def _draw_values(axes: Any, series: dict[str, Any]) -> None:
    from wgan_jax.artifacts import style

    exact = series["exact"]
    rows = [(name, value, None) for name, value in series["values"].items()]
    for weight, critic in series["critics"].items():
        law = exact + exact**2 / (4 * float(weight))
        rows.append((f"gp less penalty,\nlambda {weight}", critic["penalised"], law))
        rows.append((f"gp, lambda {weight}", critic["value"], critic["scaled"]))
    rows.reverse()
    places = np.arange(len(rows))
    axes.axvline(exact, color=style.BLACK, ls=":", label=f"W1 = {exact:.3f}")
    laws = [(law, place) for place, (_, _, law) in enumerate(rows) if law]
    axes.plot(
        *zip(*laws, strict=True),
        "|",
        color=style.ORANGE,
        ms=26,
        mew=4,
        label="bound or law",
    )
    axes.plot([value for _, value, _ in rows], places, "o", color=style.BLUE, ms=10)
    axes.set_yticks(places, [name for name, _, _ in rows])
    axes.set(
        title="Solvers from below, penalised critics from above",
        xlabel="E f(x) - E f(y)",
    )
    axes.margins(y=0.12)
    axes.legend(loc="upper right", markerscale=0.6)
