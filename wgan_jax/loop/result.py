"""What a run leaves at its end: summary, report, and the result in memory.

It writes through `artifacts` and computes nothing.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any, NamedTuple

from wgan_jax.artifacts import log_reading
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.artifacts.summary import Timing, write_summary
from wgan_jax.config import Config
from wgan_jax.errors import UserError, warn
from wgan_jax.loop.reporting import Reporter
from wgan_jax.loop.session import Session
from wgan_jax.loop.timing import DispatchTimer
from wgan_jax.training.state import TrainState


class RunResult(NamedTuple):
    """A finished run.

    Attributes:
        run_dir: its folder; None on hosts that do not write.
        config: as it ran, without blanks.
        state: the final train state, numpy leaves.
        summary: what summary.json holds; empty on hosts that do not write.
    """

    run_dir: Path | None
    config: Config
    state: TrainState
    summary: dict[str, Any]

    def __repr__(self) -> str:
        """What ran, where it is, and the last metrics, for a notebook."""
        what = f"{self.config.variant} on {self.config.dataset}"
        where = f" in {str(self.run_dir)!r}" if self.run_dir else ""
        return (
            f"RunResult({what}, step {int(self.state.step):,}{where}, "
            f"final metrics {self.summary.get('final_metrics', {})})"
        )


def write_result(
    session: Session,
    state: TrainState,
    timer: DispatchTimer,
    last_row: dict[str, Any],
    log: MetricsLog | None,
) -> RunResult:
    """Writes summary and report, and enters the run in TensorBoard's table.

    Args:
        session: the run.
        state: its final state, on the host.
        timer: what was measured.
        last_row: the last step's metrics; empty when no step was left to make.
        log: the run's; None on hosts that do not write.

    Returns:
        The result.
    """
    plan, folder = session.plan, session.folder
    if folder is None:
        return RunResult(None, plan.config, state, {})
    # A resume with no step left to make has logged nothing: the file still has it.
    final = last_row or log_reading.last_row(folder.metrics)
    path = write_summary(
        folder,
        steps=int(state.step),
        timing=_timing(session, timer),
        final_metrics=final,
        params={"generator": state.generator.params, "critic": state.critic.params},
        device_kind=plan.devices[0].device_kind,
        device_count=len(plan.devices),
    )
    if log is not None and final:
        options = dataclasses.asdict(plan.config)
        log.write_options(options, final, _last_evaluation(folder))
    Reporter().write(folder, last=True)
    return RunResult(folder.path, plan.config, state, json.loads(path.read_bytes()))


def _timing(session: Session, timer: DispatchTimer) -> Timing:
    elapsed = timer.elapsed()
    return Timing(
        wall_seconds=elapsed.wall_seconds,
        steps_per_second=elapsed.steps_per_second,
        first_step_seconds=timer.first_step_seconds,
        starts=elapsed.starts,
        resumed_from=session.start,
    )


def _last_evaluation(folder: RunFolder) -> dict[str, Any]:
    try:
        return log_reading.last_row(folder.evaluations)
    except UserError as error:  # others have touched it: the run is done all the same
        warn(str(error))
        return {}
