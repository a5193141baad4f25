"""What many draws of the funnels say of the spread of a few, as sentences."""

import statistics
from collections.abc import Mapping

from experiments.wasserstein_truth.draws import Draws
from experiments.wasserstein_truth.findings import Size
from experiments.wasserstein_truth.record import Result
from experiments.wasserstein_truth.tables import EARLIER
from experiments.wasserstein_truth.wording import sizes_text

_SIZE = (8, 16)  # where two programs differ most
_WIDE = (128, 16)  # where the other's deviation is far above that of instances


def drawn_sentences(results: list[Result], many: Mapping[Size, Draws]) -> list[str]:
    """Says whether deviations of eight draws are what eight draws allow.

    Args:
        results: all on record.
        many: size -> many draws of it.

    Returns:
        A paragraph; nothing where a size has not been measured.
    """
    w1 = {size: _w1(results, size) for size in many}
    here = {s: statistics.stdev(values) for s, values in w1.items() if len(values) > 1}
    if _SIZE not in here:
        return []
    theirs = {size: EARLIER[size][1] for size in many}
    found = many[_SIZE]
    share = (found["error"] / found["deviation"]) ** 2
    return [
        "W1 differs between instances, and eight of them say little of how much. At "
        f"{_SIZE[0]}, {_SIZE[1]} its standard deviation is {found['deviation']:.3f} "
        f"over {found['draws']} draws ({share:.0%} of the variance is the error of one "
        f"W1 from {found['samples']:,} samples); that of eight draws is "
        f"{found['low']:.3f} to {found['high']:.3f} in 95 of 100 cases. So the "
        f"{here[_SIZE]:.3f} found here and the {theirs[_SIZE]:.2f} of the other "
        f"program need no reason of their own. Outside of the interval: here "
        f"{_outside(here, many)}; the other program, which gives two digits and says "
        f"nothing of its samples, {_outside(theirs, many)}. {_few_samples(many)}\n"
    ]


def _few_samples(many: Mapping[Size, Draws]) -> str:
    """How few samples of each instance would make the widest of theirs."""
    if _WIDE not in many:
        return ""
    theirs, found = EARLIER[_WIDE][1], many[_WIDE]
    samples = found["samples"] * (found["error"] / theirs) ** 2
    return (
        f"At {_WIDE[0]}, {_WIDE[1]} the error of one W1 from {samples:.0f} samples "
        f"alone is {theirs:.2f}."
    )


def _w1(results: list[Result], size: Size) -> list[float]:
    return [
        r["w1"]
        for r in results
        if (r["family"], r["row"], r["dim"], r["count"])
        == ("funnels", "trivial", *size)
        and r["instance"].startswith("drawn-")
    ]


def _outside(deviations: Mapping[Size, float], many: Mapping[Size, Draws]) -> str:
    outside = [
        s for s, d in deviations.items() if not many[s]["low"] <= d <= many[s]["high"]
    ]
    return sizes_text(outside) if outside else "none"
