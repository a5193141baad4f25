"""How the tests here start runs: small ones in this process, real ones in another."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

import wgan_jax
from tests.forks import launch
from wgan_jax import Config
from wgan_jax.loop.resume import given_fields
from wgan_jax.loop.session import Session, open_config, prepare

SMALL = ("--dataset", "ring8", "--width", "16", "--batch-size", "16", "--devices", "1")


def command(*words: object, cwd: Path, **options: Any) -> subprocess.CompletedProcess:
    """Runs the command to its end, in an interpreter that starts afresh."""
    return subprocess.run(
        [sys.executable, "-m", "wgan_jax.run", *map(str, words)],
        **{"capture_output": True, "text": True, "timeout": 600} | options,
        cwd=cwd,
        check=False,
    )


def quick_command(
    *words: object, cwd: Path, **options: Any
) -> subprocess.CompletedProcess:
    """Runs the command to its end, in a forked process; see `tests.forks`."""
    with start(*words, cwd=cwd, **options) as child:
        out, errors = child.communicate(timeout=600)
    return subprocess.CompletedProcess(child.args, child.returncode, out, errors)


def start(*words: object, cwd: Path, **options: Any) -> subprocess.Popen:
    """Starts the command in a forked process, and leaves it running."""
    return launch("wgan_jax.run", *words, cwd=cwd, **options)


def tiny_run(run_dir: Path, variant: str = "gan", **fields: Any) -> Config:
    """A run on points that compiles fast and writes nothing that is not asked for."""
    small = {
        "network": "toy",
        "width": 8,
        "batch_size": 8,
        "steps": 4,
        "devices": 1,
        "steps_per_dispatch": 2,
        "sample_every": 0,
        "checkpoint_every": 0,
        "quiet": True,
    }
    return Config(variant=variant, run_dir=str(run_dir), **(small | fields))


train = wgan_jax.train


def own_run(run_dir: Path, **fields: Any) -> Config:
    """As `tiny_run`, for a recipe of one's own, which decides about the parts."""
    config = tiny_run(run_dir, **fields)
    return dataclasses.replace(config, variant="gn", network=None, width=None)


def as_session(config: Config, data: Any = None, recipe: Any = None) -> Session:
    """Makes a run ready, as `train` does before its first step."""
    given = given_fields(config)
    return prepare(*open_config(given, data, recipe), recipe)


def points() -> np.ndarray:
    """Points of four clusters, float32 [50, 2]: no batch of 8 divides them."""
    random = np.random.default_rng(0)
    cluster = random.choice(np.asarray([-2, 2], np.float32), (50, 2))
    return random.normal(size=(50, 2)).astype(np.float32) + cluster


def images(size: int = 8) -> np.ndarray:
    """Noise, uint8 [50, size, size, 1]."""
    return np.random.default_rng(0).integers(0, 256, (50, size, size, 1), np.uint8)


def summary(run_dir: Path) -> dict[str, Any]:
    """What summary.json holds."""
    return json.loads((run_dir / "summary.json").read_text())


def sha(run_dir: Path) -> str:
    """The hash of the final parameters."""
    return summary(run_dir)["params_sha256"]


def rows(run_dir: Path) -> list[dict[str, Any]]:
    """What metrics.jsonl holds; strict, so a torn line fails."""
    lines = (run_dir / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def steps(run_dir: Path) -> list[int]:
    """The steps of metrics.jsonl in the order of the file."""
    return [row["step"] for row in rows(run_dir)]


def unfinished(run_dir: Path) -> list[Path]:
    """Whatever a killed writer left behind, at any depth."""
    return [p for p in run_dir.rglob(".*") if p.name.startswith((".tmp-", ".replaced"))]
