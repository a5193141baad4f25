"""The figures of a finished run in one small file, and the hash of its result.

Two runs ended in the same bits exactly when their `params_sha256` are equal. This file
does not know how the figures came about.
"""

import hashlib
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.arrays import flatten
from wgan_jax.artifacts.folder import RunFolder

_PACKAGES = ("wgan_jax", "jax", "jaxlib", "flax", "optax", "numpy", "orbax-checkpoint")


def write_summary(
    folder: RunFolder,
    *,
    steps: int,
    wall_seconds: float,
    steps_per_second: float | None,
    first_step_seconds: float | None,
    final_metrics: Mapping[str, Any],
    params: Any,
    device_kind: str,
    device_count: int,
    start_step: int = 0,
) -> Path:
    """Writes summary.json.

    Args:
        folder: the run; variant, dataset and seed come from its config.
        steps: the last step of the run.
        wall_seconds: how long this session took, everything included.
        steps_per_second: the speed once the program was compiled; None when no more
            than one dispatch was made.
        first_step_seconds: from the first launch to its end, with what is left of
            compiling.
        final_metrics: the last logged row.
        params: the final parameters, any pytree.
        device_kind: as jax names it, for example `cpu` or `NVIDIA A100-SXM4-40GB`.
        device_count: how many devices shared a batch.
        start_step: where this session began, 0 unless it resumed.

    Returns:
        The file.

    Raises:
        ArtifactError: the disk refused.
    """
    config = folder.config()
    summary = {
        "variant": config.get("variant"),
        "dataset": config.get("dataset"),
        "seed": config.get("seed"),
        "steps": steps,
        "wall_seconds": wall_seconds,
        "steps_per_second": steps_per_second,
        "first_step_seconds": first_step_seconds,
        "resumed_from": start_step,
        "device_kind": device_kind,
        "device_count": device_count,
        "versions": versions(),
        "final_metrics": dict(final_metrics),
        "params_sha256": params_sha256(params),
    }
    return folder.write_json(folder.summary.name, summary)


def params_sha256(tree: Any) -> str:
    """Hashes every bit of a tree of arrays: name, type, shape and content.

    The order of the leaves, the kind of container (dict, dataclass, tuple or list) and
    the devices that hold the arrays make no difference.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name, array in sorted(flatten(tree).items()):
        digest.update(f"{name}:{array.dtype}:{list(array.shape)}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Name -> version of Python and of the packages that decide a run's numbers."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # run from a source tree, not installed
            continue
    return found
