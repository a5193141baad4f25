"""The loop: launch, account for the launch before, and do what is due.

The device is never kept waiting: while a dispatch runs, the host logs the one before
it, so every metric is one dispatch late on its way to the log. What a step computes,
how devices agree and what files look like is decided elsewhere; here is only the order
in which things happen.
"""

import contextlib
import dataclasses
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax

from wgan_jax import parallel
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.artifacts.progress import Progress, progress
from wgan_jax.config import FIELDS, Config
from wgan_jax.constraints.estimate import metric_words
from wgan_jax.data import Dataset
from wgan_jax.errors import InterruptedRunError, UserError, unknown_name
from wgan_jax.loop import messages
from wgan_jax.loop.compilation_cache import use_compilation_cache
from wgan_jax.loop.diagnosis import HingeWatch, warn_of_idle_steps
from wgan_jax.loop.duties import Duties
from wgan_jax.loop.engine import Engine, InFlight
from wgan_jax.loop.result import RunResult, write_result
from wgan_jax.loop.resume import given_fields
from wgan_jax.loop.rows import Row, first_divergence, rows_of
from wgan_jax.loop.session import Session, open_config, prepare
from wgan_jax.loop.signals import SignalHandler
from wgan_jax.loop.timing import DispatchTimer
from wgan_jax.parallel import watch
from wgan_jax.training.recipe import Recipe


def train(
    config: Config,
    data: Dataset | Any = None,
    recipe: Recipe | None = None,
) -> RunResult:
    """Trains to the end, or continues a run.

    Args:
        config: what to train; blanks are filled in from the presets. With `resume` the
            fields that differ from their defaults are changes to the stored run, as in
            `resume`.
        data: samples to use instead of the dataset that the config names: a `Dataset`,
            uint8 images [N, H, W, C] or points [N, d].
        recipe: parts to use instead of those that the config names.

    Returns:
        The run folder, the config without blanks, the final state and the summary.

    Raises:
        UserError: for whatever the user can mend, before or during the run.
        DivergedError: when a loss or a parameter is not finite.
        InterruptedRunError: on SIGINT or SIGTERM, after a checkpoint was written.
        LostHostError: when another host was lost and the collective said so. One that
            fell silent ends this process with exit code 4: no program can be left.
    """
    return train_given(given_fields(config), data, recipe)


def resume(
    run_dir: str | Path,
    data: Dataset | Any = None,
    recipe: Recipe | None = None,
    **changes: Any,
) -> RunResult:
    """Continues a run from its newest whole checkpoint.

    Args:
        run_dir: its folder.
        data: the samples that it was trained on, if they were your own.
        recipe: the parts that it was trained with, if they were your own.
        **changes: fields of `Config` to change, such as steps; those that the numbers
            depend on are refused.

    Returns:
        As `train`; the parameters are those of a run that never stopped, bit for bit.

    Raises:
        UserError: no such run, an unknown or forbidden change (`resume` among them), no
            whole checkpoint.
        DivergedError: as `train`.
        InterruptedRunError: as `train`.
    """
    for name in changes:
        if name not in FIELDS:
            raise unknown_name("option", name, FIELDS)
    if not changes.pop("resume", True):
        raise UserError(
            "resume is False, but continuing a run is what this function does: leave "
            "it out, or start a new run with wgan_jax.train."
        )
    given = {**changes, "run_dir": str(run_dir), "resume": True}
    return train_given(given, data, recipe)


def train_given(
    given: Mapping[str, Any],
    data: Dataset | Any = None,
    recipe: Recipe | None = None,
) -> RunResult:
    """Trains or continues a run from the fields that were given; see `train`."""
    began = time.perf_counter()
    with contextlib.ExitStack() as stack:
        config, data = open_config(given, data, recipe)
        stack.enter_context(watch.fail_together())
        # Every number is looked at here, which names step and quantity: JAX's own check
        # (JAX_DEBUG_NANS) would come first, with neither.
        stack.enter_context(jax.debug_nans(False))
        stack.enter_context(jax.debug_infs(False))
        # Before anything compiles, and off again when the run is over.
        cache, devices = config.compilation_cache, config.devices
        stack.enter_context(use_compilation_cache(cache, devices))
        named = [name for name, value in given.items() if value is not None]
        session = prepare(config, data, recipe, named, stack)
        config, log = session.plan.config, None
        quiet = config.quiet or session.folder is None
        if session.folder is not None:
            warn_of_idle_steps(config)
            resume_step = session.start if session.resumed else None
            words = metric_words(dataclasses.asdict(config))
            log = MetricsLog(session.folder, resume_step, words, session.logged)
            stack.enter_context(log)
        bar = stack.enter_context(progress(config.steps, session.start, quiet=quiet))
        # Last: whoever interrupts before this has no checkpoint to lose.
        signals = stack.enter_context(SignalHandler(quiet=quiet))
        timer = DispatchTimer(
            config.steps_per_dispatch, session.elapsed, began, session.plan.max_steps
        )
        with watch.host_errors():
            loop = TrainLoop(session, log, bar, signals, timer)
            loop.run()
            state = loop.engine.host_state()
            return write_result(session, state, timer, loop.last_row, log)


