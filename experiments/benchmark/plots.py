"""The benchmark's pictures."""

from pathlib import Path
from typing import Any

from wgan_jax.artifacts.style import COLORS

OURS, OTHER = "#2563a8", "#b4b4b4"


def draw(result: dict[str, Any], folder: Path) -> None:
    """Draws what a result has to show, as `NAME.png`.

    Args:
        result: a result as it is on file.
        folder: where pictures go.
    """
    kinds = {"speed": ratio_plot, "scaling": sizes_plot}
    if result["kind"] in kinds:
        kinds[result["kind"]](result, folder / f"{result['name']}.png")


def ratio_plot(result: dict[str, Any], path: Path) -> None:
    """Bars of the ratio to tuned PyTorch, one a case, with the spread of its pairs.

    Args:
        result: a speed result.
        path: the PNG to write.
    """
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    cases = result["cases"][::-1]
    names = [f"{case['network']} {case['variant']}" for case in cases]
    ratios = [case["tuned"]["ratio"] for case in cases]
    middle = [ratio["median"] for ratio in ratios]
    lower = [ratio["median"] - ratio["low"] for ratio in ratios]
    upper = [ratio["high"] - ratio["median"] for ratio in ratios]
    figure, axes = plt.subplots(
        figsize=(7, 0.8 + 0.26 * len(cases)), layout="constrained"
    )
    axes.barh(names, middle, xerr=(lower, upper), color=OURS, ecolor="#333333")
    axes.axvline(1, color="#333333", linewidth=1)
    axes.set_xlabel("steps/s over those of tuned PyTorch, same run")
    axes.margins(y=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def sizes_plot(result: dict[str, Any], path: Path) -> None:
    """Steps per second against each axis, one panel an axis.

    Args:
        result: a result of `sizes`.
        path: the PNG to write.
    """
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    series = result["series"]
    names = list(dict.fromkeys(entry["axis"] for entry in series))
    cases = list(dict.fromkeys(entry["case"] for entry in series))
    # One look a case, the same in every panel.
    looks = dict(zip(cases, zip(COLORS, "os^Dv<>P", strict=True), strict=False))
    figure, panels = plt.subplots(
        1, len(names), figsize=(3.4 * len(names), 3), layout="constrained"
    )
    for panel, axis in zip(panels, names, strict=True):
        for entry in series:
            if entry["axis"] == axis:
                points = entry["points"]
                color, marker = looks[entry["case"]]
                panel.plot(
                    [point["value"] for point in points],
                    [point["steps_per_second"] for point in points],
                    color=color,
                    marker=marker,
                    label=entry["case"],
                )
        panel.set(xlabel=axis.replace("_", " "), xscale="log", yscale="log")
        panel.set_xscale("log", base=2)
        panel.legend(frameon=False)
    panels[0].set_ylabel("steps per second")
    figure.savefig(path, dpi=120)
    plt.close(figure)
