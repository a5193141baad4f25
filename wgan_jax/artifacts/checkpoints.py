"""Checkpoints that are complete or absent, and never half-read.

A checkpoint is a folder `step-0000001200` with the state as orbax wrote it and a
MANIFEST with the sha256 of every file. It is written under a temporary name, flushed,
and renamed once. So a kill leaves the previous checkpoints, and a changed bit anywhere
is found before a number is read. This file knows trees of arrays and the disk, nothing
of training.
"""

import errno
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.arrays import fill, flatten, misfit, read_arrays, write_arrays
from wgan_jax.artifacts.manifest import damage, read_manifest, write_manifest
from wgan_jax.errors import UserError
from wgan_jax.files import (
    TEMPORARY,
    ArtifactError,
    reason,
    remove_temporaries,
    sync,
)

_NAME = re.compile(r"step-(\d{10})")
_STATE = "state"
_ASIDE = ".replaced-"


def save(folder: Path, step: int, tree: Any, *, keep: int = 3) -> Path:
    """Writes a checkpoint and then removes the ones beyond the last `keep`.

    With several processes exactly one calls this; the others are not waited for.

    Args:
        folder: the folder of checkpoints.
        step: the step that the state belongs to.
        tree: any pytree of numpy and jax arrays (each readable in full from here), None
            and Python numbers.
        keep: how many checkpoints stay, at least 1.

    Returns:
        The checkpoint's folder.

    Raises:
        ArtifactError: the disk refused; every earlier checkpoint is untouched.
    """
    leaves = flatten(tree)
    final = folder / f"step-{step:010d}"
    temporary = folder / f"{TEMPORARY}{final.name}-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tidy(folder)
        temporary.mkdir()
        _refuse_too_large(temporary, sum(leaf.nbytes for leaf in leaves.values()))
        write_arrays(temporary / _STATE, leaves)
        write_manifest(temporary, step, leaves)
        _publish(temporary, final)
        _prune(folder, step, max(keep, 1))
    # Orbax reports a full disk as a ValueError of its storage layer, not as an OSError.
    except Exception as error:
        raise _refused(folder, step, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return final


def restore(
    path: Path, template: Any, on_damage: Callable[[str], None]
) -> tuple[int, Any]:
    """Reads the newest checkpoint that is whole.

    Args:
        path: a folder of checkpoints, or one checkpoint.
        template: a tree of the same structure; of its leaves only type, shape and dtype
            count, so `jax.ShapeDtypeStruct` leaves are enough.
        on_damage: told of every checkpoint that is damaged, with what is wrong in it.

    Returns:
        The step, and the state with numpy arrays (and Python numbers where the template
        has them), bit for bit as saved.

    Raises:
        UserError: there is no checkpoint, none is whole, or the state does not fit the
            template.
    """
    path = Path(path)
    candidates = [path] if _NAME.fullmatch(path.name) else _newest_first(path)
    if not candidates:
        raise UserError(f"no checkpoint in {path}. Start the run without --resume.")
    found = []
    for checkpoint in candidates:
        problem = damage(checkpoint)
        if problem is None:
            return _read(checkpoint, template)
        found.append(f"{checkpoint}: {problem}")
        on_damage(f"checkpoint {checkpoint} is damaged ({problem})")
    raise UserError(
        "no checkpoint is whole:\n  " + "\n  ".join(found) + "\n"
        "Restore one of them from a copy, or start a new run."
    )


def list_steps(folder: Path) -> list[int]:
    """The steps that have a checkpoint, damaged or not, in ascending order."""
    if not folder.is_dir():
        return []
    matches = (_NAME.fullmatch(path.name) for path in folder.iterdir())
    return sorted(int(match[1]) for match in matches if match)


def latest_step(folder: Path) -> int | None:
    """The newest step that has a checkpoint, damaged or not; None without any."""
    return max(list_steps(folder), default=None)


def tidy(folder: Path) -> None:
    """Undoes what a killed writer left; only for whoever writes here next."""
    remove_temporaries(folder)
    for aside in folder.glob(f"{_ASIDE}*"):
        final = folder / aside.name.removeprefix(_ASIDE)
        if final.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.rename(final)


def _newest_first(folder: Path) -> list[Path]:
    return [folder / f"step-{step:010d}" for step in reversed(list_steps(folder))]


def _refuse_too_large(folder: Path, size: int) -> None:
    """Asks the disk first: orbax's threads print tracebacks when it fills up."""
    if shutil.disk_usage(folder).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _publish(temporary: Path, final: Path) -> None:
    """Renames once; a checkpoint of the same step steps aside until that is done."""
    aside = final.with_name(f"{_ASIDE}{final.name}")
    if final.exists():
        final.rename(aside)
    temporary.rename(final)
    sync(final.parent)
    shutil.rmtree(aside, ignore_errors=True)


def _prune(folder: Path, step: int, keep: int) -> None:
    """Keeps the last `keep` up to this step, and newer ones only if they are whole.

    A run that went back behind damaged checkpoints would otherwise count those among
    the kept and remove the good ones.
    """
    checkpoints = _newest_first(folder)
    current = [path for path in checkpoints if _step(path) <= step]
    newer = [path for path in checkpoints if _step(path) > step]
    for path in current[keep:] + [path for path in newer if damage(path)]:
        # Renamed first, so that a kill in the middle leaves no visible half.
        gone = path.with_name(f"{TEMPORARY}{path.name}-{os.getpid()}")
        path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix("step-"))


def _refused(folder: Path, step: int, error: Exception) -> ArtifactError:
    whole = (path for path in _newest_first(folder) if damage(path) is None)
    last = next(whole, None)
    kept = f"The checkpoint {last} is intact" if last else "There is no earlier one"
    return ArtifactError(
        f"cannot write the checkpoint of step {step} in {folder}: {reason(error)}. "
        f"{kept}. Free some space or mend the permissions, then continue with --resume."
    )


def _read(checkpoint: Path, template: Any) -> tuple[int, Any]:
    manifest = read_manifest(checkpoint)
    problem = misfit(manifest["leaves"], template)
    if problem:
        raise UserError(
            f"checkpoint {checkpoint} belongs to another configuration; {problem}\n"
            "Resume with the configuration of the run."
        )
    try:
        arrays = read_arrays(checkpoint / _STATE, manifest["leaves"])
    except Exception as error:
        raise UserError(
            f"checkpoint {checkpoint} is whole, but this version of orbax cannot read "
            f"it: {reason(error)}. Use the versions named in the run's summary.json."
        ) from error
    return manifest["step"], fill(template, arrays)
