"""What a page calls a metric, and how it writes its values.

A metric that no registry knows is shown by its own name.
"""

import math
from collections.abc import Mapping
from typing import Any

from wgan_jax.artifacts.report.chart import number
from wgan_jax.metrics.registry import quantities

_ARROWS = {"lower": "↓", "higher": "↑"}
_KNOWN = quantities()


def heading(name: str, net: str | None = None) -> str:
    """Writes the name of a metric in words: `critic_loss` -> `critic loss`.

    Args:
        name: in a log or in evaluation.json.
        net: the title that a distance of features takes from its net, `FD-mnist`.
    """
    known = _KNOWN.get(name)
    if known is None:
        return name.replace("_", " ")
    return known.title.format(net=net or "Frechet distance")


def labelled(name: str, net: str | None = None) -> str:
    """As `heading`, with an arrow towards the better side: `exact W1 ↓`."""
    known = _KNOWN.get(name)
    arrow = _ARROWS.get(known.better, "") if known else ""
    return f"{heading(name, net)} {arrow}".strip()


def compares(name: str) -> bool:
    """Whether one side of a metric is the better one, so far as is known."""
    known = _KNOWN.get(name)
    return known is None or known.better in _ARROWS


def value(entry: Any) -> str:
    """Writes a measured value in three digits; what is no number as it is."""
    if isinstance(entry, (int, float)) and not isinstance(entry, bool):
        return number(float(entry), 3)
    return "not measured" if entry is None else str(entry)


def with_spread(mean: float, deviation: float) -> str:
    """Writes a mean to the second digit of its spread: `4.0 ± 1.4`."""
    if not deviation:
        return f"{value(mean)} ± 0"
    places = 1 - math.floor(math.log10(deviation))
    if not 0 <= places <= 8:
        return f"{value(mean)} ± {value(deviation)}"
    return f"{mean:,.{places}f} ± {deviation:,.{places}f}"


def interval(entry: Mapping[str, Any]) -> str | None:
    """Writes the interval of a measured value, or None where it has none."""
    low, high = entry.get("low"), entry.get("high")
    if low is None or high is None:
        return None
    return f"{value(low)} to {value(high)}"
