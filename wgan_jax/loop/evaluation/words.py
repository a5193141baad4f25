"""An evaluation in words: the cells of its table, its notes, and its verdict.

Pure functions of what evaluation.json holds and of the rows of the metrics.
"""

import math
from collections.abc import Mapping
from typing import Any

from wgan_jax.data import DATASETS, short_name
from wgan_jax.metrics.measures import NEIGHBORS_OF
from wgan_jax.metrics.registry import METRICS, Quantity, quantities, row_of

HEADER = ("metric", "value", "95 % interval", "floor", "better")
_PER_MODE = 10  # samples, of which a mode is missed once in e^10 times
COPIES = -3.0  # standard deviations of the copying test


def title(result: Mapping[str, Any], weights: str) -> str:
    """Names what was measured: `gp on ring8, step 600, raw weights`."""
    run = f"{result['variant']} on {short_name(result['dataset'])}"
    return f"{run}, step {result['step']:,}, {weights} weights"


def conditions(result: Mapping[str, Any]) -> str:
    """Says how it was measured: N, split, seed, features."""
    count, split = f"{result['count']:,}", result["split"]
    words = f"{count} samples against {count} of the {split} split, seed "
    words += str(result["seed"])
    if result["features"]:
        sha = result["features_sha256"][:8]
        words += f"; features {result['features']} ({result['features_title']}, {sha})"
    if result.get("num_classes"):
        same = result.get("labelled", True)
        classes = "the classes of the real samples" if same else "all classes in turn"
        words += f"; generated of {classes}"
    if result["count"] > NEIGHBORS_OF and _measured(result, "authenticity"):
        words += f"; authenticity and copies by the first {NEIGHBORS_OF:,}"
    return words + "."


def table(result: Mapping[str, Any], weights: str) -> list[tuple[str, ...]]:
    """Returns a line of `HEADER` for each number that was measured."""
    measured = result["results"][weights]
    return [
        _line(quantity, measured[name], result["features_title"])
        for name, quantity in quantities().items()
        if name in measured
    ]


def _line(
    quantity: Quantity, measured: Mapping[str, Any], net: str | None
) -> tuple[str, ...]:
    low, high, floor = measured["low"], measured["high"], measured["floor"]
    if low is not None and quantity.whole:
        low, high = math.floor(low), math.ceil(high)
    interval = "" if low is None else f"{number(low)} to {number(high)}"
    better = "" if quantity.better == "none" else quantity.better
    return (
        label(quantity, net),
        number(measured["value"]),
        interval,
        "" if floor is None else number(floor),
        better,
    )


def label(quantity: Quantity, net: str | None) -> str:
    """The title of a number, with that of the feature net in its place."""
    return quantity.title.format(net=net or "")


def number(value: float | None) -> str:
    """Three digits, for a column: `0.0213`, `12.3`, `6` for a count, `-` for none."""
    if value is None:
        return "-"
    if isinstance(value, int) or not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e5:
        return f"{value:.1e}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def verdict(result: Mapping[str, Any], weights: str) -> str:
    """Sums up whether samples can be told from real ones, and by which metrics."""
    found = _compared(result, weights)
    worse, better, same = (found[word] for word in ("worse", "better", "same"))
    if not any(found.values()):
        return "Nothing was measured that real samples could be compared by."
    if not worse and not better:
        return (
            f"With {result['count']:,} samples they cannot be told from real ones by "
            "any of these metrics."
        )
    chance = "than the floor, by more than chance, in"
    sides = {"worse": worse, "better": better}
    told = [f"{word} {chance} {_and(names)}" for word, names in sides.items() if names]
    rest = f"; not by {_and(same)}" if same else ""
    return f"They can be told from real samples: {'; '.join(told)}{rest}."


def _compared(result: Mapping[str, Any], weights: str) -> dict[str, list[str]]:
    """Titles of the numbers that are worse or better than their floor, or neither."""
    found: dict[str, list[str]] = {"worse": [], "better": [], "same": []}
    for name, quantity in quantities().items():
        measured = result["results"][weights].get(name)
        if measured is None:
            continue
        if quantity.whole and result["count"] < _PER_MODE * (measured["floor"] or 0):
            continue  # chance alone misses modes
        if word := _against_floor(quantity, measured):
            found[word].append(label(quantity, result["features_title"]))
    return found


