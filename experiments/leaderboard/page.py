"""Fills the leaderboard's part of BENCHMARKS.md from the cells on record."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.benchmark.report import PAGE, picture, put_part
from experiments.leaderboard import STRIPS
from experiments.leaderboard.boards import BOARDS, EMA, SEEDS, players
from experiments.leaderboard.cells import BUDGETS, Speeds, cell_of, is_current
from experiments.leaderboard.collapse import COLLAPSED
from experiments.leaderboard.figures import draw_clock, draw_samples, strip_path
from experiments.leaderboard.record import Result
from experiments.leaderboard.sentences import sentences
from experiments.leaderboard.standings import standings
from experiments.leaderboard.tables import board_table, floor_words
from experiments.leaderboard.trust import trust_table
from experiments.records import read_record
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.files import disk_errors, write_atomic

_RUN = "python -m experiments.leaderboard"
_COLLAPSE = ", ".join(f"{name} below {s:.0%}" for name, s in COLLAPSED.items())
_INTRO = f"""## Leaderboard: every member by one protocol

    {_RUN} speeds         # with nothing else running
    {_RUN}                # every cell; resumable, `--shard i/n`
    {_RUN} rejudge        # second opinions by the nets of today
    {_RUN} page           # this part, from the cells on record

Digits and clothes have second judges, feature nets of another seed (that of digits of
three epochs in place of twelve); their weights are in
`experiments/results/second_judges/`: another processor trains them to other bits.

* **Presets** are the tuned ones, chosen on mnist, ring8 and grid25 by the figures of
  these very boards, mostly on seed 0 and with unequally many tries
  ([each with its figures](experiments/presets.md)); not always the best of them there.
* **Two budgets.** *Equal steps*: as many generator updates for each member. *Equal wall
  clock*: as many seconds; the steps are the seconds times the speed on file, so that a
  cell can be trained again to the same bits. The speeds of a board are of one machine;
  another one keeps its own in `--speeds FILE`, and makes every cell by the clock anew.
* **Four numbers a run.** The last checkpoint and the best one of those measured on the
  way (best by the headline of the EMA, which looks at the test split: it flatters), raw
  weights and their moving average (*EMA*, decay {EMA} unless the preset says another).
  The table is sorted by the EMA of the last checkpoint: no checkpoint is chosen there.
* **Two kinds of noise, apart.** +- is the standard deviation over the seeds; *sampling
  +-* the standard error of one run's figure by its finite samples, mean over the seeds.
  *Not told from it by the seeds* is Welch's t-test of the means over the seeds at 5 % a
  pair, not corrected for how many pairs there are: three seeds tell little apart.
* *Collapsed* is what reaches too little of what real samples do: {_COLLAPSE}.
  Where modes are counted they alone decide.
  *Copies* is a Z of data copying below -3.
"""
_HOW = {"steps": "equal steps", "clock": "equal wall clock"}


def write_part(
    record: Path,
    speeds: Speeds,
    machines: Mapping[str, str],
    page: Path = PAGE,
    strips: Path = STRIPS,
) -> Path:
    """Writes the part and its figures.

    Args:
        record: the collected cells.
        speeds: on file.
        machines: board -> what its speeds were measured on.
        page: what is outside this part stays.
        strips: rows of samples.

    Returns:
        The page.

    Raises:
        UserError: the record is something else.
        ArtifactError: a file cannot be written.
    """
    tuned = [r for r in read_record(record, cell_of) if r["preset"] == "tuned"]
    results = [r for r in tuned if is_current(r, speeds)]
    said = sentences(results) or ["Nothing can be said before there are cells."]
    parts = [_INTRO, "### What it says\n", *(f"* {each}" for each in said), ""]
    for board in BOARDS:
        stale = _count(tuned, board) - _count(results, board)
        parts += [f"### {board}\n", _count_words(results, board, stale)]
        parts += _tables(results, board, machines.get(board, "an unnamed machine"))
        if _count(results, board):
            parts += _pictures(results, board, speeds, record, strips)
    parts += ["### Do other feature nets agree?\n", trust_table(results)]
    with disk_errors(f"write {page}", ADVICE):
        text = page.read_text("utf-8") if page.exists() else ""
        write_atomic(page, put_part(text, "leaderboard", "\n".join(parts)).encode())
    return page


def _count(results: Sequence[Result], board: str) -> int:
    return sum(r["board"] == board for r in results)


def _count_words(results: Sequence[Result], board: str, stale: int) -> str:
    """How much of a board is there, and what is left out."""
    able, _ = players(board)
    wanted = len(able) * SEEDS * len(BUDGETS)
    words = f"{_count(results, board)} of {wanted} cells are on record"
    if stale:
        words += f"; {stale} of older defaults or speeds are left out"
    return f"{words}.\n"


def _tables(results: Sequence[Result], board: str, machine: str) -> list[str]:
    if not _count(results, board):
        return []
    able, refused = players(board)
    parts = [floor_words(results, board)]
    for budget in BUDGETS:
        lines = standings(results, board, budget)
        amount = (
            f"{BOARDS[board].steps:,} steps"
            if budget == "steps"
            else f"{BOARDS[board].seconds:g} seconds on {machine}"
        )
        parts += [f"{_HOW[budget].capitalize()} ({amount}):\n"]
        parts += [board_table(lines, board, able, refused)]
    return parts


def _pictures(
    results: Sequence[Result], board: str, speeds: Speeds, record: Path, strips: Path
) -> list[str]:
    parts = []
    clock = record.with_name(f"{record.stem}-{board}-clock.png")
    if draw_clock(results, board, speeds, clock):
        parts.append(picture(clock, f"{board}: quality against wall clock"))
    found = {
        line.variant: path
        for line in standings(results, board, "steps")
        for r in line.results
        if cell_of(r).is_shown and (path := strip_path(r, strips)).exists()
    }
    if found:
        samples = record.with_name(f"{record.stem}-{board}-samples.png")
        draw_samples(list(found), list(found.values()), board, samples)
        parts.append(picture(samples, f"{board}: samples of every member"))
    return parts
