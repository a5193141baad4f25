"""A run that stopped and went on ends in the bits of the run that never stopped."""

import dataclasses
import shutil

import pytest

from tests.runs import images, points, sha, steps, tiny, train, unfinished
from wgan_jax import Config
from wgan_jax.errors import UserError
from wgan_jax.variants import VARIANTS

CONVOLUTIONAL = {"network": "dcgan", "width": 2}
OPTIONS = [
    ("gan", {"critic_batch_norm": True, **CONVOLUTIONAL}),
    ("gp", {"ema_decay": 0.5, **CONVOLUTIONAL}),
    ("nsgan", {"ema_decay": 0.5, "decay_steps": 3}),
    ("wgan", {"critic_schedule": "wgan2017"}),
]


def assert_resume_is_exact(tmp_path, config, data):
    """Goes back to the middle of a finished run, as a kill would, and goes on."""
    whole, part = tmp_path / "whole", tmp_path / "part"
    config = dataclasses.replace(config, run_dir=str(whole), checkpoint_every=2)
    train(config, data)
    shutil.copytree(whole, part)
    shutil.rmtree(part / "checkpoints" / "step-0000000004")
    (part / "summary.json").unlink()
    train(dataclasses.replace(config, run_dir=str(part), resume=True), data)
    assert sha(part) == sha(whole)
    assert steps(part) == [1, 2, 3, 4]
    assert (part / "metrics.jsonl").read_bytes() == (
        whole / "metrics.jsonl"
    ).read_bytes()
    assert not unfinished(part)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_resumes_bit_for_bit(variant, tmp_path):
    assert_resume_is_exact(tmp_path, tiny(tmp_path, variant), points())


@pytest.mark.parametrize(("variant", "fields"), OPTIONS)
def test_averages_decay_schedules_and_statistics_resume_too(variant, fields, tmp_path):
    data = images() if fields.get("network") == "dcgan" else points()
    assert_resume_is_exact(tmp_path, tiny(tmp_path, variant, **fields), data)


@pytest.fixture(scope="module")
def short(tmp_path_factory) -> Config:
    """A finished run of two steps."""
    config = tiny(tmp_path_factory.mktemp("short") / "run", steps=2)
    train(config, points())
    return config


def copy(config: Config, tmp_path) -> Config:
    run_dir = tmp_path / "run"
    shutil.copytree(str(config.run_dir), run_dir)
    return dataclasses.replace(config, run_dir=str(run_dir), resume=True)


def test_steps_may_grow_and_end_in_the_bits_of_the_long_run(short, tmp_path):
    longer = dataclasses.replace(copy(short, tmp_path), steps=4)
    train(longer, points())
    train(tiny(tmp_path / "whole", steps=4), points())
    assert sha(tmp_path / "run") == sha(tmp_path / "whole")
    assert steps(tmp_path / "run") == [1, 2, 3, 4]


def test_steps_may_not_shrink_and_a_refusal_changes_nothing(short, tmp_path):
    config = copy(short, tmp_path)
    before = (tmp_path / "run" / "config.json").read_bytes()
    with pytest.raises(UserError, match="steps is 1.*has made 2 already"):
        train(dataclasses.replace(config, steps=1), points())
    assert (tmp_path / "run" / "config.json").read_bytes() == before


def test_a_changed_number_is_refused_from_python_too(short, tmp_path):
    config = dataclasses.replace(copy(short, tmp_path), seed=1, n_critic=2)
    with pytest.raises(UserError, match=r"seed \(0 -> 1\).*n_critic|n_critic.*seed"):
        train(config, points())


def test_resuming_a_finished_run_keeps_its_figures(short, tmp_path):
    config = copy(short, tmp_path)
    result = train(config, points())
    assert result.summary["params_sha256"] == sha(tmp_path / "run")
    assert result.summary["final_metrics"]["step"] == 2


def test_resume_needs_a_folder():
    with pytest.raises(UserError, match="give its folder as --run-dir"):
        train(Config(dataset="ring8", resume=True))
