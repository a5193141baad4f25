"""The folder of one run: opened for one purpose, and no run is ever overwritten.

A folder holds a run as soon as config.json exists, which is written first, atomically.
One process at a time writes in it, see `lock`; where each artifact is, see `paths`. It
does not know what a config means.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.checkpoints import recover
from wgan_jax.artifacts.lock import FolderLock
from wgan_jax.artifacts.paths import CONFIG, FILES, OWN_NAMES, PICTURES, RunPaths
from wgan_jax.errors import UserError
from wgan_jax.files import (
    TEMPORARY,
    disk_errors,
    json_bytes,
    remove_temporaries,
    write_atomic,
)
from wgan_jax.json_objects import parse_object
from wgan_jax.places import expand, read_file
from wgan_jax.text import shown

# Records beside the fields in config.json: what parts and data of one's own were, and
# where each value came from.
PARTS, DATA, SOURCES = "own_parts", "own_data", "sources"
_MAX_BYTES = 4 << 20  # of config.json, which has some kilobytes
_CHOOSE = "Choose a folder that you can write to with --run-dir."


@dataclass(frozen=True)
class RunFolder(RunPaths):
    """One run on disk, made by `create`, `open` or `open_to_write`.

    Attributes:
        path: the folder.
        lock: the right to write in it; None for who only reads.
        made: whether this run made the folder itself.
    """

    lock: FolderLock | None = field(default=None, compare=False, repr=False)
    made: bool = field(default=False, compare=False, repr=False)

    @classmethod
    def create(cls, path: str | Path, config: dict[str, Any]) -> "RunFolder":
        """Starts a run in a folder that holds none, and overwrites nothing.

        Args:
            path: the folder, made with its parents where they do not exist.
            config: everything that reproduces the run; written to config.json.

        Returns:
            The folder, with `samples/` and `checkpoints/` in it.

        Raises:
            UserError: the folder holds a run, or files by the names of a run's, or
                another process starts one there.
            ArtifactError: the folder cannot be written.
        """
        place = expand(path, "run_dir")
        with disk_errors(f"make the run folder {str(path)!r}", _CHOOSE, existing=False):
            made = not place.exists()
            place.mkdir(parents=True, exist_ok=True)
            cls(place)._refuse_to_overwrite()
            folder = cls(place, FolderLock(place), made)
            with folder._released_on_error():
                folder._begin(config)
        return folder

    @classmethod
    def open_to_write(cls, path: str | Path) -> "RunFolder":
        """Opens the folder of a run that is to go on, for this process alone.

        What a killed writer left unfinished is removed.

        Raises:
            UserError: as `open`, or a process that lives writes there.
            ArtifactError: it cannot be written, or something cannot be put back.
        """
        place = cls.open(path).path
        with disk_errors(f"write in {str(path)!r}", "Mend its permissions."):
            folder = cls(place, FolderLock(place))
        with folder._released_on_error():
            folder.recover()
        return folder

    def release(self) -> None:
        """Lets other processes write in the folder."""
        if self.lock is not None:
            self.lock.release()

    @classmethod
    def open(cls, path: str | Path) -> "RunFolder":
        """Opens the folder of an existing run, to read it.

        Raises:
            UserError: there is no run, or its config.json is damaged.
        """
        folder = cls(expand(path, "run_dir"))
        folder.config()
        return folder

    def config(self) -> dict[str, Any]:
        """Reads config.json.

        Raises:
            UserError: there is none, or it is damaged or unreadable.
        """
        data = read_file(self.path / CONFIG, _MAX_BYTES)
        if data is None:
            raise self._no_run()
        try:
            config = parse_object(data)
        except ValueError as error:
            raise self._damaged(f"it is {error}") from None
        for name in (PARTS, DATA, SOURCES):
            if not isinstance(config.get(name, {}), dict):
                raise self._damaged(f"{name} is {shown(config[name])}")
        return config

    def write_json(self, name: str, value: Any) -> Path:
        """Writes a JSON file of the run, whole or not at all.

        Args:
            name: the file's name in the folder.
            value: what `files.to_jsonable` takes; NaN and infinities become null.

        Returns:
            The file.

        Raises:
            ArtifactError: it cannot be written; the old content is still there.
        """
        path = self.path / name
        with disk_errors(f"write {path}", "Free some space or mend its permissions."):
            write_atomic(path, json_bytes(value))
        return path

    def require_writable(self) -> None:
        """Refuses a folder that cannot be written, before work that would be lost.

        Raises:
            ArtifactError: nothing can be written there.
        """
        probe = self.path / f"{TEMPORARY}probe-{os.getpid()}"
        with disk_errors(f"write in {str(self.path)!r}", "Mend its permissions."):
            probe.touch()
            probe.unlink()

    def recover(self) -> None:
        """Removes what a killed writer left unfinished, by the names that a run writes.

        For whoever holds the lock: the unfinished files of a live run look the same.

        Raises:
            ArtifactError: something cannot be removed or put back.
        """
        with disk_errors(f"clean up {str(self.path)!r}", "Mend its permissions."):
            remove_temporaries(self.path, FILES)
            remove_temporaries(self.samples, PICTURES)
            recover(self.checkpoints)
            recover(self.best)
            for folder in (self.samples, self.checkpoints):
                folder.mkdir(exist_ok=True)

    def _begin(self, config: dict[str, Any]) -> None:
        """Makes it the folder of a run."""
        # Exclusive: where there are no locks, one of two runs is still refused.
        try:
            write_atomic(self.path / CONFIG, json_bytes(config), exclusive=True)
        except FileExistsError:
            raise self._taken() from None
        # A run was killed before it had begun. Nothing is removed from a folder before
        # config.json shows it to be a run's.
        remove_temporaries(self.path, FILES)
        self.samples.mkdir(exist_ok=True)
        self.checkpoints.mkdir(exist_ok=True)

    @contextlib.contextmanager
    def _released_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.release()
            raise

    def _refuse_to_overwrite(self) -> None:
        if (self.path / CONFIG).exists():
            raise self._taken()
        # Empty folders hold nothing that could be lost.
        for name in OWN_NAMES:
            path = self.path / name
            if path.is_file() or (path.is_dir() and any(path.iterdir())):
                raise UserError(
                    f"{str(self.path)!r} holds {name} but no {CONFIG}: it is not a run "
                    "that can be continued, and nothing in it is overwritten. Choose "
                    "another folder with --run-dir."
                )

    def _no_run(self) -> UserError:
        missing = f"{self.path / CONFIG} does not exist"
        if self.lock is not None:  # it was there
            return UserError(
                f"{str(self.path)!r} was removed or emptied while the run wrote in it: "
                f"{missing}. Put it back and continue with --resume, or start anew."
            )
        return UserError(
            f"no run in {str(self.path)!r}: {missing}. Name the folder of a run; a new "
            "run is started without --resume."
        )

    def _taken(self) -> UserError:
        return UserError(
            f"{str(self.path)!r} already holds a run, which is never overwritten. "
            "Continue it with --resume or choose another folder with --run-dir."
        )

    def _damaged(self, how: str) -> UserError:
        return UserError(
            f"{self.path / CONFIG} is damaged: {how}. Restore the file, or start "
            "a new run in another folder with --run-dir."
        )
