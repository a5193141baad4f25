"""FD against seconds of training, a panel a member, a line a seed."""

from pathlib import Path

from experiments.parity.cells import OURS, TORCH
from experiments.parity.costs import device_words
from experiments.parity.tables import FLOORS, Comparison, cost_in
from experiments.parity.verdicts import of_side
from wgan_jax.artifacts.style import COLORS, DASHES, GREY, figure

_NAMES = {OURS: "ours", TORCH: "PyTorch"}


def draw_curves(comparison: Comparison, path: Path) -> bool:
    """Draws every curve whose seconds per step are on file.

    Args:
        comparison: what is on record.
        path: the PNG.

    Returns:
        Whether there was anything to draw.
    """
    ran = {result["variant"] for result in comparison.results}
    costs = {
        variant: cost
        for variant in comparison.variants
        if variant in ran and (cost := cost_in(comparison, variant))
    }
    if not costs:
        return False
    seconds_label = f"seconds, {device_words(comparison.speeds)}"
    size = (3.6 * len(costs) + 0.6, 4.0)
    shape = {"columns": len(costs), "size": size, "squeeze": False, "sharey": True}
    with figure(path, **shape) as (drawn, panels):
        for axes, (variant, cost) in zip(panels.flat, costs.items(), strict=True):
            for i, (side, seconds) in enumerate(
                ((OURS, cost.ours), (TORCH, cost.torch))
            ):
                label = _NAMES[side]
                for result in of_side(comparison.results, variant, side):
                    times = [step * seconds for step, _ in result["curve"]]
                    values = [value for _, value in result["curve"]]
                    axes.plot(times, values, DASHES[i], color=COLORS[i], label=label)
                    label = None
            axes.axhline(FLOORS * comparison.results[0]["floor"], color=GREY, lw=1)
            axes.set(title=variant, yscale="log", xlabel=seconds_label)
        panels[0, 0].set_ylabel("Frechet distance")
        panels[0, 0].legend()
        drawn.suptitle(f"Grey: {FLOORS} x the floor of real samples")
    return True
