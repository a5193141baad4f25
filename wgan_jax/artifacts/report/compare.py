"""From folders of runs to the page that compares them, and what is refused."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.outputs import check_file
from wgan_jax.artifacts.report.comparison import draw_comparison
from wgan_jax.artifacts.report.groups import group_runs, quality, shown_how
from wgan_jax.artifacts.report.page import draw_page, write_page
from wgan_jax.artifacts.report.record import Record, read_record
from wgan_jax.artifacts.report.results import metrics_of
from wgan_jax.errors import UserError, warn
from wgan_jax.places import expand

DEFAULT_OUT = "compare.html"


def compare_runs(
    runs: Sequence[str | Path],
    out: str | Path | None = None,
    table: str | Path | None = None,
    *,
    overwrite: bool = False,
) -> Path:
    """Writes the page of one run or of several.

    Args:
        runs: their folders; one that is named twice counts once.
        out: the page; None for report.html in the folder of a single run, which is
            written anew, and `compare.html` for several.
        table: a CSV file with one row a run, or None.
        overwrite: whether files that exist are replaced.

    Returns:
        The page.

    Raises:
        UserError: no run in a folder, a damaged file of a run, or a file that exists.
        ArtifactError: a file cannot be written.
    """
    folders = _open(runs)
    # Refused before anything is read: thirty runs take a second.
    out, table = (path and expand(path) for path in (out, table))
    out = out or (DEFAULT_OUT if len(folders) > 1 else None)
    if out is not None and table is not None and Path(out) == Path(table):
        raise UserError(
            f"{str(out)!r} would be the page and the table: name two files, as --out "
            "and --csv."
        )
    for path in (out, table):
        if path is not None:
            check_file(Path(path), overwrite=overwrite)
    records = [read_record(folder) for folder in folders]
    if table is not None:
        write_page(Path(table), _csv(records))
    if len(records) == 1:
        return write_page(Path(out or folders[0].report), draw_page(records[0]))
    return write_page(Path(out or DEFAULT_OUT), draw_comparison(records))


def _open(runs: Sequence[str | Path]) -> list[RunFolder]:
    folders: dict[Path, RunFolder] = {}
    for run in map(Path, runs):
        folder = RunFolder.open(run)
        if folder.path.resolve() in folders:
            warn(f"{str(run)!r} is named twice and counts once.")
        folders.setdefault(folder.path.resolve(), folder)
    return list(folders.values())


def _csv(records: Sequence[Record]) -> bytes:
    names = metrics_of(records)
    ends = [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    head = ["run", "group", "variant", "dataset", "seed", "steps", "steps_per_second"]
    writer.writerow([*head, "evaluated_step", "weights", "count", *ends])
    for group in group_runs(records):
        for record in group.records:
            config, measured = record.config, quality(record)
            numbers = [
                measured.get(name, {}).get(key)
                for name in names
                for key in ("value", "low", "high")
            ]
            own = (config.get(n) for n in ("variant", "dataset", "seed"))
            speed = record.elapsed.get("steps_per_second")
            how = shown_how(record).values()
            row = [record.path, group.label, *own, record.step, speed]
            writer.writerow([*row, *how, *numbers])
    return text.getvalue().encode()
