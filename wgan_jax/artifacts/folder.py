"""The folder of one run: where each artifact is, and that no run is overwritten.

A folder holds a run as soon as config.json exists, which is written first, atomically.
This module knows names and the disk; it does not know what a config means.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.checkpoints import recover
from wgan_jax.errors import UserError
from wgan_jax.files import (
    TEMPORARY,
    disk_errors,
    json_bytes,
    remove_temporaries,
    write_atomic,
)

CONFIG = "config.json"
# What a run writes besides config.json.
_OWN_NAMES = (
    "environment.json",
    "metrics.jsonl",
    "evaluations.jsonl",
    "evaluation.json",
    "summary.json",
    "report.html",
    "samples",
    "checkpoints",
    "best",
    "tensorboard",
)
_CHOOSE = "Choose a folder that you can write to with --run-dir."


@dataclass(frozen=True)
class RunFolder:
    """One run on disk, made by `create` or `open`.

    Attributes:
        path: the folder.
    """

    path: Path

    @classmethod
    def create(cls, path: str | Path, config: dict[str, Any]) -> "RunFolder":
        """Starts a run in a folder that holds none, and overwrites nothing.

        Args:
            path: the folder, made with its parents where they do not exist.
            config: everything that reproduces the run; written to config.json.

        Returns:
            The folder, with `samples/` and `checkpoints/` in it.

        Raises:
            UserError: the folder holds a run, or files by the names of a run's.
            ArtifactError: the folder cannot be written.
        """
        folder = cls(Path(path))
        with disk_errors(f"make the run folder {str(path)!r}", _CHOOSE):
            folder.path.mkdir(parents=True, exist_ok=True)
            folder._refuse_to_overwrite()
            remove_temporaries(folder.path)
            # Exclusive: of two runs that start in one folder at once, one is refused.
            try:
                data = json_bytes(config)
                write_atomic(folder.path / CONFIG, data, exclusive=True)
            except FileExistsError:
                raise folder._taken() from None
            folder.samples.mkdir(exist_ok=True)
            folder.checkpoints.mkdir(exist_ok=True)
        return folder

    @classmethod
    def open(cls, path: str | Path) -> "RunFolder":
        """Opens the folder of an existing run.

        Raises:
            UserError: there is no run, or its config.json is damaged.
        """
        folder = cls(Path(path))
        try:
            folder.config()
        except (FileNotFoundError, NotADirectoryError):
            raise UserError(
                f"no run in {str(path)!r}: {folder.path / CONFIG} does not exist. "
                "Name the folder of a run; a new run is started without --resume."
            ) from None
        return folder

    def config(self) -> dict[str, Any]:
        """Reads config.json.

        Raises:
            UserError: the file is damaged or unreadable.
        """
        file = self.path / CONFIG
        try:
            config = json.loads(file.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            raise  # `open` says that there is no run
        except OSError as error:
            raise UserError(f"cannot read {file}: {error.strerror}.") from error
        except ValueError as error:
            raise self._damaged(f"not JSON ({error})") from None
        if not isinstance(config, dict):
            raise self._damaged(f"a JSON {type(config).__name__}, not an object")
        return config

    @property
    def samples(self) -> Path:
        """The folder of sample pictures."""
        return self.path / "samples"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints; see `wgan_jax.artifacts.checkpoints`."""
        return self.path / "checkpoints"

    @property
    def best(self) -> Path:
        """The folder of the best checkpoint; see `wgan_jax.artifacts.best`."""
        return self.path / "best"

    @property
    def tensorboard(self) -> Path:
        """The folder of TensorBoard events."""
        return self.path / "tensorboard"

    @property
    def metrics(self) -> Path:
        """The file with one JSON object a logged step."""
        return self.path / "metrics.jsonl"

    @property
    def evaluations(self) -> Path:
        """The file with one JSON object a step whose samples were measured."""
        return self.path / "evaluations.jsonl"

    @property
    def evaluation(self) -> Path:
        """What `wgan_jax.evaluate` found."""
        return self.path / "evaluation.json"

    @property
    def environment(self) -> Path:
        """Where, on what data and in which versions the run was last started."""
        return self.path / "environment.json"

    @property
    def summary(self) -> Path:
        """Speed, versions and final metrics of the finished run."""
        return self.path / "summary.json"

    @property
    def report(self) -> Path:
        """The page for people."""
        return self.path / "report.html"

    def sample_path(self, step: int) -> Path:
        """Where the picture of a step goes; names sort in the order of the steps."""
        return self.samples / f"step-{step:08d}.png"

    @property
    def real_samples(self) -> Path:
        """The picture of real samples, in the layout of the generated ones."""
        return self.samples / "real.png"

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
        """Removes what a killed writer left unfinished.

        Call it before restoring when the run continues, never when only reading: the
        unfinished files of a live run look the same.

        Raises:
            ArtifactError: something cannot be removed or put back.
        """
        with disk_errors(f"clean up {str(self.path)!r}", "Mend its permissions."):
            remove_temporaries(self.path)
            remove_temporaries(self.samples)
            recover(self.checkpoints)
            recover(self.best)

    def _refuse_to_overwrite(self) -> None:
        if (self.path / CONFIG).exists():
            raise self._taken()
        # Empty folders hold nothing that could be lost.
        for name in _OWN_NAMES:
            path = self.path / name
            if path.is_file() or (path.is_dir() and any(path.iterdir())):
                raise UserError(
                    f"{str(self.path)!r} holds {name} but no {CONFIG}: it is not a run "
                    "that can be continued, and nothing in it is overwritten. Choose "
                    "another folder with --run-dir."
                )

    def _taken(self) -> UserError:
        return UserError(
            f"{str(self.path)!r} already holds a run, which is never overwritten. "
            "Continue it with --resume or choose another folder with --run-dir."
        )

    def _damaged(self, how: str) -> UserError:
        return UserError(
            f"{self.path / CONFIG} is damaged: it is {how}. Restore the file, or start "
            "a new run in another folder with --run-dir."
        )
