"""Runs without training for the pages, and a reader that checks that HTML is whole."""

import json
import math
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.artifacts.plots import save_image_grid
from wgan_jax.artifacts.report.record import Record, read_record

VOID = {"meta", "img", "br", "link", "input"}
EVIL = "<script>alert('x')</script>\"'><b>$title&amp;</title>"
GN: dict[str, Any] = {
    "variant": "gn",
    "dataset": "digits",
    "objective": "wasserstein",
    "constraint": "normalization",
    "seed": 0,
    "steps": 40,
    "margin": None,
}


class Page(HTMLParser):
    """Checks that tags are balanced, and collects what a page consists of."""

    def __init__(self, page: bytes):
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(page.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["script"] and self.open[-1:] != ["style"]:
            self.text += data

    def values(self, name: str, tag: str | None = None) -> list[str]:
        """The values of an attribute, of one kind of element or of all."""
        return [v for t, n, v in self.attributes if n == name and tag in (None, t)]


def make_rows(count: int, **more: float) -> list[dict[str, Any]]:
    """Rows of a member whose critic's loss is the estimate upside down."""
    return [
        {
            "step": s,
            "critic_loss": -math.exp(-s / 10),
            "generator_loss": math.sin(s),
            "wasserstein_estimate": math.exp(-s / 10),
            "score_magnitude": 0.3,
            **more,
        }
        for s in range(1, count + 1)
    ]


def make_run(
    path: Path,
    config: dict[str, Any] | None = None,
    rows: list[dict[str, Any]] | None = None,
    pictures: tuple[int, ...] = (0, 20, 40),
    **files: Any,
) -> RunFolder:
    """Writes the folder of a run; `files` are the contents of its JSON files."""
    folder = RunFolder.create(path, GN if config is None else config)
    with MetricsLog(folder) as log:
        log.write(make_rows(40) if rows is None else rows)
        for row in files.pop("evaluations", []):
            log.write_evaluation(row)
    for step in pictures:
        save_image_grid(
            folder.sample_path(step), np.full((4, 8, 8, 1), step % 251, np.uint8)
        )
    if pictures:
        save_image_grid(folder.real_samples, np.full((4, 8, 8, 1), 200, np.uint8))
    for name, content in files.items():
        (path / f"{name}.json").write_text(json.dumps(content))
    return folder


def make_record(path: Path, *given: Any, **files: Any) -> Record:
    """As `make_run`, read back."""
    return read_record(make_run(path, *given, **files))


def evaluated(**metrics: tuple[float, float, float]) -> dict[str, Any]:
    """An evaluation.json: metric -> value, half of its interval, floor."""
    raw = {
        name: {"value": v, "low": v - half, "high": v + half, "floor": floor}
        for name, (v, half, floor) in metrics.items()
    }
    return {"count": 1000, "split": "test", "features": None, "results": {"raw": raw}}


SUMMARY = {
    "steps": 40,
    "wall_seconds": 312.0,
    "steps_per_second": 5.04,
    "first_step_seconds": 3.0,
    "starts": 1,
    "device_kind": "cpu",
    "device_count": 2,
    "versions": {"jax": "1.2.3"},
    "params_sha256": "ab" * 32,
}
ENVIRONMENT = {
    "started": "2026-01-02T03:04:05+00:00",
    "host": "north",
    "cpu": "a processor",
    "device_kind": "cpu",
    "device_count": 2,
    "commit": "c0ffee" * 6,
    "parameters": {"generator": 1234567, "critic": 89},
    "dataset": {
        "name": "digits",
        "train": 1500,
        "test": 297,
        "shape": [8, 8, 1],
        "source": "a drawer",
    },
    "versions": {"jax": "1.2.3"},
}
