"""What a run leaves at its end: summary, report, and the result in memory.

It writes through `artifacts` and computes nothing.
"""

from pathlib import Path
from typing import Any, NamedTuple

from wgan_jax.config import Config
from wgan_jax.loop.session import Session
from wgan_jax.loop.timing import Pace
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


def finish(
    session: Session, state: TrainState, pace: Pace, last_row: dict[str, Any]
) -> RunResult:
    """Writes summary and report.

    Args:
        session: the run.
        state: its final state, on the host.
        pace: what was measured.
        last_row: the last step's metrics; empty when no step was left to make.

    Returns:
        The result.
    """
    folder = session.folder
    if folder is None:
        return RunResult(None, session.config, state, {})
    import json

    from wgan_jax.artifacts.logs import read_metrics
    from wgan_jax.artifacts.report import write_report
    from wgan_jax.artifacts.summary import write_summary

    path = write_summary(
        folder,
        steps=int(state.step),
        start_step=session.start,
        wall_seconds=pace.wall_seconds,
        steps_per_second=pace.steps_per_second,
        first_step_seconds=pace.first_step_seconds,
        final_metrics=last_row or (read_metrics(folder.metrics) or [{}])[-1],
        params={"generator": state.generator.params, "critic": state.critic.params},
        device_kind=session.devices[0].device_kind,
        device_count=len(session.devices),
    )
    write_report(folder)
    return RunResult(folder.path, session.config, state, json.loads(path.read_text()))
