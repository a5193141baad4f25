"""A run that stopped and went on ends in the bits of the run that never stopped.

What may change on the way, what may not, and who says so.
"""

import contextlib
import dataclasses
import json
import shutil

import pytest

from tests.runs import images, points, sha, steps, summary, tiny_run, train, unfinished
from wgan_jax import Config, resolve, resume
from wgan_jax.config import FIELDS
from wgan_jax.data import from_arrays
from wgan_jax.errors import UserError
from wgan_jax.loop import duties
from wgan_jax.loop.resume import continue_config, merge_resumed
from wgan_jax.parallel import hosts

CONVOLUTIONAL = {"network": "dcgan", "width": 2}
# Members whose state differs: no constraint state, spectral vectors, RMSProp.
STATES = ["gp", "sn", "wgan"]
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


@pytest.mark.parametrize("variant", STATES)
def test_every_kind_of_state_resumes_bit_for_bit(variant, tmp_path):
    assert_resume_is_exact(tmp_path, tiny_run(tmp_path, variant), points())


@pytest.mark.parametrize(("variant", "fields"), OPTIONS)
def test_averages_decay_schedules_and_statistics_resume_too(variant, fields, tmp_path):
    data = images(16) if fields.get("network") == "dcgan" else points()
    assert_resume_is_exact(tmp_path, tiny_run(tmp_path, variant, **fields), data)


@pytest.fixture(scope="module")
def short(tmp_path_factory) -> Config:
    """A finished run of two steps."""
    config = tiny_run(tmp_path_factory.mktemp("short") / "run", steps=2)
    train(config, points())
    return config


def copy(config: Config, tmp_path) -> Config:
    run_dir = tmp_path / "run"
    shutil.copytree(str(config.run_dir), run_dir)
    return dataclasses.replace(config, run_dir=str(run_dir), resume=True)


def test_steps_may_grow_and_end_in_the_bits_of_the_long_run(short, tmp_path):
    longer = dataclasses.replace(copy(short, tmp_path), steps=4)
    train(longer, points())
    train(tiny_run(tmp_path / "whole", steps=4), points())
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


@pytest.mark.parametrize(("field", "value"), [("seed", 5), ("batch_size", 4)])
def test_a_config_that_was_edited_does_not_take_the_checkpoint(
    short, tmp_path, field, value
):
    copy(short, tmp_path)
    file = tmp_path / "run" / "config.json"
    stored = json.loads(file.read_text())
    file.write_text(json.dumps(stored | {field: value}))
    before = file.read_bytes()
    words = f"is of another run: {field} {stored[field]} there, {value} in config.json"
    with pytest.raises(UserError, match=words):
        resume(tmp_path / "run", points(), steps=3)
    assert file.read_bytes() == before


def test_a_checkpoint_of_before_the_record_is_taken(short, tmp_path, monkeypatch):
    monkeypatch.setattr(duties, "deciding", lambda config: None)
    config = copy(short, tmp_path)
    resume(tmp_path / "run", points(), steps=3)
    monkeypatch.undo()
    assert resume(tmp_path / "run", points(), steps=4).state.step == 4
    assert config.steps == 2


def test_resuming_a_finished_run_keeps_its_metrics(short, tmp_path):
    config = copy(short, tmp_path)
    result = train(config, points())
    assert result.summary["params_sha256"] == sha(tmp_path / "run")
    assert result.summary["final_metrics"]["step"] == 2


def test_resume_needs_a_folder():
    with pytest.raises(UserError, match="give its folder as --run-dir"):
        train(Config(dataset="ring8", resume=True))


def test_the_stored_config_is_enough_to_go_on(short, tmp_path):
    """From Python as from the command line: what is not given comes from the run."""
    copy(short, tmp_path)
    train(Config(resume=True, run_dir=str(tmp_path / "run"), steps=4), points())
    assert steps(tmp_path / "run") == [1, 2, 3, 4]


def test_resume_is_not_told_to_begin_anew(tmp_path):
    with pytest.raises(UserError, match="resume is False, but continuing a run"):
        resume(tmp_path / "run", resume=False)
    with pytest.raises(UserError, match="no run in"):
        resume(tmp_path / "run", resume=True)


def test_resume_takes_the_folder_and_what_is_to_change(short, tmp_path):
    copy(short, tmp_path)
    result = resume(tmp_path / "run", points(), steps=3, keep=1)
    assert (result.config.steps, result.config.keep) == (3, 1)
    train(tiny_run(tmp_path / "whole", steps=3), points())
    assert sha(tmp_path / "run") == sha(tmp_path / "whole")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stepz": 9}, "unknown option 'stepz'. Did you mean 'steps'"),
        ({"seed": 5}, r"cannot change seed \(0 -> 5\)"),
        ({"steps": 0}, "steps is 0"),
        ({"network": "mlp"}, r"cannot change network \(toy -> mlp\)"),
    ],
)
def test_a_change_that_is_wrong_is_named_and_changes_nothing(
    changes, words, short, tmp_path
):
    copy(short, tmp_path)
    before = (tmp_path / "run" / "config.json").read_bytes()
    with pytest.raises(UserError, match=words):
        resume(tmp_path / "run", points(), **changes)
    assert (tmp_path / "run" / "config.json").read_bytes() == before


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(UserError, match="no run in .*nowhere"):
        resume(tmp_path / "nowhere")