class TrainLoop:
    """Drives an engine to the last step, with everything that is due on the way.

    Attributes:
        engine: the state, on the devices.
        last_row: the metrics of the last step accounted for; {} before there is one.
    """

    def __init__(
        self,
        session: Session,
        log: MetricsLog | None,
        bar: Progress,
        signals: SignalHandler,
        timer: DispatchTimer,
    ) -> None:
        """Puts state and data on the devices."""
        plan = session.plan
        self._session, self._config = session, plan.config
        self._log, self._bar = log, bar
        self._signals, self._timer = signals, timer
        self._stop_signal = 0  # agreed by all hosts, one dispatch after it came
        self._duties = Duties(session, log)
        self._hinge = HingeWatch(plan.config.margin)
        self.engine = Engine(plan, session.state, session.program)
        self.last_row: Row = {}

    def run(self) -> None:
        """Makes every step that is left."""
        self._duties.begin()
        waiting: InFlight | None = None
        while self.engine.step < self._config.steps:
            # The next dispatch runs while the host waits for, and logs, the one before:
            # a run that logs is as fast as one that does not.
            launched = self._launch()
            if waiting is not None:
                self._collect(waiting)
                self._show_progress()
            waiting = launched
            # What is due needs this very step: rows first, then the checkpoint, so that
            # a checkpoint never stands without the rows up to its step.
            if any(self._duties.cadence.due(self.engine.step)) or self._stop_signal:
                self._collect(waiting)
                waiting = None
                self._do_what_is_due()
                self._show_progress()
                self._timer.pause()
            if self._stop_signal and self.engine.step < self._config.steps:
                raise self._interrupted()

    def _launch(self) -> InFlight:
        step = self.engine.step
        length = min(self._timer.length, self._duties.cadence.next_stop(step) - step)
        # Both have to be the same on all hosts; the dispatch takes the maximum.
        flags = (self._signals.received, self._timer.proposed_length)
        try:
            return self.engine.launch(length, flags)
        except jax.errors.JaxRuntimeError:
            # A shell's Ctrl-C ends the assembler that XLA started for a GPU, too: then
            # there is no program, and the state is still the one to start from.
            begun = step > self._session.start or jax.process_count() > 1
            if begun or not self._signals.received:
                raise
        self._stop_signal = self._signals.received
        self._do_what_is_due()
        raise self._interrupted()

    def _interrupted(self) -> InterruptedRunError:
        plan, folder = self._session.plan, self._session.folder
        return messages.interrupted(plan, folder, self.engine.step, self._stop_signal)

    def _collect(self, launched: InFlight) -> None:
        """Waits for a dispatch, logs it, and stops the run if it went wrong."""
        results = launched.results
        metrics, finite = parallel.fetch((results.metrics, results.finite))
        signal, length = parallel.fetch(results.host_flags)
        self._timer.finished(launched.length, int(length))
        # Agreed on in the dispatch that is collected: all hosts stop at the same step.
        self._stop_signal = self._stop_signal or int(signal)
        rows = rows_of(launched.start, launched.length, metrics)
        good, problem = first_divergence(rows, finite)
        if self._session.withdrawal is not None:
            self._session.withdrawal.call_off()
        self._log_rows(good, diverged=problem is not None)
        if problem:
            self._duties.report(self._timer.elapsed())
            plan, folder = self._session.plan, self._session.folder
            raise messages.diverged(plan, folder, problem)

    def _log_rows(self, rows: list[Row], *, diverged: bool) -> None:
        config = self._config
        self.last_row = rows[-1]
        last = rows[-1]["step"] if diverged else config.steps
        every = config.log_every
        due = [r for r in rows if r["step"] % every == 0 or r["step"] == last]
        if self._log is not None and due:
            self._log.write(due)
        if self._session.folder is not None:
            self._hinge.look(rows)

    def _show_progress(self) -> None:
        shown = self.last_row | self._duties.measured
        self._bar.update(self.last_row["step"], shown)

    def _do_what_is_due(self) -> None:
        if self._session.folder is None:
            return
        state, stopping = self.engine.host_state(), self._stop_signal != 0
        self._duties.do(state, self._timer.elapsed(), stopping=stopping)
