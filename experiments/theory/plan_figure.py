"""The figure of `plan`: three plans between their histograms, and the potential."""

from pathlib import Path
from typing import Any

import numpy as np

from experiments.theory.claims import Result


def draw(result: Result, path: Path) -> None:
    """Draws three plans as heat maps between their histograms, and the potential.

    Args:
        result: of `run`, or read back.
        path: the PNG to write.
    """
    from wgan_jax.artifacts.style import figure

    ratios = [[1, 4, 1.7], [1, 4, 4, 4, 0.25]]
    with figure(
        path,
        rows=3,
        columns=5,
        size=(14, 8),
        gridspec_kw={"height_ratios": ratios[0], "width_ratios": ratios[1]},
    ) as (drawn, axes):
        series = result.series["mixtures"]
        costs, piles = series["costs"], result.series["piles"]["costs"]
        keys = {"optimal": "monotone", "independent": "independent"}
        _draw_p_side(axes, series)
        images = []
        for column, name in enumerate(costs, 1):
            key = keys.get(name, "reversed")
            images.append(_draw_plan(axes, column, series, key))
            axes[0, column].set_title(
                f"{name}: costs {costs[name]:.3f}\n(piles: {piles[name]:.0f} steps)"
            )
        drawn.colorbar(images[0], cax=axes[1, 4], label="mass / largest of the plan")
        _draw_potential(axes, series)


def _draw_p_side(axes: Any, series: dict[str, Any]) -> None:
    from wgan_jax.artifacts.style import BLUE

    side = axes[1, 0]
    side.barh(series["places"], series["p"], 1 / len(series["p"]), color=BLUE)
    side.invert_xaxis()
    side.set_ylim(0, 1)
    side.set_ylabel("from x (P, blue)")
    side.set_xticks([])
    for row, column in ((0, 0), (0, 4), (2, 0), (2, 4)):
        axes[row, column].axis("off")


def _draw_plan(axes: Any, column: int, series: dict[str, Any], key: str) -> Any:
    from wgan_jax.artifacts.style import RED

    top, heat = axes[0, column], axes[1, column]
    top.bar(series["places"], series["q"], 1 / len(series["q"]), color=RED)
    top.set_xlim(0, 1)
    top.set_xticklabels([])
    top.set_yticks([])
    plan = np.asarray(series[key])
    image = heat.imshow(
        plan / plan.max(), origin="lower", extent=(0, 1, 0, 1), aspect="auto"
    )
    heat.plot([0, 1], [0, 1], color="white", linewidth=1, linestyle=":")
    heat.set_yticklabels([])
    heat.set_xlabel("to y (Q, red)")
    heat.grid(visible=False)
    return image


def _draw_potential(axes: Any, series: dict[str, Any]) -> None:
    from wgan_jax.artifacts.style import BLACK

    merged = axes[2, 1].get_subplotspec().get_gridspec()[2, 1:4]
    for column in (1, 2, 3):
        axes[2, column].remove()
    wide = axes[1, 1].figure.add_subplot(merged)
    wide.plot(series["places"], series["potential"], color=BLACK)
    wide.set_xlim(0, 1)
    wide.set_xlabel("place x")
    wide.set_ylabel("potential f")
    wide.set_title("The best critic: slope -1 where mass moves right, +1 where left")
