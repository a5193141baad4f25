"""From the shell to the first step and to the hundredth, of unmodified commands.

Times are taken from outside: the import alone is a command of its own; config.json
appears when arguments, data and folder are ready; metrics.jsonl grows with the steps.
Between the two come the first state, tracing, compiling and one step.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from experiments.benchmark import ROOT
from wgan_jax.errors import UserError

CASES = (("gn", "mnist"), ("gp", "mnist"), ("wgan", "mnist"), ("gn", "ring8"))
REPEATS = 3
STEPS = 100


def measure_startup(folder: Path) -> list[dict[str, Any]]:
    """Measures every case cold and with a warm compilation cache.

    Args:
        folder: for run folders and caches.

    Returns:
        One row a case and cache, medians over repeats.
    """
    rows = []
    for number, (variant, dataset) in enumerate(CASES):
        words = _command(variant, dataset)
        _run(words, folder / f"first{number}", None)  # prepares the dataset, once
        for label, cache in (("cold", None), ("warm", folder / f"cache{number}")):
            if cache:
                _run(words, folder / f"fill{number}", cache)
            # The import is timed beside each run: a slow minute falls on both.
            runs = [
                {"import_seconds": _import_seconds()}
                | _run(words, folder / f"{label}{number}-{i}", cache)
                for i in range(REPEATS)
            ]
            row = {key: median(run[key] for run in runs) for key in runs[0]}
            row["prepare_seconds"] -= row["import_seconds"]
            shown = " ".join(words[1:])
            rows.append({"name": f"`{shown}`, {label}", **row})
            print(
                f"{shown}, {label}: first step {row['first_step']:.2f} s, "
                f"hundredth {row['hundredth_step']:.2f} s",
                flush=True,
            )
    return rows


def _import_seconds() -> float:
    start = time.time()
    # The end of the process is not counted: it tells the time itself.
    program = "import wgan_jax.loop.train, time; print(time.time())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout) - start


def _command(variant: str, dataset: str) -> list[str]:
    from wgan_jax.data import load

    if dataset == "mnist":
        try:
            load(dataset)
        except UserError:
            return ["wgan_jax.run", "--variant", variant, "--dataset", "digits"]
    # The paper's width, so that old results compare; ring8's own default is narrower.
    width = ["--width", "512"] if dataset == "ring8" else []
    return ["wgan_jax.run", "--variant", variant, "--dataset", dataset, *width]


def _run(words: list[str], run_dir: Path, cache: Path | None) -> dict[str, float]:
    """Runs one command and watches its folder."""
    environment = os.environ | {
        "JAX_ENABLE_COMPILATION_CACHE": "true" if cache else "false"
    }
    rest = ["--steps", str(STEPS), "--run-dir", str(run_dir), "--quiet"]
    if cache:
        rest += ["--compilation-cache", str(cache)]
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *words, *rest],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    stamps: dict[str, float] = {}
    while process.poll() is None:
        _watch(run_dir, stamps, time.perf_counter() - start)
        time.sleep(0.02)
    whole = time.perf_counter() - start
    _watch(run_dir, stamps, whole)
    if process.returncode:
        raise UserError(f"{' '.join(words)} ended with code {process.returncode}")
    summary = json.loads((run_dir / "summary.json").read_text())
    return {
        **stamps,
        "compile_seconds": stamps["first_step"] - stamps["prepare_seconds"],
        "whole": whole,
        "steps_per_second": summary["steps_per_second"],
    }


def _watch(run_dir: Path, stamps: dict[str, float], now: float) -> None:
    """Records the time of whatever the folder shows for the first time."""
    if (run_dir / "config.json").exists():
        stamps.setdefault("prepare_seconds", now)
    metrics = run_dir / "metrics.jsonl"
    lines = metrics.read_bytes().count(b"\n") if metrics.exists() else 0
    if lines >= 1:
        stamps.setdefault("first_step", now)
    if lines >= STEPS:
        stamps.setdefault("hundredth_step", now)
