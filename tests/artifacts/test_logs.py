import json

import numpy as np
import pytest

from tests.events import events, table_of_runs
from wgan_jax.artifacts import row_file
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.log_reading import read_metrics
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.errors import UserError
from wgan_jax.files import ArtifactError


@pytest.fixture
def folder(tmp_path):
    return RunFolder.create(tmp_path / "run", {"seed": 0})


def rows(*steps):
    return [{"step": step, "critic_loss": np.float32(step / 10)} for step in steps]


def steps(folder):
    return [row["step"] for row in read_metrics(folder.metrics)]


def test_one_object_a_step_with_every_digit(folder):
    with MetricsLog(folder) as log:
        log.write(rows(1, 2))
        log.write(rows(3))
    lines = folder.metrics.read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3]
    assert np.float32(json.loads(lines[2])["critic_loss"]) == np.float32(0.3)
    assert read_metrics(folder.metrics) == [json.loads(line) for line in lines]


def test_rows_are_in_the_file_when_write_returns(folder):
    """What a checkpoint covers must be logged even if the next moment is a kill."""
    with MetricsLog(folder) as log:
        log.write(rows(1, 2))
        assert steps(folder) == [1, 2]
        assert (
            len([e for e in events(folder.tensorboard) if e.HasField("summary")]) == 2
        )


def test_tensorboard_is_told_once_how_a_metric_is_to_be_read(folder):
    with MetricsLog(folder, words={"critic_loss": "not W1"}) as log:
        log.write(rows(1, 2))
    told = {
        (event.step, value.tag): value.metadata.summary_description
        for event in events(folder.tensorboard)
        for value in event.summary.value
    }
    assert [key for key, text in told.items() if text] == [(1, "train/critic_loss")]
    assert told[1, "train/critic_loss"] == "not W1"


def test_a_figure_that_is_not_finite_is_null_and_says_nothing(folder, capfd):
    with MetricsLog(folder) as log:
        log.write([{"step": 1, "a": float("nan"), "b": np.float32("-inf")}])
    assert json.loads(folder.metrics.read_text()) == {"step": 1, "a": None, "b": None}
    assert capfd.readouterr() == ("", "")


def test_resume_leaves_every_step_exactly_once(folder):
    with MetricsLog(folder) as log:
        log.write(rows(*range(1, 8)))
    with folder.metrics.open("ab") as file:
        file.write(b'{"step": 8, "critic_l')
    with MetricsLog(folder, resume_step=5) as log:
        assert steps(folder) == [1, 2, 3, 4, 5]
        log.write(rows(6, 7, 8))
    assert steps(folder) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert folder.metrics.read_bytes().count(b"\n") == 8


def test_resume_keeps_the_kept_lines_byte_for_byte(folder):
    with MetricsLog(folder) as log:
        log.write([{"step": 1, "a": np.float32(0.1), "b": float("nan")}])
    before = folder.metrics.read_bytes()
    MetricsLog(folder, resume_step=1).close()
    assert folder.metrics.read_bytes() == before


def test_a_torn_line_without_a_checkpoint_behind_it(folder):
    folder.metrics.write_bytes(b'{"step": 1, "cri')
    assert read_metrics(folder.metrics) == []
    with MetricsLog(folder, resume_step=0) as log:
        log.write(rows(1))
    assert steps(folder) == [1]


def test_a_tail_of_zeros_after_a_power_cut_is_dropped(folder):
    folder.metrics.write_bytes(b'{"step": 1}\n' + bytes(40) + b"\n")
    assert read_metrics(folder.metrics) == [{"step": 1}]


def test_damage_before_the_last_line_is_named(folder):
    folder.metrics.write_text('{"step": 1}\n{"step": \n{"step": 3}\n')
    with pytest.raises(UserError, match=r"metrics\.jsonl is damaged in line 2"):
        MetricsLog(folder, resume_step=3)


def test_two_rows_in_one_line_are_damage(folder):
    """Rows are parsed together, where a comma would make two of one line."""
    folder.metrics.write_text('{"step": 1}, {"step": 2}\n{"step": 3}\n')
    with pytest.raises(UserError, match="damaged in line 1"):
        read_metrics(folder.metrics)
    folder.metrics.write_text('{"step": 1}\n[2]\n{"step": 3}\n')
    with pytest.raises(UserError, match="damaged in line 2"):
        read_metrics(folder.metrics)


def test_no_file_means_no_rows(tmp_path):
    assert read_metrics(tmp_path / "metrics.jsonl") == []