def _against_floor(quantity: Quantity, measured: Mapping[str, Any]) -> str | None:
    """`worse`, `better` or `same`; None where real samples say nothing of it."""
    value, floor, low = (measured[name] for name in ("value", "floor", "low"))
    if quantity.better == "none" or value is None or floor is None:
        return None
    gap = value - floor if quantity.better == "lower" else floor - value
    # A count and what is infinite have no interval; more modes than all are none.
    if quantity.whole or math.isinf(gap):
        return "worse" if gap > 0 else "same"
    if low is None:
        return None
    # The floor is one draw too, with about the same error.
    reach = math.sqrt(2) * (measured["high"] - low) / 2
    if gap > reach:
        return "worse"
    # Far from all training samples, or sure of its class, is no difference to tell by.
    can_be_better = row_of(quantity.name).floor == "train"
    return "better" if can_be_better and -gap > reach else "same"


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def notes(result: Mapping[str, Any]) -> list[str]:
    """What has to be known to read the table, a sentence or two each."""
    held_out = [
        label(quantity, result["features_title"])
        for name, quantity in quantities().items()
        if row_of(name).floor == "held_out" and _has_floor(result, name)
    ]
    also = f" (for {_and(held_out)}: held-out samples)" if held_out else ""
    found = [
        f"floor: the same for {result['count']:,} real training samples in place of "
        f"the generated ones{also}. A perfect generator reaches it. An interval covers "
        "other draws of samples, not other training runs."
    ]
    if row := DATASETS.get(result["dataset"]):
        found += [f"Of {row.name}: {row.caution}."] * bool(row.caution)
    found += _better(result) + _chosen(result)
    if result["split"] == "train":
        found.append(
            "Nothing is held out of this dataset: the reference are training samples, "
            "so that copies of them would look perfect."
        )
    found += [_copying(weights, m) for weights, m in result["results"].items()]
    reasons: dict[str, list[str]] = {}
    for name, why in _worth_saying(result).items():
        reasons.setdefault(why, []).append(name)
    found += [f"Not measured: {_and(names)}: {why}." for why, names in reasons.items()]
    if result["estimate"]:
        found.append(result["estimate"]["words"] + _exact(result))
    return [note for note in found if note]


def _better(result: Mapping[str, Any]) -> list[str]:
    """What it means where generated samples are above real ones."""
    names = [
        n for weights in result["results"] for n in _compared(result, weights)["better"]
    ]
    if not names:
        return []
    which = _and(list(dict.fromkeys(names)))
    return [
        f"Better than real training samples in {which}: that is no merit. A distance "
        f"is so where the {result['split']} split differs from the training samples by "
        "more than these do, and its floor says little; precision and density are so "
        "where samples keep to what is common."
    ]


def _chosen(result: Mapping[str, Any]) -> list[str]:
    """What it means where the checkpoint is the best one of the run."""
    if not (name := result.get("chosen_by")):
        return []
    title = label(quantities()[name], result["features_title"])
    return [
        f"This checkpoint was chosen for its {title} on samples of the same split: "
        "that number flatters, and its interval does not cover the choice."
    ]


def _exact(result: Mapping[str, Any]) -> str:
    """The exact W1 of points, to stand beside the critic's estimate."""
    found = {
        weights: measured["wasserstein1"]["value"]
        for weights, measured in result["results"].items()
        if "wasserstein1" in measured
    }
    words = [f"{number(w1)} ({weights} weights)" for weights, w1 in found.items()]
    return f" Exact W1 of the samples is {_and(words)}." if words else ""


def _measured(result: Mapping[str, Any], name: str) -> bool:
    return any(name in measured for measured in result["results"].values())


def _has_floor(result: Mapping[str, Any], name: str) -> bool:
    found = (each.get(name, {}).get("floor") for each in result["results"].values())
    return any(floor is not None for floor in found)


def _copying(weights: str, measured: Mapping[str, Any]) -> str:
    z = measured.get("data_copying", {"value": None})["value"]
    if z is None or z > COPIES:
        return ""
    return (
        f"The {weights} weights copy: samples are nearer to the training samples than "
        f"held-out ones are, by {-z:.3g} standard deviations."
    )


def _worth_saying(result: Mapping[str, Any]) -> dict[str, str]:
    """What is missing, without what belongs to another kind of samples."""
    kind = "features" if result["features"] else "points"
    other = {"features", "points", "stacked"} - {kind}
    other |= set() if result.get("num_classes") else {"labels"}
    away = {
        q.name for row in METRICS.values() if row.needs & other for q in row.quantities
    }
    return {n: why for n, why in result["not_measured"].items() if n not in away}
