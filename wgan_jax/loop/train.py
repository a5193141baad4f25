"""The only room that drives: dispatch, log, sample, checkpoint, resume.

The device is never kept waiting: while a dispatch runs, the host logs the one before
it. What a step computes, how devices agree and what files look like is decided
elsewhere; here is only the order in which things happen.
"""

import contextlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wgan_jax import parallel
from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.artifacts.progress import Progress, progress
from wgan_jax.config import Config
from wgan_jax.data import Dataset, batch_indices
from wgan_jax.errors import DivergedError
from wgan_jax.loop.compilation_cache import kept_programs
from wgan_jax.loop.pictures import make_snapshot
from wgan_jax.loop.result import RunResult, finish
from wgan_jax.loop.session import Session, prepare
from wgan_jax.loop.signals import InterruptedRunError, Interrupts
from wgan_jax.loop.timing import Pace, capacity
from wgan_jax.parallel import hosts
from wgan_jax.training.dispatch import Dispatched
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState


def train(
    config: Config,
    data: Dataset | np.ndarray | None = None,
    recipe: Recipe | None = None,
) -> RunResult:
    """Trains to the end, or continues a run.

    Args:
        config: what to train; blanks are filled in from the presets.
        data: samples to use instead of the dataset that the config names: a `Dataset`,
            uint8 images [N, H, W, C] or points [N, d].
        recipe: parts to use instead of those that the config names.

    Returns:
        The run folder, the config without blanks, the final state and the summary.

    Raises:
        UserError: for whatever the user can mend, before or during the run.
        DivergedError: when a loss or a parameter is not finite.
        InterruptedRunError: on SIGINT or SIGTERM, after a checkpoint was written.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(kept_programs(config.compilation_cache))
        session = prepare(config, data, recipe)
        log = None
        if session.folder is not None:
            resume_step = session.start if session.resumed else None
            log = stack.enter_context(MetricsLog(session.folder, resume_step))
        bar = stack.enter_context(
            progress(session.config.steps, session.start, quiet=_silent(session))
        )
        interrupts = stack.enter_context(Interrupts(quiet=_silent(session)))
        with hosts.host_errors():
            drive = Drive(session, log, bar, interrupts)
            drive.to_the_end()
            return finish(session, drive.host_state(), drive.pace, drive.last_row)


def _silent(session: Session) -> bool:
    return session.config.quiet or session.folder is None


def _is_finite(row: dict[str, Any]) -> bool:
    return bool(np.isfinite(list(row.values())).all())


class Launched(NamedTuple):
    """A dispatch whose results have not been looked at yet."""

    start: int
    length: int
    results: Dispatched


class Drive:
    """One run in motion; its state lives on the devices, donated at each dispatch."""

    def __init__(
        self,
        session: Session,
        log: MetricsLog | None,
        bar: Progress,
        interrupts: Interrupts,
    ) -> None:
        """Puts state and data on the devices."""
        config, devices = session.config, session.devices
        self._session, self._log, self._bar = session, log, bar
        self._interrupts, self._signal = interrupts, 0
        self.pace = Pace(config.steps_per_dispatch)
        self.last_row: dict[str, Any] = {}
        self._step = session.start
        self._capacity = capacity(config.steps_per_dispatch)
        self._data = parallel.replicate(session.dataset.train, devices)
        self._state = parallel.replicate(session.state, devices)
        self._snapshot = make_snapshot(
            session.recipe, session.dataset, session.keys.sample
        )

    def to_the_end(self) -> None:
        """Makes every step that is left, with everything that is due on the way."""
        waiting: Launched | None = None
        while self._step < self._session.config.steps:
            launched = self._launch()
            if waiting is not None:
                self._account(waiting)
            waiting = launched
            if self._is_due() or self._signal:
                self._account(waiting)
                waiting = None
                self._write_what_is_due()
                self.pace.pause()
            if self._signal and self._step < self._session.config.steps:
                self._leave()

    def host_state(self) -> TrainState:
        """Fetches the state; waits for the devices."""
        return parallel.first(self._state)

    def _launch(self) -> Launched:
        session, start = self._session, self._step
        length = min(self.pace.length, self._next_due() - start)
        notes = [self._interrupts.received, self.pace.wish]
        results = session.program(
            self._state,
            session.keys.train,
            self._data,
            self._indices(start, length),
            session.schedule.counts(start, self._capacity),
            np.int32(length),
            parallel.notes(notes, session.devices),
        )
        self._state, self._step = results.state, start + length
        return Launched(start, length, results)

    def _indices(self, start: int, length: int) -> np.ndarray:
        """Which samples the steps read: int32 [capacity, n, B], 0 where no step is."""
        schedule, config = self._session.schedule, self._session.config
        batch, size = config.batch_size or 0, len(self._session.dataset.train)
        indices = np.zeros((self._capacity, schedule.most, batch), np.int32)
        for t, step in enumerate(range(start, start + length)):
            first = schedule.updates_before(step)
            updates = schedule.updates_before(step + 1) - first
            shape = (updates, batch)
            position = first * batch
            indices[t, :updates] = batch_indices(config.seed, size, position, shape)
        return indices

    def _next_due(self) -> int:
        config = self._session.config
        every = [e for e in (config.sample_every, config.checkpoint_every) if e]
        following = [self._step - self._step % e + e for e in every]
        return min([config.steps, *following])

    def _is_due(self) -> bool:
        config, step = self._session.config, self._step
        every = (config.sample_every, config.checkpoint_every)
        return step == config.steps or any(e and step % e == 0 for e in every)

    def _account(self, launched: Launched) -> None:
        """Waits for a dispatch, logs it, and stops the run if it went wrong."""
        metrics = parallel.first(launched.results.metrics)
        finite = parallel.first(launched.results.finite)
        signal, wish = parallel.first(launched.results.notes)
        self.pace.finished(launched.length, int(wish))
        self._signal = self._signal or int(signal)
        steps = range(launched.start + 1, launched.start + launched.length + 1)
        rows = [
            {"step": step}
            | {name: float(values[t]) for name, values in metrics.items()}
            for t, step in enumerate(steps)
        ]
        bad = next((row for row in rows if not _is_finite(row)), None)
        self._log_rows(rows[: rows.index(bad) + 1] if bad else rows)
        if bad:
            name = next(n for n, value in bad.items() if not np.isfinite(value))
            raise self._diverged(f"step {bad['step']}: {name} is {bad[name]}")
        for name, is_finite in finite.items():
            if not is_finite:
                where = f"steps {steps[0]} to {steps[-1]}"
                raise self._diverged(
                    f"{where}: parameters of the {name} are not finite"
                )

    def _log_rows(self, rows: list[dict[str, Any]]) -> None:
        config = self._session.config
        self.last_row = rows[-1]
        due = [
            row
            for row in rows
            if row["step"] % config.log_every == 0 or row["step"] == config.steps
        ]
        if self._log is not None and due:
            self._log.write(due)
        self._bar.update(self.last_row["step"], self.last_row)

    def _diverged(self, what: str) -> DivergedError:
        folder = self._session.folder
        steps = checkpoints.list_steps(folder.checkpoints) if folder else []
        advice = "No checkpoint was written. Start again with smaller learning rates."
        if folder and steps:
            advice = (
                f"The last good checkpoint is step {steps[-1]} in "
                f"{folder.checkpoints}. Going on from it with --resume meets the same "
                "numbers again; start a new run with smaller learning rates."
            )
        return DivergedError(f"training diverged at {what}. {advice}")

    def _write_what_is_due(self) -> None:
        config, step = self._session.config, self._step
        last = step == config.steps
        if self._session.folder is None:
            return
        due = config.checkpoint_every and step % config.checkpoint_every == 0
        if last or due or self._signal:
            self._save()
        # After the checkpoint: a picture that fails loses nothing that was learned.
        if config.sample_every and (last or step % config.sample_every == 0):
            self._draw(self._session.folder)

    def _draw(self, folder: RunFolder) -> None:
        assert self._log is not None
        self._snapshot(parallel.first(self._state), folder, self._log)

    def _save(self) -> Path:
        folder = self._session.folder
        assert folder is not None
        state, keep = self.host_state(), self._session.config.keep
        return checkpoints.save(folder.checkpoints, int(state.step), state, keep=keep)

    def _leave(self) -> None:
        folder = self._session.folder
        raise InterruptedRunError(
            f"interrupted at step {self._step}. A checkpoint is in "
            f"{folder.checkpoints if folder else 'the run folder of the first host'}; "
            "continue with --resume.",
            exit_code=128 + self._signal,
        )
