"""The experiments by name, in the order in which they tell the story.

One row an experiment. Its module has `FULL` and `QUICK` (sizes, and the tolerances that
depend on them), `run(settings) -> Result`, which touches no file, and
`draw(result, path)`. Modules are imported when they are run.
"""

import importlib
from pathlib import Path
from typing import Any, Protocol, cast

from experiments.theory.claims import Result


class Experiment(Protocol):
    """What a module of an experiment offers."""

    FULL: Any
    QUICK: Any

    def run(self, settings: Any) -> Result:
        """Measures."""
        ...

    def draw(self, result: Result, path: Path) -> None:
        """Draws what was measured."""
        ...


# Name -> the question, in one line.
EXPERIMENTS = {
    "log2": "What do the divergences say of two parallel lines that never touch?",
    "manifolds": "Can a critic tell two curves apart perfectly?",
    "vanishing": "Does the generator's gradient vanish as the critic gets better?",
    "cauchy": "How noisy is the gradient of -log D?",
    "plan": "What does it cost to move one pile of earth onto another?",
    "duality": "Is the best plan worth as much as the best critic?",
    "loss-quality": "Does the critic's number say how good the samples are?",
    "clipping": "What does clipping do to a critic, and what do penalties do?",
    "normalization": "Is a gradient-normalised critic 1-Lipschitz?",
    "energy": "Which distance does EBGAN minimise?",
    "least-squares": "Does LSGAN cure the vanishing gradient?",
    "mode-collapse": "Which members find every mode of a mixture?",
}


def load_experiment(name: str) -> Experiment:
    """Imports the module of an experiment.

    Args:
        name: a key of `EXPERIMENTS`.
    """
    module = name.replace("-", "_")
    return cast(Experiment, importlib.import_module(f"experiments.theory.{module}"))
