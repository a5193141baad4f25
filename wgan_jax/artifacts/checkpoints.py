"""Checkpoints that are complete or absent, and never half-read.

A checkpoint is a folder `step-0000001200` with the state's arrays in one safetensors
file and a JSON manifest with the sha256 of every file. It is written under a temporary
name, flushed, and renamed once. So a kill leaves the previous checkpoints, and a
changed bit anywhere is found before a number is read. This module knows trees of arrays
and the disk, nothing of training.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.arrays import flatten, kinds, write_arrays
from wgan_jax.artifacts.checkpoint_reading import (
    STATE,
    Restored,
    damage,
    read_checkpoint,
    step_of,
)
from wgan_jax.artifacts.manifest import write_manifest
from wgan_jax.errors import UserError
from wgan_jax.files import (
    TEMPORARY,
    ArtifactError,
    advice_on,
    describe_error,
    sync,
    temporaries,
)
from wgan_jax.places import list_folder

_NAME = re.compile(r"step-(\d{10})")
_ASIDE = ".replaced-"  # prefix of a checkpoint that gives way to one of the same step
_ADVICE = "Free some space or mend the permissions, then continue with --resume."
_ORBAX = "MANIFEST"  # marks a checkpoint of version 0.1, with arrays in orbax's format


def save(
    folder: Path,
    step: int,
    tree: Any,
    *,
    keep: int = 3,
    extra: Mapping[str, Any] | None = None,
) -> Path:
    """Writes a checkpoint and then removes the ones beyond the last `keep`.

    Of several processes exactly one calls this; it does not wait for the others.

    Args:
        folder: the folder of checkpoints.
        step: the step that the state belongs to.
        tree: any pytree of numpy and jax arrays (each readable in full on this host),
            None and Python numbers.
        keep: how many checkpoints to keep, at least 1.
        extra: what JSON can hold, stored in the manifest.

    Returns:
        The checkpoint's folder.

    Raises:
        ArtifactError: it cannot be written; every earlier checkpoint is untouched.
    """
    leaves = flatten(tree)
    final = path_of(folder, step)
    temporary = folder / f"{TEMPORARY}{final.name}-{os.getpid()}"
    content = {"step": step, "leaves": kinds(leaves), "extra": dict(extra or {})}
    try:
        folder.mkdir(exist_ok=True)  # not its parent: a run that is gone stays so
        recover(folder)
        temporary.mkdir()
        write_arrays(temporary / STATE, leaves)
        write_manifest(temporary, content)
        _publish(temporary, final)
        # Last: until the new one is in place, the old ones are all that there is.
        _prune(folder, step, max(keep, 1))
    except OSError as error:
        raise _write_error(folder, step, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return final


def restore(path: Path, template: Any, on_damage: Callable[[str], None]) -> Restored:
    """Reads the newest checkpoint that is whole.

    Args:
        path: a folder of checkpoints, or one checkpoint.
        template: a tree of the same structure; of its leaves only type, shape and dtype
            count, so `jax.ShapeDtypeStruct` leaves are enough.
        on_damage: called with a message for every damaged checkpoint that is passed
            over.

    Returns:
        The step, the state with numpy arrays (and Python numbers where the template
        has them), bit for bit as saved, and what was saved with it.

    Raises:
        UserError: there is no checkpoint, none is whole, or the state does not fit the
            template.
    """
    path = Path(path)
    candidates = [path] if _NAME.fullmatch(path.name) else _newest_first(path)
    if not candidates:
        raise UserError(f"no checkpoint in {path}. Start the run without --resume.")
    # Only damage leads on to an older checkpoint. A whole one that does not fit the
    # template is an error, since an older one of the same run would fit no better.
    found, seen = [], set()
    while candidates:
        checkpoint = candidates.pop(0)
        seen.add(checkpoint)
        restored = _read_whole(checkpoint, template)
        if isinstance(restored, Restored):
            return restored
        if os.path.lexists(checkpoint):
            found.append(f"{checkpoint}: {restored}")
            on_damage(f"checkpoint {checkpoint} is damaged ({restored})")
        elif not candidates and checkpoint != path:
            # The run that writes here has removed it meanwhile, for newer ones.
            candidates = [new for new in _newest_first(path) if new not in seen]
    raise UserError(
        "no checkpoint is whole:\n  " + "\n  ".join(found) + "\n"
        "Restore one of them from a copy, or start a new run."
    )


def _read_whole(checkpoint: Path, template: Any) -> Restored | str:
    """Reads a checkpoint, or says in one phrase what is wrong with it."""
    _refuse_orbax(checkpoint)
    try:
        return damage(checkpoint) or read_checkpoint(checkpoint, template)
    except OSError as error:  # removed meanwhile
        return describe_error(error)


def _refuse_orbax(checkpoint: Path) -> None:
    if (checkpoint / _ORBAX).is_file() and not (checkpoint / STATE).exists():
        raise UserError(
            f"checkpoint {checkpoint} was written by wgan_jax 0.1 in a format of orbax "
            "that this version does not read: continue the run with wgan_jax 0.1, or "
            "start a new one."
        )


def list_steps(folder: Path) -> list[int]:
    """Returns the steps that have a checkpoint, damaged or not, in ascending order.

    Raises:
        UserError: the folder is there and cannot be listed.
    """
    return _steps(list_folder(folder))


def _steps(paths: Iterable[Path]) -> list[int]:
    matches = (_NAME.fullmatch(path.name) for path in paths)
    return sorted(int(match[1]) for match in matches if match)


def path_of(folder: Path, step: int) -> Path:
    """Returns where the checkpoint of a step is, or would be."""
    return folder / f"step-{step:010d}"


def latest_step(folder: Path) -> int | None:
    """Returns the newest step that has a checkpoint, damaged or not, or None."""
    return max(list_steps(folder), default=None)


def recover(folder: Path) -> None:
    """Recovers from a killed writer; for writers only.

    Removes unfinished checkpoints, and puts back one that was set aside when its
    replacement was not completed. Only names that this module makes are touched.

    Raises:
        OSError: something cannot be removed or put back.
    """
    for path in temporaries(folder, _NAME):
        shutil.rmtree(path, ignore_errors=True)
    for aside in folder.glob(f"{_ASIDE}*"):
        final = folder / aside.name.removeprefix(_ASIDE)
        if not _NAME.fullmatch(final.name):
            continue
        if final.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.rename(final)


def _newest_first(folder: Path) -> list[Path]:
    return [path_of(folder, step) for step in reversed(list_steps(folder))]


def _publish(temporary: Path, final: Path) -> None:
    """Renames once; a checkpoint of the same step is set aside until that is done."""
    # A folder cannot be renamed over one that is not empty. A kill between the two
    # renames leaves the old one aside, from where `recover` puts it back.
    aside = final.with_name(f"{_ASIDE}{final.name}")
    if os.path.lexists(final):  # a link to nowhere has the name as well
        final.rename(aside)
    temporary.rename(final)
    sync(final.parent)
    if aside.is_symlink():
        aside.unlink()
    shutil.rmtree(aside, ignore_errors=True)


def _prune(folder: Path, step: int, keep: int) -> None:
    """Keeps the last `keep` up to this step, and newer ones only if they are whole.

    A run that resumed from before damaged checkpoints would otherwise count those among
    the ones to keep, and remove good ones.
    """
    # Not by `list_steps`: if the folder went meanwhile, a write failed and no read.
    checkpoints = [path_of(folder, s) for s in reversed(_steps(folder.iterdir()))]
    current = [path for path in checkpoints if step_of(path) <= step]
    newer = [path for path in checkpoints if step_of(path) > step]
    # `verify` reads every byte, but a run rarely has checkpoints newer than its step.
    for path in current[keep:] + [path for path in newer if damage(path)]:
        remove(path)


def remove(checkpoint: Path) -> None:
    """Removes a checkpoint."""
    # Renamed first: a kill meanwhile leaves a temporary and no damaged checkpoint.
    name = f"{TEMPORARY}{checkpoint.name}-{os.getpid()}"
    removed = checkpoint.rename(checkpoint.with_name(name))
    shutil.rmtree(removed, ignore_errors=True)


def _write_error(folder: Path, step: int, error: OSError) -> ArtifactError:
    last = None
    with contextlib.suppress(UserError):  # where nothing can be listed either
        whole = (path for path in _newest_first(folder) if damage(path) is None)
        last = next(whole, None)
    kept = f"The checkpoint {last} is intact" if last else "There is no earlier one"
    why = describe_error(error)
    return ArtifactError(
        f"cannot write the checkpoint of step {step} in {folder}: {why}. "
        f"{kept}. {advice_on(error, _ADVICE)}"
    )
