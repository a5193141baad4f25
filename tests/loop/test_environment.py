"""What is recorded beside a run: environment.json and the sources of its values."""

import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

import wgan_jax
from tests.runs import own_run, points, tiny_run
from tests.test_api import recipe
from wgan_jax.loop.environment import commit, cpu_name


def record(run_dir, name="environment"):
    return json.loads((run_dir / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    run_dir = tmp_path_factory.mktemp("environment") / "run"
    wgan_jax.train(tiny_run(run_dir, dataset="ring8", variant="gp", steps=2))
    return run_dir


def test_the_environment_of_a_start_is_recorded(run):
    found = record(run)
    since = datetime.now(UTC) - datetime.fromisoformat(found["started"])
    assert timedelta(0) <= since < timedelta(minutes=10)
    # toy of width 8: 2 -> 8 -> 8 -> 8 -> 2 or 1, kernels and biases.
    hidden = 2 * 8 + 8 + 2 * (8 * 8 + 8)
    assert found["parameters"] == {
        "generator": hidden + 8 * 2 + 2,
        "critic": hidden + 8 + 1,
    }
    data = found["dataset"]
    assert data.pop("source").startswith("drawn from a fixed seed")
    assert data == {"name": "ring8", "train": 100_000, "test": 10_000, "shape": [2]}
    assert (found["device_kind"], found["device_count"]) == ("cpu", 1)
    assert found["versions"]["jax"]
    assert found["host"]
    assert found["cpu"]


def test_sources_stand_in_config_json_and_follow_a_resumed_run(run):
    before = record(run, "config")["sources"]
    assert before["width"] == before["steps"] == before["variant"] == "given"
    assert before["beta1"] == "preset: Gulrajani et al. 2017, gan_toy.py"
    assert before["quiet"] == before["resume"] == "default"
    started = record(run)["started"]
    wgan_jax.resume(run, steps=3, log_every=3, quiet=True)
    after = record(run, "config")["sources"]
    assert after == {**before, "log_every": "given"}
    assert record(run)["started"] >= started


def test_a_run_without_the_record_goes_on_without_it(tmp_path):
    wgan_jax.train(tiny_run(tmp_path / "old", dataset="ring8", steps=2))
    old = record(tmp_path / "old", "config")
    del old["sources"]
    (tmp_path / "old" / "config.json").write_text(json.dumps(old))
    result = wgan_jax.resume(tmp_path / "old", steps=4, quiet=True)
    assert int(result.state.step) == 4
    assert "sources" not in record(tmp_path / "old", "config")


def test_what_a_recipe_decides_is_given(tmp_path):
    wgan_jax.train(own_run(tmp_path / "run", steps=1), points(), recipe())
    found = record(tmp_path / "run", "config")["sources"]
    assert found["variant"] == found["n_critic"] == found["dataset"] == "given"
    assert "beta1" not in found
    assert record(tmp_path / "run")["dataset"]["train"] == 50


def test_the_commit_is_that_of_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert commit() is None
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    log = [*git, "log", "--format=%H"]
    head = subprocess.run(log, capture_output=True, text=True, check=True).stdout
    assert commit() == head.strip()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit() is None


def test_a_processor_without_a_model_name_is_its_architecture(tmp_path):
    (tmp_path / "arm").write_text("processor : 0\nBogoMIPS : 50\n")
    (tmp_path / "x86").write_text("processor : 0\nmodel name\t: Fast CPU 3\nx : y\n")
    assert cpu_name(tmp_path / "x86") == "Fast CPU 3"
    assert cpu_name(tmp_path / "arm") == cpu_name(tmp_path / "none") != ""
