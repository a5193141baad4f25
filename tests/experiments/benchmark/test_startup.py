"""Start-up is read off a run folder from outside."""

from pathlib import Path

from experiments.benchmark import startup


def test_each_time_is_kept_when_it_is_first_seen(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(startup, "STEPS", 3)
    run_dir, stamps = tmp_path / "run", {}
    startup._watch(run_dir, stamps, 1.0)
    assert stamps == {}
    run_dir.mkdir()
    (run_dir / "config.json").write_text("{}")
    startup._watch(run_dir, stamps, 2.0)
    assert stamps == {"prepare_seconds": 2.0}
    metrics = run_dir / "metrics.jsonl"
    metrics.write_text('{"step": 1')  # a line that is still being written
    startup._watch(run_dir, stamps, 3.0)
    assert "first_step" not in stamps
    metrics.write_text('{"step": 1}\n{"step": 2}\n')
    startup._watch(run_dir, stamps, 4.0)
    metrics.write_text('{"step": 1}\n{"step": 2}\n{"step": 3}\n')
    startup._watch(run_dir, stamps, 5.0)
    startup._watch(run_dir, stamps, 6.0)
    expected = {"prepare_seconds": 2.0, "first_step": 4.0, "hundredth_step": 5.0}
    assert stamps == expected
