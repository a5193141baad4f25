"""Everything that a page shows of one run, read from its folder.

Files that a run has not written yet, or that versions before this one did not write,
are empty here; a damaged one is named. This module reads and decides nothing.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

from wgan_jax.artifacts.checkpoints import list_steps
from wgan_jax.artifacts.folder import DATA, PARTS, SOURCES, RunFolder
from wgan_jax.artifacts.log_reading import MOST_ROWS, read_metrics
from wgan_jax.artifacts.manifest import MANIFEST
from wgan_jax.errors import UserError
from wgan_jax.json_objects import parse_object
from wgan_jax.places import is_file, list_folder, read_file

MAX_BYTES = 64 << 20  # of a JSON file; of a manifest, with a thousand arrays
_SAMPLE = re.compile(r"step-(\d{8,10})\.png")

Json = dict[str, Any]


class Record(NamedTuple):
    """A run, as its folder tells it.

    Attributes:
        path: the folder, as it was named.
        config: the fields of its config.
        own: `own_parts` and `own_data`, where the user brought them.
        sources: field -> where its value came from.
        environment: where and on what it was started.
        summary: what it ended with; {} unless it made all the steps of its config.
        elapsed: time and speed up to its newest checkpoint or its end.
        evaluation: what `evaluate` measured.
        rows: the metrics of every logged step, at most `MOST_ROWS`, evenly spread.
        evaluations: what was measured while it trained.
        pictures: step -> the picture of its samples.
        real: the picture of real samples, or None.
        made: the step of the newest checkpoint; 0 without one.
    """

    path: Path
    config: Json
    own: Json
    sources: Json
    environment: Json
    summary: Json
    elapsed: Json
    evaluation: Json
    rows: list[Json]
    evaluations: list[Json]
    pictures: dict[int, Path]
    real: Path | None
    made: int

    @property
    def step(self) -> int:
        """The last step that is known of: logged, or kept in a checkpoint."""
        return max(self.made, self.rows[-1]["step"] if self.rows else 0)

    @property
    def diverged(self) -> str:
        """Where a run stopped at a number that is not finite; empty where none did."""
        last = self.rows[-1] if self.rows else {}
        wrong = [name for name, value in last.items() if value is None]
        return f"step {last['step']:,}: {', '.join(wrong)}" if wrong else ""

    @property
    def title(self) -> str:
        """The member and what it learns: `gn on digits`."""
        return f"{self.config.get('variant', '?')} on {self.data_name}"

    @property
    def data_name(self) -> str:
        """The data set; one that is read by its path has a shorter name."""
        return str(self.own.get(DATA, {}).get("name", self.config.get("dataset", "?")))

    @property
    def data(self) -> str:
        """Which data it learns: others may have the same name, or the same a second."""
        own = self.own.get(DATA, {})
        sums = [own[n] for n in ("sha256", "labels_sha256") if n in own]
        return " ".join(map(str, sums)) or self.data_name

    @property
    def measured_earlier(self) -> int | None:
        """The step of an evaluation that is not of the last one."""
        step = self.evaluation.get("step")
        return step if isinstance(step, int) and step != self.step else None


def read_record(folder: RunFolder) -> Record:
    """Reads a run.

    Args:
        folder: the run's; everything but config.json may be missing.

    Returns:
        What is there.

    Raises:
        UserError: a file is damaged; the message names it.
    """
    config = folder.config()
    own = {name: config.pop(name) for name in (PARTS, DATA) if name in config}
    sources = config.pop(SOURCES, {})
    summary = _read_json(folder.summary)
    elapsed = summary or _elapsed(folder)
    # Of a run that was resumed with more steps the summary is that of its first part.
    if summary.get("steps") != config.get("steps"):
        summary, elapsed = {}, _elapsed(folder) or elapsed
    return Record(
        path=folder.path,
        config=config,
        own=own,
        sources=sources,
        environment=_read_json(folder.environment),
        summary=summary,
        elapsed=elapsed,
        evaluation=_read_json(folder.evaluation),
        rows=read_metrics(folder.metrics, MOST_ROWS),
        evaluations=read_metrics(folder.evaluations, MOST_ROWS),
        pictures=_pictures(folder),
        real=folder.real_samples if is_file(folder.real_samples) else None,
        made=max(list_steps(folder.checkpoints), default=0),
    )


def _read_json(path: Path) -> Json:
    data = read_file(path, MAX_BYTES)
    if data is None:
        return {}
    try:
        return parse_object(data)
    except ValueError as error:
        raise _damaged(path, str(error)) from None


def _damaged(path: Path, how: str) -> UserError:
    return UserError(
        f"{path} is damaged: it is {how}. Remove the file, or restore it from a copy."
    )


def _elapsed(folder: RunFolder) -> Json:
    """Time and speed up to the newest checkpoint; {} where it does not say."""
    steps = list_steps(folder.checkpoints)
    if not steps:
        return {}
    path = folder.checkpoints / f"step-{steps[-1]:010d}" / MANIFEST
    try:
        # For people: the checksum is verified by those who restore.
        data = read_file(path, MAX_BYTES) or b""
        elapsed = parse_object(data)["content"]["extra"]["elapsed"]
        seconds, speed = elapsed["timed_seconds"], elapsed["timed_steps"]
        return {
            "wall_seconds": float(elapsed["wall_seconds"]),
            "steps_per_second": speed / seconds if seconds else None,
            "starts": elapsed["starts"],
        }
    except (ValueError, TypeError, KeyError):
        return {}


def _pictures(folder: RunFolder) -> dict[int, Path]:
    matches = (_SAMPLE.fullmatch(path.name) for path in list_folder(folder.samples))
    steps = sorted(int(match[1]) for match in matches if match)
    return {step: folder.sample_path(step) for step in steps}
