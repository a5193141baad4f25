"""The report for people: one report.html that needs nothing but a browser.

It is made from the other artifacts alone, so it can be made again at any time, also in
the middle of a run. Pictures are embedded; every text is escaped.
"""

import base64
import html
import json
import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import Any

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.logs import read_metrics
from wgan_jax.artifacts.plots import curves_png
from wgan_jax.artifacts.progress import duration
from wgan_jax.files import disk_errors, write_atomic

_FIRST = ("critic_loss", "generator_loss", "wasserstein_estimate")
# Where one user's run lay and how it was started is not part of repeating it.
_NOT_IN_COMMAND = {"run_dir", "data_dir", "resume", "quiet"}
_OWN = ("own_parts", "own_data")  # records beside the fields of the config
_SAMPLE = re.compile(r"step-(\d{8,})\.png")
_TEMPLATE = Path(__file__).with_name("report.template.html")


def write_report(folder: RunFolder) -> Path:
    """Writes report.html from what is in the run folder.

    Args:
        folder: the run; summary, metrics and samples may be missing.

    Returns:
        The file.

    Raises:
        UserError: config.json or metrics.jsonl is damaged.
        ArtifactError: the file cannot be written.
    """
    config, rows = folder.config(), read_metrics(folder.metrics)
    own = {name: config.pop(name) for name in _OWN if name in config}
    config.pop("sources", None)
    summary = _read_summary(folder)
    title = f"{config.get('variant', '?')} on {config.get('dataset', '?')}"
    records = own.get("own_parts", {}) | own.get("own_data", {})
    page = Template(_TEMPLATE.read_text("utf-8")).substitute(
        title=_escape(title),
        run=_escape(folder.path.resolve().name),
        metrics=_metrics(summary, rows),
        curves=_curves(rows),
        samples=_samples(folder),
        command=_escape(call_of(config, own) if own else command_of(config)),
        config=_table(records | config),
        versions=_table(summary.get("versions", {})),
        sha256=_escape(summary.get("params_sha256", "not finished")),
    )
    with disk_errors(f"write {folder.report}", "Free some space and run it again."):
        write_atomic(folder.report, page.encode())
    return folder.report


def command_of(config: dict[str, Any]) -> str:
    """Returns the command line that repeats a run with this config.

    Args:
        config: option -> value; None and False are left to their defaults.
    """
    words = ["python", "-m", "wgan_jax.run"]
    for name, value in _set_fields(config).items():
        words.append(f"--{name.replace('_', '-')}")
        if value is not True:  # a flag has no value; False is not in `_set_fields`
            words.append(str(value))
    return shlex.join(words)


def call_of(config: dict[str, Any], own: dict[str, Any]) -> str:
    """Returns the Python call that repeats a run with parts or data of the user's own.

    Args:
        config: option -> value; None and False are left to their defaults.
        own: what config.json records of own parts and own data.
    """
    # Hidden is what `data` and `recipe` decide; beside a recipe `train` refuses it.
    parts = own.get("own_parts", {})
    hidden = {"dataset"} if "own_data" in own else set()
    hidden |= {"variant", *parts} if parts else set()
    fields = [f"{k}={v!r}" for k, v in _set_fields(config).items() if k not in hidden]
    arguments = ["data"] if "own_data" in own else []
    arguments += ["recipe=recipe"] if parts else []
    body = ", ".join([f"Config({', '.join(fields)})", *arguments])
    lines = ["from wgan_jax import Config, train", "", f"train({body})"]
    names = [w for w, has in (("data", "own_data" in own), ("recipe", parts)) if has]
    return "\n".join([*lines, f"# {' and '.join(names)}: your own, see Configuration"])


def _set_fields(config: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in config.items()
        # By identity: 0 equals False, but is a value.
        if value is not None and value is not False and name not in _NOT_IN_COMMAND
    }


def _read_summary(folder: RunFolder) -> dict[str, Any]:
    try:
        return json.loads(folder.summary.read_bytes())
    except (OSError, ValueError):  # the run has not finished: a report without it
        return {}


def _metrics(summary: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    last = rows[-1] if rows else {}
    shown = {"steps": f"{last.get('step', 0):,}"}
    if summary.get("wall_seconds") is not None:
        shown["time"] = duration(summary["wall_seconds"])
    if summary.get("steps_per_second"):
        shown["steps per second"] = f"{summary['steps_per_second']:,.1f}"
    if summary.get("first_step_seconds"):
        shown["first step after"] = duration(summary["first_step_seconds"])
    if "device_kind" in summary:
        shown["devices"] = f"{summary['device_count']} × {summary['device_kind']}"
    for name in _keys(rows):
        shown[f"final {_words(name)}"] = _number(last.get(name))
    return "\n".join(
        f"<div><dt>{_escape(name)}</dt><dd>{_escape(value)}</dd></div>"
        for name, value in shown.items()
    )


def _curves(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "<p>Nothing has been logged yet.</p>"
    names = _keys(rows)
    alt = "Over the steps: " + ", ".join(map(_words, names))
    return _image(curves_png(rows, names), alt)


def _samples(folder: RunFolder) -> str:
    matches = (_SAMPLE.fullmatch(path.name) for path in folder.samples.glob("*"))
    steps = sorted(int(match[1]) for match in matches if match)
    if not steps:
        return "<p>There are no samples.</p>"
    # First, middle and last; a set, since with one or two pictures these coincide.
    chosen = sorted({0, len(steps) // 2, len(steps) - 1})
    return "\n".join(_figure(folder.sample_path(steps[i]), steps[i]) for i in chosen)


def _figure(picture: Path, step: int) -> str:
    caption = f"step {step:,}"
    image = _image(picture.read_bytes(), f"samples at {caption}")
    return f"<figure>{image}<figcaption>{_escape(caption)}</figcaption></figure>"


def _image(png: bytes, alt: str) -> str:
    # Inline, so that the report is one file; base64 takes a third more space.
    data = base64.b64encode(png).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{_escape(alt)}">'


def _table(values: dict[str, Any]) -> str:
    return "\n".join(
        f'<tr><th scope="row">{_escape(name)}</th><td>{_escape(value)}</td></tr>'
        for name, value in values.items()
        if value is not None
    )


def _keys(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Returns the names of the metrics, those that every member has first."""
    # A dict as an ordered set: the other metrics keep the order of the log.
    names = dict.fromkeys(name for row in rows for name in row)
    known = [name for name in _FIRST if name in names]
    return known + [n for n in names if n not in _FIRST and n != "step"]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.4g}"


def _escape(value: Any) -> str:
    return html.escape(str(value))
