"""What a run does at the steps where something is due: save, measure, draw, report.

The first host alone does it; when it is due is the same on all hosts, because it
decides the lengths of their dispatches. It reads states and changes none.
"""

from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.loop.cadence import Cadence
from wgan_jax.loop.pictures import make_painter, paint_real
from wgan_jax.loop.reporting import Reporter
from wgan_jax.loop.session import Session
from wgan_jax.loop.stored_config import deciding
from wgan_jax.loop.timing import Elapsed
from wgan_jax.loop.tracking import Tracker
from wgan_jax.places import status
from wgan_jax.training.state import TrainState


class Duties:
    """The regular work of one run besides training.

    Attributes:
        cadence: when it is due.
    """

    def __init__(self, session: Session, log: MetricsLog | None) -> None:
        """Builds what draws and measures; programs compile when they are first used.

        Args:
            session: the run.
            log: its logs; None on hosts that do not write.
        """
        plan, config = session.plan, session.plan.config
        self.cadence = Cadence(
            config.steps,
            config.sample_every,
            config.checkpoint_every,
            config.evaluate_every or 0,
        )
        self._session, self._log, self._tracker = session, log, None
        self._reporter = Reporter()
        self._paint = make_painter(
            plan.recipe, plan.dataset, plan.keys.sample, config.variant
        )
        if session.folder is not None and config.evaluate_every:
            self._tracker = Tracker(plan, session.state, session.folder)

    @property
    def measured(self) -> dict[str, float]:
        """What was last measured of the samples, for the line of progress."""
        return {} if self._tracker is None else self._tracker.shown

    def begin(self) -> None:
        """Draws real samples and the state that the run starts from.

        Of a run that is resumed they exist, and its samples were measured, unless it
        was killed right after the checkpoint.
        """
        session, log = self._session, self._log
        if session.folder is None or log is None:
            return
        due = self.cadence.due(session.start)
        if session.resumed and due.evaluation and self._tracker is not None:
            self._tracker.measure_once(session.state, log)
        if session.plan.config.sample_every:
            plan = session.plan
            paint_real(plan.dataset, session.folder, plan.num_classes)
        if due.sample and not status(session.folder.sample_path(session.start)):
            self._paint(session.state, session.folder, log)
        self._reporter.write(session.folder)

    def do(self, state: TrainState, elapsed: Elapsed, *, stopping: bool) -> None:
        """Does what is due at a step.

        Args:
            state: after the step, on the host.
            elapsed: what the run took until here, to be kept with the checkpoint.
            stopping: whether the run stops here, so that a checkpoint is needed.
        """
        folder, log, step = self._session.folder, self._log, int(state.step)
        if folder is None or log is None:
            return
        due = self.cadence.due(step)
        # Saved first: what fails after that loses nothing that was learned.
        if due.checkpoint or stopping:
            config = self._session.plan.config
            extra = {
                "elapsed": elapsed._asdict(),
                "config": deciding(config),
                "rows": log.rows,
            }
            log.sync()
            checkpoints.save(
                folder.checkpoints, step, state, keep=config.keep, extra=extra
            )
        if due.evaluation and self._tracker is not None:
            self._tracker.measure(state, log)
        if due.sample:
            self._paint(state, folder, log)
        if stopping:
            self.report(elapsed)
        # The end writes the last page, with the summary.
        elif step < self.cadence.total and (due.sample or due.evaluation):
            self._reporter.write(folder, elapsed)

    def report(self, elapsed: Elapsed) -> None:
        """Writes the page of a run that ends before its last step.

        Args:
            elapsed: what the run took until here.
        """
        if self._session.folder is not None:
            self._reporter.write(self._session.folder, elapsed, last=True)
