"""Where a run was started, on which data and in which versions: environment.json.

A record for people who ask later how a number came about. Nothing is computed from it.
"""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.summary import versions
from wgan_jax.data import Dataset
from wgan_jax.loop.plan import Plan
from wgan_jax.training.state import parameter_count

_GIT_SECONDS = 5.0  # at most, for a repository on a slow disk


def describe_environment(plan: Plan) -> dict[str, Any]:
    """Describes where a run starts.

    Args:
        plan: what it consists of.

    Returns:
        What environment.json holds: time, host, devices, the commit of the repository
        of the working directory or None, sizes of networks and data, versions.
    """
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "host": platform.node(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cpu": cpu_name(),
        "device_kind": plan.devices[0].device_kind,
        "device_count": len(plan.devices),
        "commit": commit(),
        "parameters": count_parameters(plan),
        "dataset": _describe_data(plan.dataset),
        "versions": versions(),
    }


def count_parameters(plan: Plan) -> dict[str, int]:
    """Counts the trained numbers of each network: `generator` and `critic`."""
    networks = {"generator": plan.shapes.generator, "critic": plan.shapes.critic}
    return {name: parameter_count(network.params) for name, network in networks.items()}


def cpu_name(information: Path = Path("/proc/cpuinfo")) -> str:
    """Names the processor's model, or its architecture where nothing tells the model.

    Args:
        information: where Linux describes it.
    """
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", information.read_text(), re.M)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def commit() -> str | None:
    """Returns the hash of the commit of the working directory's repository, or None."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
            # Inside a git hook, GIT_DIR names the hook's repository.
            env={n: v for n, v in os.environ.items() if not n.startswith("GIT_")},
        )
    except (OSError, subprocess.TimeoutExpired):  # no git
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _describe_data(data: Dataset) -> dict[str, Any]:
    return {
        "name": data.name,
        "train": len(data.train),
        "test": len(data.test),
        "shape": list(data.sample_shape),
        "source": data.source,
    }
