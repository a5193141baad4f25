"""The page of a run under way: there in time, and never at the run's cost."""

import pytest

from tests.runs import points, rows, sha, summary, tiny_run, train
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.loop import reporting
from wgan_jax.loop.reporting import Reporter
from wgan_jax.loop.timing import Elapsed


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("reporting") / "run"
    return RunFolder.create(path, {"variant": "gn", "steps": 10})


def test_a_page_is_written_at_every_picture_and_at_the_end(tmp_path, monkeypatch):
    run_dir, seen = tmp_path / "run", []
    write = reporting.write_report

    def spy(folder, elapsed):
        drawn = sorted(p.name for p in folder.samples.glob("step-*"))
        seen.append((len(rows(run_dir)), len(drawn), elapsed is None))
        return write(folder, elapsed)

    monkeypatch.setattr(reporting, "write_report", spy)
    train(tiny_run(run_dir, steps=6, sample_every=2, keep=1), points())
    assert seen == [(0, 1, True), (2, 2, False), (4, 3, False), (6, 4, True)]
    assert summary(run_dir)["params_sha256"] in (run_dir / "report.html").read_text()


def test_a_page_that_fails_stops_nothing_and_is_said_once(
    tmp_path, monkeypatch, capsys
):
    def fail(*_):
        raise RuntimeError("no paper")

    train(tiny_run(tmp_path / "good", steps=4), points())
    monkeypatch.setattr(reporting, "write_report", fail)
    run_dir = tmp_path / "run"
    train(tiny_run(run_dir, steps=4, sample_every=1, checkpoint_every=2), points())
    assert sha(run_dir) == sha(tmp_path / "good")
    assert len(list((run_dir / "checkpoints").iterdir())) == 2
    message = capsys.readouterr().err
    assert "report.html was not written (no paper)" in message
    # Once while it trains, once at its end.
    assert message.count("warning") == 2


class Clock:
    """Every page takes `seconds`."""

    def __init__(self, monkeypatch, seconds):
        self.now, self.written = 1000.0, 0

        def write(*_):
            self.written += 1
            self.now += seconds

        monkeypatch.setattr(reporting, "write_report", write)

    def __call__(self):
        return self.now


def test_an_expensive_page_takes_a_small_share_of_the_time(folder, monkeypatch):
    clock = Clock(monkeypatch, seconds=2.0)
    reporter = Reporter(clock)
    for _ in range(100):
        reporter.write(folder)
        clock.now += 5.0
    # One at once, and then one whenever forty seconds have gone by.
    assert clock.written == 13
    reporter.write(folder, last=True)
    reporter.write(folder, last=True)
    assert clock.written == 15


def test_a_cheap_page_is_written_whenever_it_is_asked_for(folder, monkeypatch):
    clock = Clock(monkeypatch, seconds=0.9 * reporting.CHEAP_SECONDS)
    reporter = Reporter(clock)
    for _ in range(10):
        reporter.write(folder)
    assert clock.written == 10


def test_time_and_speed_of_all_starts_are_on_the_page(folder):
    elapsed = Elapsed(wall_seconds=125.0, timed_steps=50, timed_seconds=4.0, starts=3)
    Reporter().write(folder, elapsed)
    page = folder.report.read_text()
    assert "<dd>2m05s</dd>" in page
    assert "<dd>12.5</dd>" in page
    assert "in 3 starts" in page