def test_tensorboard_shows_scalars_and_forgets_what_resume_cut_off(folder):
    with MetricsLog(folder) as log:
        log.write(rows(1, 2, 3))
    with MetricsLog(folder, resume_step=2) as log:
        log.write(rows(3))
    found = events(folder.tensorboard)
    starts = [e.step for e in found if e.HasField("session_log")]
    values = [(e.step, e.summary.value[0]) for e in found if e.HasField("summary")]
    assert starts == [3]  # TensorBoard drops every earlier event from this step on
    assert [step for step, _ in values] == [1, 2, 3, 3]
    assert values[0][1].tag == "train/critic_loss"
    assert values[0][1].simple_value == np.float32(0.1)


def test_tensorboard_shows_pictures(folder):
    image = np.zeros((6, 9, 3), np.uint8)
    with MetricsLog(folder) as log:
        log.add_image("samples", image, 7)
    (event,) = [e for e in events(folder.tensorboard) if e.HasField("summary")]
    (value,) = event.summary.value
    assert (event.step, value.tag) == (7, "samples")
    assert (value.image.height, value.image.width) == (6, 9)


def evaluation(step):
    return {"step": step, "weights": "raw", "count": 10, "modes": 8, "spread": None}


def test_evaluations_have_lines_and_scalars_of_their_own(folder):
    with MetricsLog(folder) as log:
        log.write(rows(1))
        assert not folder.evaluations.exists()
        log.write_evaluation(evaluation(1))
        assert read_metrics(folder.evaluations) == [evaluation(1)]
    values = [
        e.summary.value for e in events(folder.tensorboard) if e.HasField("summary")
    ]
    assert [[v.tag for v in value] for value in values] == [
        ["train/critic_loss"],
        ["eval/modes"],
    ]
    assert values[1][0].simple_value == 8
    assert len(read_metrics(folder.metrics)) == 1


def test_resume_leaves_every_evaluation_exactly_once(folder):
    with MetricsLog(folder) as log:
        for step in (2, 4, 6):
            log.write_evaluation(evaluation(step))
    with MetricsLog(folder, resume_step=4) as log:
        log.write_evaluation(evaluation(6))
    assert [row["step"] for row in read_metrics(folder.evaluations)] == [2, 4, 6]


def test_tensorboards_table_of_runs_has_options_and_metrics(folder):
    options = {"variant": "gp", "width": 64, "quiet": False, "margin": None}
    with MetricsLog(folder) as log:
        log.write_options(options, rows(7)[0], evaluation(7))
    told = table_of_runs(folder.tensorboard)
    assert {step for step, _ in told.values()} == {7}
    data = {name: content for name, (_, content) in told.items()}
    metrics = data["experiment"].experiment.metric_infos
    assert [info.name.tag for info in metrics] == ["eval/modes", "train/critic_loss"]
    shown = data["session_start_info"].session_start_info.hparams
    assert shown["variant"].string_value == "gp"
    assert (shown["width"].number_value, shown["quiet"].bool_value) == (64, False)
    assert set(shown) == {"variant", "width", "quiet"}
    assert "session_end_info" in data


def test_a_full_disk_is_a_clear_error_and_leaves_whole_lines(folder, monkeypatch):
    class Full:
        """A disk that takes three bytes of a line and then no more."""

        def __init__(self, file):
            self._file, self.taken = file, False

        def write(self, data):
            if self.taken:
                raise OSError(28, "No space left on device")
            self.taken = True
            return self._file.write(data[:3])

        def __getattr__(self, name):
            return getattr(self._file, name)

    with MetricsLog(folder) as log:
        log.write(rows(1))
        with monkeypatch.context() as patch:
            file = log._metrics._file
            patch.setattr(log._metrics, "_file", Full(file))
            with pytest.raises(ArtifactError, match="No space left on device"):
                log.write(rows(2))
        log.write(rows(3))
    assert steps(folder) == [1, 3]


def test_truncation_that_fails_keeps_the_file(folder, monkeypatch):
    with MetricsLog(folder) as log:
        log.write(rows(1, 2, 3))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(row_file.os, "truncate", full)
    with pytest.raises(ArtifactError, match="No space left on device"):
        MetricsLog(folder, resume_step=1)
    assert steps(folder) == [1, 2, 3]


def test_the_logs_close_when_the_run_fails(folder):
    log = MetricsLog(folder)

    def run():
        with log:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run()
    assert log._metrics._file.closed
