"""The summary of a finished run in one small file, with a hash of its parameters.

Two runs ended in the same bits exactly when their `params_sha256` are equal. This
module does not know how the numbers were computed.
"""

import hashlib
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from wgan_jax.artifacts.arrays import flatten
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.version import __version__

_PACKAGES = ("jax", "jaxlib", "flax", "optax", "numpy", "safetensors")


class Timing(NamedTuple):
    """How long a run took, over all its starts.

    Attributes:
        wall_seconds: in `train`: data, compilation, training, pictures and checkpoints;
            without imports and without the time since the checkpoint before a kill.
        steps_per_second: the speed once the program was compiled; None when no start
            made more than one dispatch.
        first_step_seconds: of the last start, from the first launch to its end, with
            the rest of the compilation, which begins earlier.
        starts: how many times the run was started.
        resumed_from: the step at which the last start began; 0 unless it resumed.
    """

    wall_seconds: float
    steps_per_second: float | None
    first_step_seconds: float | None
    starts: int = 1
    resumed_from: int = 0


def write_summary(
    folder: RunFolder,
    *,
    steps: int,
    timing: Timing,
    final_metrics: Mapping[str, Any],
    params: Any,
    device_kind: str,
    device_count: int,
) -> Path:
    """Writes summary.json.

    Args:
        folder: the run; variant, dataset, seed and own parts come from its config.
        steps: the last step of the run.
        timing: how long it took.
        final_metrics: the last logged row.
        params: the final parameters, any pytree.
        device_kind: as jax names it, for example `cpu` or `NVIDIA A100-SXM4-40GB`.
        device_count: how many devices shared a batch.

    Returns:
        The file.

    Raises:
        ArtifactError: the file cannot be written.
    """
    config = folder.config()
    parts = {n: config[n] for n in ("conditional", "own_parts") if config.get(n)}
    summary = {
        "variant": config.get("variant"),
        "dataset": config.get("dataset"),
        "seed": config.get("seed"),
        **parts,
        "steps": steps,
        **timing._asdict(),
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
    # Name, type and shape are hashed too: equal bytes may be other arrays.
    for name, array in sorted(flatten(tree).items()):
        digest.update(f"{name}:{array.dtype}:{list(array.shape)}\n".encode())
        digest.update(array.tobytes())  # in C order, whatever the memory's layout
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Returns name -> version, of Python and the packages that numbers depend on."""
    found = {"python": platform.python_version(), "wgan_jax": __version__}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # vendored, or a build of one's own
            continue
    return found