def test_a_run_on_ones_own_data_asks_for_them_and_takes_no_others(short, tmp_path):
    copy(short, tmp_path)
    with pytest.raises(UserError, match=r"data of your own.*resume\(run_dir, data\)"):
        resume(tmp_path / "run", steps=4)
    other = from_arrays(points(), name="other")
    with pytest.raises(UserError, match=r"dataset \(custom -> other\)"):
        resume(tmp_path / "run", other, steps=4)


def test_time_and_speed_are_those_of_all_starts(tmp_path):
    run_dir = tmp_path / "run"
    config = tiny_run(run_dir, steps=6, steps_per_dispatch=1)
    first = train(config, points()).summary
    second = resume(run_dir, points(), steps=10).summary
    assert (first["starts"], second["starts"]) == (1, 2)
    assert (second["resumed_from"], second["steps"]) == (6, 10)
    assert second["wall_seconds"] > first["wall_seconds"]
    # 5 and 3 steps were timed, the first of each start compiles: the mean of both.
    seconds = 8 / second["steps_per_second"]
    assert seconds > 5 / first["steps_per_second"]
    report = (run_dir / "report.html").read_text("utf-8")
    assert f"{second['steps_per_second']:,.1f}" in report
    assert "<dd>10</dd>" in report


def test_time_before_a_kill_counts_up_to_the_last_checkpoint(tmp_path):
    run_dir = tmp_path / "run"
    config = tiny_run(run_dir, steps=4, checkpoint_every=2, steps_per_dispatch=1)
    whole = train(config, points()).summary
    shutil.rmtree(run_dir / "checkpoints" / "step-0000000004")
    (run_dir / "summary.json").unlink()
    resume(run_dir, points())
    assert summary(run_dir)["starts"] == 2
    assert summary(run_dir)["resumed_from"] == 2
    assert summary(run_dir)["wall_seconds"] > 0
    assert summary(run_dir)["params_sha256"] == whole["params_sha256"]


def stored(**fields):
    return dataclasses.asdict(resolve(Config("gp", "digits", **fields)))


def test_a_resumed_run_keeps_its_numbers_and_takes_the_rest():
    config = merge_resumed(stored(seed=3), {"steps": 9000, "keep": 1, "seed": 3})
    assert (config.seed, config.steps, config.keep) == (3, 9000, 1)


@pytest.mark.parametrize(
    "name", sorted(n for n, field in FIELDS.items() if field.fixed_on_resume)
)
def test_a_resumed_run_refuses_every_other_number(name):
    old = stored()
    other = {str: "other", bool: True, int: 77, float: 0.77}[FIELDS[name].kind]
    with pytest.raises(UserError, match=rf"{name} \({old[name]} -> {other}\)"):
        merge_resumed(old, {name: other})


def test_a_field_of_another_version_is_named():
    with pytest.raises(UserError, match="unknown to this version: 'momentum'"):
        merge_resumed(stored() | {"momentum": 1}, {})


def test_a_picture_that_a_kill_left_out_is_drawn_when_the_run_goes_on(tmp_path):
    run_dir = tmp_path / "run"
    train(tiny_run(run_dir, steps=4, sample_every=2, checkpoint_every=2), points())
    pictures = sorted((run_dir / "samples").iterdir())
    drawn = pictures[-1].read_bytes()
    pictures[-1].unlink()  # killed after the checkpoint of step 4, before its picture
    resume(run_dir, points())
    assert sorted((run_dir / "samples").iterdir()) == pictures
    assert pictures[-1].read_bytes() == drawn


def test_hosts_agree_on_a_refusal_of_what_each_was_given(short, tmp_path, monkeypatch):
    """Whatever one host alone refuses has to be inside of a block that tells others."""
    inside, agreed = [], []

    @contextlib.contextmanager
    def together():
        inside.append(True)
        try:
            yield
        except UserError:
            agreed.append(True)
            raise
        finally:
            inside.pop()

    monkeypatch.setattr(hosts, "raise_on_every_host", together)
    for wrong in ({}, {"run_dir": short.run_dir, "seed": 2}):
        with pytest.raises(UserError):
            continue_config({"resume": True, **wrong}, None, None)
    with pytest.raises(UserError, match="data of your own"):
        continue_config({"run_dir": short.run_dir}, None, None)
    assert len(agreed) == 3
