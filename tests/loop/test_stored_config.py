"""What `--show-config` shows, of a run to come and of one that goes on."""

import dataclasses
import json
import subprocess
import sys
from typing import Any

import pytest

from wgan_jax import Config, resolve
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.config.samples import known_samples
from wgan_jax.config.sources import sources_of
from wgan_jax.errors import UserError
from wgan_jax.loop.stored_config import merge_resumed, read_stored, show_config
from wgan_jax.run import main


def table(text):
    """field -> (value, source), by the columns that the head names."""
    head, *lines = text.splitlines()
    value, source = head.index("value"), head.index("source")
    return {
        line[:value].strip(): (line[value:source].strip(), line[source:])
        for line in lines
    }


def test_a_run_to_come_is_shown_with_its_sources():
    shown = table(show_config({"variant": "gp", "dataset": "digits", "n_critic": 2}))
    assert shown["n_critic"] == ("2", "given")
    assert shown["seed"] == ("0", "default")
    assert shown["batch_size"] == ("64", "preset: PyTorch-GAN")
    measured = ("0.0008", "preset: measured: experiments/presets.md")
    assert shown["critic_learning_rate"] == measured
    assert "clip_limit" not in shown


@pytest.fixture
def run_dir(tmp_path):
    given: dict[str, Any] = {"variant": "gp", "dataset": "digits", "steps": 10}
    config = resolve(Config(**given, seed=4))
    sources = sources_of(config, given, known_samples("digits"))
    stored = dataclasses.asdict(config) | {"sources": sources}
    RunFolder.create(tmp_path / "run", stored)
    return str(tmp_path / "run")


def test_a_run_that_goes_on_is_shown_as_it_will_be(run_dir):
    given = {"resume": True, "run_dir": run_dir, "log_every": 20, "seed": 4}
    shown = table(show_config(given))
    assert shown["log_every"] == ("20", "given")
    assert shown["seed"] == ("4", "default")
    assert shown["keep"] == ("3", "default")
    assert shown["batch_size"] == ("64", "preset: PyTorch-GAN")
    # How this process was started is not part of the run.
    assert shown["resume"] == ("False", "default")
    with pytest.raises(UserError, match=r"cannot change seed \(4 -> 5\)"):
        show_config({**given, "seed": 5})
    with pytest.raises(UserError, match="give its folder as --run-dir"):
        show_config({"resume": True})


def test_a_run_that_is_older_than_an_option_goes_on_without_it(tmp_path):
    """The paper's presets say today what there was no field for."""
    published = Config("sn", "cifar10", "resnet", preset="paper")
    stored = dataclasses.asdict(resolve(published))
    assert (stored["generator_batch"], stored["generator_width"]) == (2, 256)
    now = ("generator_batch", "generator_width", "sum_pooling")
    before = {name: value for name, value in stored.items() if name not in now}
    folder = RunFolder.create(tmp_path / "run", before)
    config = resolve(merge_resumed(read_stored(folder)[0], {}))
    assert tuple(getattr(config, name) for name in now) == (1, 0, False)
    folder = RunFolder.create(tmp_path / "other", stored)
    config = resolve(merge_resumed(read_stored(folder)[0], {}))
    assert tuple(getattr(config, name) for name in now) == (2, 256, True)


def test_a_run_without_the_record_says_so(run_dir):
    path = RunFolder.open(run_dir).path / "config.json"
    stored = json.loads(path.read_text())
    del stored["sources"]
    path.write_text(json.dumps(stored))
    shown = table(show_config({"resume": True, "run_dir": run_dir}))
    assert shown["seed"] == ("4", "not recorded")


def test_the_command_shows_trains_nothing_and_writes_nothing(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["--dataset", "ring8", "--show-config"]) == 0
    printed = capsys.readouterr()
    assert table(printed.out)["dataset"] == ("ring8", "given")
    assert printed.err == ""
    assert not list(tmp_path.iterdir())
    assert main(["--show-config", "--variant", "gm"]) == 2


def test_no_jax_is_imported_to_show(run_dir):
    words = ["--show-config", "--resume", "--run-dir", run_dir]
    code = (
        "import sys; from wgan_jax.run import main\n"
        f"assert main({words}) == 0\nassert 'jax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
