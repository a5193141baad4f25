"""What is on record of the trials: a table a board, here and in presets.md."""

from collections.abc import Sequence
from pathlib import Path

from experiments.benchmark import ROOT
from experiments.benchmark.report import put_part
from experiments.benchmark.tables import table
from experiments.leaderboard.boards import BOARDS
from experiments.records import read_record
from experiments.spread import over_seeds, shown_number, with_spread
from experiments.tuning.trials import Trial, is_current, is_default, key_of
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.files import disk_errors, write_atomic
from wgan_jax.metrics.features import FEATURES
from wgan_jax.metrics.registry import quantities

PAGE = ROOT / "experiments" / "presets.md"
_BESIDE = ("modes", "reverse_kl")


def board_table(path: Path) -> str:
    """A line a candidate: mean and standard deviation of the headline over seeds.

    Args:
        path: the record of a board. Trials that would be made otherwise today are left
            out, and counted above the table.

    Raises:
        UserError: the file is something else.
    """
    trials = read_record(path, key_of)
    current = [trial for trial in trials if is_current(trial)]
    if not current:
        return ""
    board = BOARDS[current[0]["board"]]
    name = board.headline
    groups: dict[tuple[str, ...], list[Trial]] = {}
    for trial in current:
        groups.setdefault(key_of(trial | {"seed": None}), []).append(trial)
    nets = [net["name"] for t in current if (net := t.get("features"))]
    net = FEATURES[nets[0]].title if nets else "FD"
    title = quantities()[name].title.replace("{net}", net)
    # How many modes are reached says more of points than how close to them.
    beside = [n for n in _BESIDE if any(n in t.get("ema", {}) for t in current)]
    head = ["member", "settings on top of the paper's", "seeds", "EMA", "raw"]
    head += [f"{quantities()[n].title}, EMA" for n in beside] + [""]
    rows = [
        [group[0]["variant"], _words(group[0], board.steps), *_row(group, name, beside)]
        for group in groups.values()
    ]
    floors = (trial.get("floors", {}).get(name) for trial in current)  # not of diverged
    floor = next((value for value in floors if value is not None), None)
    text = f"`{board.dataset}`: {title}, {board.steps:,} steps unless others are named"
    text += f"; real samples reach {shown_number(floor)}." if floor is not None else "."
    if stale := len(trials) - len(current):
        text += f" Of other defaults or judges, and left out: {stale} trials."
    return f"{text}\n\n{table(head, rows)}"


def _words(trial: Trial, usual: int) -> str:
    words = [f"{name}={_word(value)}" for name, value in trial["settings"].items()]
    if trial["steps"] != usual:
        words.append(f"{trial['steps']:,} steps")
    return ", ".join(words) or "none"


def _word(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _row(group: list[Trial], name: str, beside: Sequence[str]) -> list[str]:
    whole = [trial for trial in group if "diverged" not in trial]
    poor = sum(bool(trial["collapsed"]) for trial in whole)
    below = sorted({name for trial in whole for name in trial["collapsed"]})
    notes = ["**default**"] * is_default(group[0])
    notes += [f"{len(group) - len(whole)} diverged"] * (len(whole) < len(group))
    notes += [f"{poor} collapsed ({', '.join(below)})"] * bool(poor)
    places = [("ema", name), ("raw", name), *(("ema", n) for n in beside)]
    numbers = [
        with_spread(*over_seeds([t[weights][n] for t in whole]))
        for weights, n in places
    ]
    return [str(len(whole)), *numbers, ", ".join(notes)]


def write_page(records: Sequence[Path], page: Path = PAGE) -> Path:
    """Puts the table of each board between its markers on the page.

    Args:
        records: of the boards.
        page: what is outside of the parts stays.

    Raises:
        UserError: a record is something else.
        ArtifactError: the page cannot be written.
    """
    with disk_errors(f"write {page}", ADVICE):
        text = page.read_text("utf-8") if page.exists() else ""
        for record in records:
            text = put_part(text, record.stem, board_table(record))
        write_atomic(page, text.encode())
    return page
