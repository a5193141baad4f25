"""Two figures: cos against dimension, value against truth."""

from pathlib import Path

from experiments.wasserstein_truth.findings import Published, Table
from experiments.wasserstein_truth.funnels import COUNTS, DIMENSIONS
from wgan_jax.artifacts.style import COLORS, DASHES, GREY, figure

_SHOWN = ("cones", "sorted", "gp", "lp", "gn", "sn", "clip")
_MARKERS = "osD^vPX"
_TOP = 2.5  # values of clipped critics reach 9: drawn here


def draw_cosines(table: Table, published: Published, path: Path) -> None:
    """Mean cosine to the optimal gradient over the dimension, a panel a count.

    Args:
        table: the funnels.
        published: gp as published, in grey.
        path: the PNG.
    """
    with figure(path, rows=2, columns=2, size=(12, 9), sharex=True, sharey=True) as (
        drawn,
        panels,
    ):
        for panel, count in zip(panels.flat, COUNTS, strict=True):
            sizes = [(d, count) for d in DIMENSIONS]
            theirs = [published[size]["gp_cos"] for size in sizes]
            panel.plot(DIMENSIONS, theirs, color=GREY, ls=":", label="gp, published")
            _lines(panel, table, sizes)
            panel.set_xscale("log", base=2)
            panel.set(title=f"{count} funnels", ylim=(-0.05, 1.03))
            panel.set_xticks(DIMENSIONS, DIMENSIONS)
        for panel in panels[1]:
            panel.set_xlabel("dimension")
        for panel in panels[:, 0]:
            panel.set_ylabel("cos to optimal gradient")
        handles = panels[0, 0].get_legend_handles_labels()
        drawn.legend(*handles, loc="outside lower center", ncols=4)


def draw_values(table: Table, path: Path) -> None:
    """Estimates of W1 over the true W1, every cell a point.

    Args:
        table: the funnels.
        path: the PNG.
    """
    with figure(path, size=(8, 7)) as (_, axes):
        axes.plot([0.1, 2], [0.1, 2], color=GREY, label="value = W1")
        for i, row in enumerate(_SHOWN):
            # f^ of gradient normalisation is no estimate of a distance: f / n is.
            name = "raw_value" if row == "gn" else "value"
            cells = [cell for (_, r), cell in table.items() if r == row]
            axes.plot(
                [cell["w1"] for cell in cells],
                [min(cell[name], _TOP) for cell in cells],
                _MARKERS[i],
                color=COLORS[i],
                alpha=0.8,
                label="gn, f / n" if row == "gn" else row,
            )
        axes.set(
            xlabel="true W1 (units of the points)",
            ylabel="estimate (units of the points)",
            xlim=(0, 2.1),
            ylim=(-0.1, _TOP + 0.1),
            title=f"points on the line at {_TOP} lie above it",
        )
        axes.axhline(_TOP, color=GREY, lw=1, ls=":")
        axes.legend()


def _lines(panel, table: Table, sizes: list[tuple[int, int]]) -> None:
    for i, row in enumerate(_SHOWN):
        found = [
            (size[0], table[size, row]["cos"]) for size in sizes if (size, row) in table
        ]
        panel.plot(
            [x for x, _ in found],
            [y for _, y in found],
            color=COLORS[i],
            marker=_MARKERS[i],
            ls=DASHES[i % len(DASHES)],
            label=row,
        )
