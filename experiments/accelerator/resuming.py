"""Whether a run that stopped ends in the bits of one that did not, on this device.

Each run is a process, as a user starts it: XLA chooses kernels anew in every one. On a
GPU that takes the flags that README.md names, and the file of kernels that the first
process chose.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import jax

from experiments.accelerator.checks import Check, product

STEPS = 40
MEMBERS, NETWORKS = ("gp", "gn"), ("mlp", "dcgan")


def flags(kernels: Path, *, gpu: bool) -> str:
    """XLA's flags for the same bits: none but on a GPU.

    Args:
        kernels: where the choice of kernels is kept; written where it is not there.
        gpu: whether this is one.
    """
    given = os.environ.get("XLA_FLAGS", "")
    if not gpu:
        return given
    word = (
        "load_autotune_results_from" if kernels.exists() else "dump_autotune_results_to"
    )
    return (
        f"{given} --xla_gpu_deterministic_ops=true --xla_gpu_{word}={kernels}".strip()
    )


def check(variants: list[str], networks: list[str]) -> Iterator[Check]:
    """Compares runs of 40 steps with runs of 20 that went on to 40."""
    gpu = jax.default_backend() == "gpu"
    for variant, network in product(variants, networks, MEMBERS, NETWORKS):
        with tempfile.TemporaryDirectory() as folder:
            same = _same_bits(variant, network, Path(folder), gpu=gpu)
        told = "the same bits" if same else "other bits"
        yield Check(same, f"{network}/{variant} resumed: {told}")


def _same_bits(variant: str, network: str, folder: Path, *, gpu: bool) -> bool:
    words = ["--variant", variant, "--network", network, "--dataset", "digits"]
    whole, part = folder / "whole", folder / "part"
    runs = (
        [*words, "--steps", str(STEPS), "--run-dir", str(whole)],
        [*words, "--steps", str(STEPS // 2), "--run-dir", str(part)],
        ["--resume", "--steps", str(STEPS), "--run-dir", str(part)],
    )
    for run in runs:
        subprocess.run(
            [sys.executable, "-m", "wgan_jax.run", *run, "--quiet", "--devices", "1"],
            env={**os.environ, "XLA_FLAGS": flags(folder / "kernels.txt", gpu=gpu)},
            check=True,
        )
    hashes = (
        json.loads((run / "summary.json").read_text())["params_sha256"]
        for run in (whole, part)
    )
    return len(set(hashes)) == 1
