"""What a result was measured on: processor or GPU, system, versions; and its name."""

import functools
import json
import platform
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from wgan_jax.errors import UserError

_VERSIONS = ("jax", "jaxlib", "flax", "optax")


def describe(threads: int, torch_python: str) -> dict[str, Any]:
    """Names the machine.

    Args:
        threads: of either side.
        torch_python: the interpreter with PyTorch.

    Returns:
        device, processor, system, threads and versions.
    """
    versions = {"Python": platform.python_version()}
    versions |= {name: metadata.version(name) for name in _VERSIONS}
    return {
        "device": _device(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "threads": threads,
        "versions": versions | _torch(torch_python),
    }


def require_torch(python: str) -> None:
    """Refuses an interpreter without PyTorch.

    Raises:
        UserError: saying what to do.
    """
    if _torch(python)["torch"] == "not installed":
        raise UserError(
            f"{python} has no PyTorch: pip install '.[bench]', or name an interpreter "
            "that has it with --torch-python."
        )


def has_gpu() -> bool:
    """Whether our side runs on something else than the processor."""
    return _device() != "cpu"


def peak_sizes() -> tuple[int, ...]:
    """Of the matrix products that show what the device can do."""
    return (4096, 8192) if has_gpu() else (1024, 2048)


def result_name(
    kind: str,
    machine: dict[str, Any],
    *,
    quick: bool = False,
    precision: str | None = None,
) -> str:
    """Names a result, `speed-cpu-py3.12`, so that devices and Pythons stay apart."""
    python = ".".join(machine["versions"]["Python"].split(".")[:2])
    device = re.sub(r"[^a-z0-9]+", "-", machine["device"].lower()).strip("-")
    asked = f"-{precision}" if precision else ""
    return f"{kind}-{device}-py{python}{asked}" + "-quick" * quick


@functools.cache
def _device() -> str:
    # A process of its own: a driver that holds a GPU would take it from the workers.
    program = "import jax; print(jax.devices()[0].device_kind)"
    return _output(sys.executable, program)


@functools.cache
def _torch(python: str) -> dict[str, str]:
    program = (
        "import json, platform, torch; "
        "print(json.dumps([torch.__version__, platform.python_version()]))"
    )
    answer = _output(python, program)
    if not answer:
        return {"torch": "not installed"}
    torch, own_python = json.loads(answer)
    if own_python == platform.python_version():
        return {"torch": torch}
    return {"torch": f"{torch} (Python {own_python})"}


def _output(python: str, program: str) -> str:
    done = subprocess.run(
        [python, "-c", program], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if not information.exists():
        return platform.processor() or platform.machine()
    text = information.read_text()
    model = re.search(r"model name\s*:\s*(.+)", text)
    wide = ", AVX-512" if "avx512f" in text else ""
    return (model[1].strip() if model else platform.machine()) + wide
