"""Where each artifact of a run is: names in its folder, and nothing of the disk."""

import re
from dataclasses import dataclass
from pathlib import Path

CONFIG = "config.json"
# What a run writes besides config.json.
OWN_NAMES = (
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
# The final names of what may be found unfinished, in the folder and in samples/.
FILES = re.compile("|".join(map(re.escape, (CONFIG, *OWN_NAMES, "probe"))))
PICTURES = re.compile(r"step-\d{8,}\.png|real\.png")


@dataclass(frozen=True)
class RunPaths:
    """The places in one run's folder.

    Attributes:
        path: the folder.
    """

    path: Path

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
