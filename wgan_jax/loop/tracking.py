"""How good the samples are while a run trains: a row at every K-th step, and the best.

What is measured is decided before training, see `measurements`. Measuring reads the
state and draws latents of its own, so that training gives the same bits with it and
without it. Of several hosts the first one measures.
"""

import math
from typing import Any

from wgan_jax.artifacts.best import is_better, read_best, save_best
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.log_reading import read_lines
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.errors import warn
from wgan_jax.loop.evaluation.measure import measure, sample_like
from wgan_jax.loop.evaluation.measurements import training_rows
from wgan_jax.loop.evaluation.reference import (
    Reference,
    largest_count,
    make_reference,
    open_features,
    title_of,
)
from wgan_jax.loop.plan import Plan
from wgan_jax.loop.trained.trained import Trained
from wgan_jax.metrics.registry import quantities
from wgan_jax.training.state import TrainState

POINTS = 1000  # an exact W1 in .2 s; 2,000 take more than a second
IMAGES = 10_000
SEED = 0  # of every run: all are compared with the same real samples


class Tracker:
    """Measures the samples of one run.

    Attributes:
        shown: the headline metrics of the last measurement, for the progress line.
    """

    def __init__(self, plan: Plan, state: TrainState, folder: RunFolder) -> None:
        """Reads which checkpoint was the best so far.

        Args:
            plan: what the run consists of.
            state: any state of it.
            folder: its folder.
        """
        self.shown: dict[str, float] = {}
        self._folder, self._dataset = folder, plan.dataset
        self._metric = plan.config.best
        self._rows = training_rows(plan.dataset, plan.num_classes is not None)
        shape = plan.dataset.sample_shape
        self._trained = Trained(plan.config, plan.recipe, state, shape)
        self._reference: Reference | None = None  # made when it is first needed
        self._best = None if self._metric is None else read_best(folder.best, warn)
        if self._best is not None and self._best.metric != self._metric:
            warn(
                f"{folder.best} holds the best by {self._best.metric}, which the first "
                f"measurement replaces by the best by {self._metric} from there on"
            )

    def measure_once(self, state: TrainState, log: MetricsLog) -> None:
        """Measures a state that a run goes on from, unless that was done before."""
        step = int(state.step)
        measured = {line.row["step"] for line in read_lines(self._folder.evaluations)}
        if step and step not in measured:
            self.measure(state, log)

    def measure(self, state: TrainState, log: MetricsLog) -> None:
        """Measures a state's samples, logs them, and keeps the state if it is the best.

        Args:
            state: on the host.
            log: where the row goes.
        """
        reference = self._open_reference()
        self._trained = self._trained.with_state(state)
        weights, count = self._trained.weights_name(), reference.count
        fake = sample_like(self._trained, reference, SEED, weights)
        compared = reference.compared_with(fake)
        values, missing = measure(compared, reference.offered, self._rows)
        for name, problem in missing.items():
            warn(f"{name} of step {int(state.step)} was not measured: {problem}")
        # Before the row: what a kill cuts off here is measured again on resume.
        self._keep_best(state, values)
        row: dict[str, Any] = {"step": int(state.step), "weights": weights}
        log.write_evaluation(row | {"count": count} | values)
        self.shown = self._shown(values)

    def _open_reference(self) -> Reference:
        if self._reference is None:
            data = self._dataset
            wanted = IMAGES if data.image_shape else POINTS
            count = min(wanted, largest_count(data))
            net = open_features(data)
            asked = self._trained.num_classes is not None
            self._reference = make_reference(data, count, SEED, net, asked)
        return self._reference

    def _keep_best(self, state: TrainState, values: dict[str, float]) -> None:
        metric, old = self._metric, self._best
        if metric is None or not math.isfinite(values.get(metric, math.nan)):
            return
        value, direction = values[metric], quantities()[metric].better
        same = old if old is not None and old.metric == metric else None
        if same is not None and not is_better(value, same.value, direction):
            return
        before, step = old.step if old else None, int(state.step)
        self._best = save_best(self._folder.best, step, state, metric, value, before)

    def _shown(self, values: dict[str, float]) -> dict[str, float]:
        reference = self._open_reference()
        first = [row.quantities[0] for row in self._rows if row.headline]
        return {
            title_of(reference.net) or quantity.title: values[quantity.name]
            for quantity in first
            if quantity.name in values
        }
