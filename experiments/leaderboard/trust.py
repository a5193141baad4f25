"""Does the ranking depend on the feature net? Other nets, the same samples."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from experiments.benchmark.tables import table
from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.cells import BUDGETS
from experiments.leaderboard.record import Result
from experiments.leaderboard.standings import LAST, Standing, number
from experiments.spread import over_seeds
from wgan_jax.metrics.features import FEATURES

# Judge -> the rank correlation that is wanted with the first feature net.
JUDGES = {"second net": 0.95, "pca64": 0.8}
_FEWEST = 4  # cells: ranks of fewer say nothing


def agreement(
    results: Sequence[Result], board: str, budget: str, judge: str, weights: str | None
) -> tuple[int, float]:
    """Spearman's rank correlation between a judge and the first feature net.

    Args:
        results: any.
        board: a name of `BOARDS`.
        budget: a name of `BUDGETS`, or `both`.
        judge: `second net` or `pca64`.
        weights: sha256 of its weights; None for any.

    Returns:
        How many cells were ranked, and the correlation; NaN of fewer than four.
    """
    from scipy import stats

    pairs = [
        (number(r, LAST, "frechet_distance"), r["judges"][judge]["frechet_distance"])
        for r in results
        if budget in (r["budget"], "both")
        and (found := _weights([r], board, judge))
        and weights in (None, *found)
    ]
    if len(pairs) < _FEWEST:
        return len(pairs), float("nan")
    first, other = zip(*pairs, strict=True)
    found: Any = stats.spearmanr(first, other)
    return len(pairs), float(found.statistic)


def first_under(lines: Sequence[Standing], judge: str) -> str | None:
    """Which member another judge puts first, by the mean over the seeds.

    Args:
        lines: of one board and budget.
        judge: a name of `JUDGES`.

    Returns:
        The member; None where some cell was not judged by it, or by other weights.
    """
    mine = [r.get("judges", {}).get(judge) for s in lines for r in s.results]
    judged = [found for found in mine if found is not None]
    if not judged or len(judged) < len(mine):
        return None
    if not _is_fitted(judge) and len({found["sha256"] for found in judged}) > 1:
        return None
    means = {
        s.variant: over_seeds(
            [r["judges"][judge]["frechet_distance"] for r in s.results]
        )[0]
        for s in lines
        if s.results
    }
    return min(means, key=lambda variant: means[variant])


def missed(results: Sequence[Result]) -> list[str]:
    """Where another judge's ranking agrees less than wanted, in words."""
    rows = _all_rows(results)
    nets = Counter((board, budget, judge) for board, budget, judge, *_ in rows)
    found: list[str] = []
    for board, budget, judge, weights, _, rank, _, word in rows:
        which = f" {weights}" if nets[board, budget, judge] > 1 else ""
        if word:
            found.append(f"{board} ({budget}) by {called(judge)}{which} {rank}")
    return found


def called(judge: str) -> str:
    """A judge as a sentence has it."""
    return judge if judge in FEATURES else f"the {judge}"


def trust_table(results: Sequence[Result]) -> str:
    """A line a board, budget, judge and weights of it that have enough cells."""
    rows = _all_rows(results)
    head = ["board", "budget", "judge", "its weights", "cells", "Spearman", "wanted"]
    parts = [
        "Rank correlation of FD over the cells, also where a table is sorted by "
        "another figure.\n"
    ]
    parts += [table([*head, ""], rows)] if rows else []
    judged = dict.fromkeys(r["board"] for r in results if r.get("features"))
    alone = [board for board in judged if board not in {row[0] for row in rows}]
    if alone or not rows:
        names = ", ".join(alone) or "everything"
        parts.append(f"Judged by one net alone so far: {names}.\n")
    return "\n".join(parts)


def _all_rows(results: Sequence[Result]) -> list[list[str]]:
    ways = itertools.product(BOARDS, ("both", *BUDGETS), JUDGES)
    return [row for way in ways for row in _rows(results, *way)]


def _is_fitted(judge: str) -> bool:
    """Components are fitted to the data, on each processor to other last bits."""
    return judge in FEATURES and FEATURES[judge].sha256 is None


def _rows(
    results: Sequence[Result], board: str, budget: str, judge: str
) -> Iterator[list[str]]:
    wanted = JUDGES[judge]
    nets = [None] if _is_fitted(judge) else sorted(_weights(results, board, judge))
    for weights in nets:
        count, rank = agreement(results, board, budget, judge, weights)
        if count >= _FEWEST:
            name = weights[:8] if weights else "fitted"
            cells = [board, budget, judge, name, str(count), f"{rank:.3f}"]
            yield [*cells, f"{wanted:g}", "" if rank >= wanted else "**missed**"]


def _weights(results: Sequence[Result], board: str, judge: str) -> set[str]:
    """The sha256 of every net that judged a board under this name."""
    mine = (r for r in results if r["board"] == board and r["diverged"] is None)
    judges = [r.get("judges", {}) for r in mine]
    return {each[judge]["sha256"] for each in judges if judge in each}
