"""The figure of `mode-collapse`: the samples of seed 0, mixture by mixture."""

from pathlib import Path
from typing import Any

import numpy as np

from experiments.theory.claims import Result
from wgan_jax.data import load

_REACH = 1.9  # both mixtures lie inside [-1.5, 1.5]^2


def draw(result: Result, path: Path) -> None:
    """One row a mixture, one column a member; medians over the seeds in the titles."""
    from wgan_jax.artifacts import style

    sets = result.series["sets"]
    columns = max(map(len, sets.values()))
    size = (2.4 * columns, 3.2 * len(sets))
    with style.figure(
        path, rows=len(sets), columns=columns, size=size, squeeze=False
    ) as (_, axes):
        for row, (dataset, members) in zip(axes, sets.items(), strict=True):
            for axis, (member, found) in zip(row, members.items(), strict=True):
                _panel(axis, dataset, member, found)
            row[0].set(ylabel=f"{dataset}, 2nd coord.")


def _panel(axis: Any, dataset: str, member: str, found: dict[str, Any]) -> None:
    from wgan_jax.artifacts import style

    centers = load(dataset).centers
    assert centers is not None
    axis.plot(*centers.T, "o", color=style.GREY, mfc="none", ms=9, mew=1)
    axis.plot(*np.array(found["points"]).T, ".", color=style.RED, ms=3)
    modes, good = np.median(found["modes"]), np.median(found["high_quality"])
    axis.set(
        title=f"{member}: {modes:g} modes,\n{100 * good:.0f} % good",
        xlabel="1st coord.",
        xlim=(-_REACH, _REACH),
        ylim=(-_REACH, _REACH),
        xticks=(-1, 0, 1),
        yticks=(-1, 0, 1),
        aspect="equal",
    )
    axis.title.set_fontsize(12)
    axis.grid(visible=False)
