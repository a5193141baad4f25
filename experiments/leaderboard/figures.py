"""Two figures a board: its headline against wall clock, a row of samples a member."""

import math
from collections.abc import Sequence
from pathlib import Path

from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.cells import Speeds, cell_of, speed_name
from experiments.leaderboard.record import Result
from wgan_jax.artifacts.style import COLORS, DASHES, GREY, figure
from wgan_jax.metrics.registry import quantities

_FAR = 3.0  # times the floor, from which on it is told in words


def draw_clock(
    results: Sequence[Result], board: str, speeds: Speeds, path: Path
) -> bool:
    """The headline on the way, of every member, mean over the seeds.

    Args:
        results: of one preset.
        board: a name of `BOARDS`.
        speeds: which turn steps into seconds.
        path: the PNG.

    Returns:
        Whether there was anything to draw.
    """
    name = BOARDS[board].headline
    curves = {
        variant: (seconds, values)
        for variant, group in _longest(results, board).items()
        if (speed := speeds.get(speed_name(board, variant, group[0]["preset"])))
        for seconds, values in [_mean_curve(group, speed)]
        if seconds
    }
    if not curves:
        return False
    quantity = quantities()[name]
    with figure(path, size=(10, 6)) as (_, axes):
        for i, (variant, (seconds, values)) in enumerate(curves.items()):
            dash = DASHES[i // len(COLORS) % len(DASHES)]
            axes.plot(
                seconds, values, dash, color=COLORS[i % len(COLORS)], label=variant
            )
        # Of a run that did not diverge: only those were judged.
        judged = (r for r in results if r["board"] == board and r["diverged"] is None)
        floor = next(judged)["floors"].get(name)
        lowest = min(min(values) for _, values in curves.values())
        far = floor is not None and quantity.better == "lower" and floor * _FAR < lowest
        # A line far below would press all curves together.
        heading = f"{board} (real samples, far below: {floor:.3g})" if far else board
        if floor is not None and not far:
            axes.axhline(floor, color=GREY, lw=1, label="real samples")
        if quantity.better == "lower":
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter(_plain)
        title = quantity.title.replace("{net}", "Frechet distance")
        axes.set(xlabel="seconds of training, by the speeds on file")
        axes.set(ylabel=title, title=heading)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.legend(ncols=2, fontsize=11)
    return True


def _plain(value: float, place: int | None) -> str:
    """A tick between decades; 5, 7, 8 and 9 stand too close."""
    leading = round(value / 10 ** math.floor(math.log10(value)))
    return f"{value:g}" if leading in (2, 3, 4, 6) else ""


def _longest(results: Sequence[Result], board: str) -> dict[str, list[Result]]:
    """Member -> its longest run of each seed."""
    found: dict[str, dict[int, Result]] = {}
    for r in results:
        if r["board"] != board or r["diverged"] is not None:
            continue
        seeds = found.setdefault(r["variant"], {})
        old = seeds.get(r["seed"])
        if old is None or old["budget_steps"] < r["budget_steps"]:
            seeds[r["seed"]] = r
    return {variant: list(seeds.values()) for variant, seeds in found.items()}


def _mean_curve(group: list[Result], speed: float) -> tuple[list[float], list[float]]:
    """At the steps that every seed was measured at."""
    curves = [dict(map(tuple, result["curve"])) for result in group]
    common = sorted(set.intersection(*(set(curve) for curve in curves)))
    means = [sum(curve[step] for curve in curves) / len(curves) for step in common]
    return [step / speed for step in common], means


def draw_samples(
    variants: Sequence[str], strips: Sequence[Path], board: str, path: Path
) -> None:
    """A row of samples a member, in the order of the table.

    Args:
        variants: the members.
        strips: of each, a PNG that exists.
        board: for the title.
        path: the PNG.
    """
    import numpy as np
    from PIL import Image

    images = [np.asarray(Image.open(strip).convert("RGB")) for strip in strips]
    wide = images[0].shape[1] > 2 * images[0].shape[0]
    columns = 1 if wide else min(6, len(images))
    rows = -(-len(images) // columns)
    size = (10, 0.95 * rows + 0.6) if wide else (2 * columns, 2.2 * rows + 0.5)
    with figure(path, rows=rows, columns=columns, size=size, squeeze=False) as (
        drawn,
        panels,
    ):
        drawn.suptitle(f"{board}: last checkpoint, EMA weights, seed 0")
        for axes in panels.flat:
            axes.set_axis_off()
        for axes, variant, image in zip(panels.flat, variants, images, strict=False):
            axes.imshow(image, interpolation="nearest")
            if wide:
                axes.text(
                    -0.006,
                    0.5,
                    variant,
                    transform=axes.transAxes,
                    fontsize=8,  # the longest name has 8 letters
                    ha="right",
                    va="center",
                )
            else:
                axes.set_title(variant)


def strip_path(result: Result, strips: Path) -> Path:
    """Where `play` puts the row of samples of a cell."""
    return strips / f"{cell_of(result).name}.png"
