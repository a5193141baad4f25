"""A run that failed before its first step, taken back: its name is free again.

The corrected command may then use the same folder. Only what the run itself wrote is
removed, by exact name; a folder with a logged step or a checkpoint stays as it is.
"""

import contextlib
import re

from wgan_jax.artifacts.checkpoints import list_steps
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.paths import CONFIG, OWN_NAMES, PICTURES
from wgan_jax.errors import UserError
from wgan_jax.places import list_folder, status

_EVENTS = re.compile(r"events\.out\.tfevents\..+")


class Withdrawal:
    """Takes a run back when it fails, until it has made a step: for an `ExitStack`."""

    def __init__(self, folder: RunFolder) -> None:
        """Watches over a folder, as `RunFolder.create` returned it."""
        self._folder: RunFolder | None = folder

    def call_off(self) -> None:
        """A step was made: the run stays, whatever it has written so far."""
        self._folder = None

    def __call__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Frees the folder's name if the run ended by an error."""
        if kind is not None and self._folder is not None:
            withdraw(self._folder)


def withdraw(folder: RunFolder) -> None:
    """Removes a run that its process has just begun, unless it holds a step.

    Args:
        folder: as `RunFolder.create` returned it; its lock is given back. What cannot
            be removed stays.
    """
    with contextlib.suppress(OSError, UserError):
        logged = [status(path) for path in (folder.metrics, folder.evaluations)]
        if any(found and found.st_size for found in logged):
            return
        if list_steps(folder.checkpoints) or list_steps(folder.best):
            return
        for place, owned in ((folder.samples, PICTURES), (folder.tensorboard, _EVENTS)):
            for path in list_folder(place):
                if owned.fullmatch(path.name):
                    path.unlink()
        # The config last: a kill in the middle leaves the folder of a run.
        for name in (*OWN_NAMES, CONFIG):
            path = folder.path / name
            with contextlib.suppress(OSError):  # not empty, or not there
                path.rmdir() if path.is_dir() else path.unlink()
        folder.release()
        if folder.made:
            folder.path.rmdir()
