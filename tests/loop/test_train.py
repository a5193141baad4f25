"""What a run leaves, and what its numbers depend on."""

import json
import shutil

import jax
import numpy as np
import pytest

import wgan_jax
from tests.runs import points, rows, sha, steps, tiny_run, train, unfinished
from wgan_jax import Config, resume
from wgan_jax.errors import UserError
from wgan_jax.loop import pictures

REQUIRED = {"step", "critic_loss", "generator_loss", "wasserstein_estimate"}
OWN_METRICS = {
    "gp": {"gradient_penalty", "gradient_norm"},
    "lp": {"gradient_penalty", "gradient_norm"},
}


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """A run of six steps with a picture and checkpoints."""
    run_dir = tmp_path_factory.mktemp("loop") / "run"
    config = tiny_run(
        run_dir, "gp", steps=6, sample_every=3, checkpoint_every=2, keep=2
    )
    return train(config, points())


def test_the_folder_holds_everything_that_was_promised(reference):
    run_dir = reference.run_dir
    names = {path.name for path in run_dir.iterdir()}
    assert names == {
        *("config.json", "metrics.jsonl", "summary.json", "report.html"),
        "evaluations.jsonl",
        *("samples", "checkpoints", "tensorboard", "environment.json"),
    }
    pictures = sorted(path.name for path in (run_dir / "samples").iterdir())
    steps = ["step-00000000.png", "step-00000003.png", "step-00000006.png"]
    assert pictures == ["real.png", *steps]
    kept = sorted(path.name for path in (run_dir / "checkpoints").iterdir())
    assert kept == ["step-0000000004", "step-0000000006"]
    assert not unfinished(run_dir)


def test_pictures_change_no_number_and_a_resumed_run_draws_none_again(
    reference, tmp_path
):
    run_dir = tmp_path / "run"
    fields = {"checkpoint_every": 2, "keep": 2}
    train(tiny_run(run_dir, "gp", steps=6, **fields), points())
    assert sha(run_dir) == sha(reference.run_dir)
    assert not list((run_dir / "samples").iterdir())
    shutil.copytree(reference.run_dir, tmp_path / "again")
    drawn = tmp_path / "again" / "samples"
    for name in ("real.png", "step-00000000.png", "step-00000006.png"):
        (drawn / name).write_bytes(b"mine")
    resume(tmp_path / "again", points(), steps=8)
    mine = [p.name for p in sorted(drawn.iterdir()) if p.read_bytes() == b"mine"]
    assert mine == ["real.png", "step-00000000.png", "step-00000006.png"]
    assert (drawn / "step-00000008.png").stat().st_size > 1000


def test_metrics_hold_every_step_once_with_the_constraints_own(reference):
    assert steps(reference.run_dir) == [1, 2, 3, 4, 5, 6]
    for row in rows(reference.run_dir):
        assert row.keys() >= REQUIRED | OWN_METRICS["gp"]
        assert np.isfinite(list(row.values())).all()
        assert row["gradient_norm"] >= 0


def test_the_summary_says_what_ran_and_ended(reference):
    found = json.loads((reference.run_dir / "summary.json").read_text())
    assert found == reference.summary
    assert (found["variant"], found["dataset"], found["seed"]) == ("gp", "custom", 0)
    assert (found["steps"], found["resumed_from"]) == (6, 0)
    assert found["versions"]["jax"] == jax.__version__
    assert found["final_metrics"] == rows(reference.run_dir)[-1]


def test_the_stored_config_repeats_the_run(reference, tmp_path):
    stored = json.loads((reference.run_dir / "config.json").read_text())
    assert stored.pop("own_data")["training samples"] == [50, 2]
    assert stored.pop("sources")["variant"] == "given"
    again = Config(**stored | {"run_dir": str(tmp_path / "again"), "quiet": True})
    train(again, points())
    assert sha(tmp_path / "again") == sha(reference.run_dir)


@pytest.mark.parametrize(
    "fields",
    [
        {"steps_per_dispatch": 1},
        {"steps_per_dispatch": 6},
        {"steps_per_dispatch": None},
        {"log_every": 4, "checkpoint_every": 0, "sample_every": 5},
    ],
    ids=str,
)
def test_how_a_run_is_cut_and_watched_changes_no_number(fields, reference, tmp_path):
    run = {"steps": 6, "sample_every": 0, **fields}
    train(tiny_run(tmp_path / "run", "gp", **run), points())
    assert sha(tmp_path / "run") == sha(reference.run_dir)
    if "log_every" in fields:
        assert steps(tmp_path / "run") == [4, 6]
    else:
        assert rows(tmp_path / "run") == rows(reference.run_dir)


def test_another_seed_gives_other_numbers(reference, tmp_path):
    train(tiny_run(tmp_path / "run", "gp", steps=6, seed=1), points())
    assert sha(tmp_path / "run") != sha(reference.run_dir)
    assert rows(tmp_path / "run")[0] != rows(reference.run_dir)[0]


def test_a_folder_with_a_run_is_never_overwritten(reference):
    before = (reference.run_dir / "metrics.jsonl").read_bytes()
    with pytest.raises(UserError, match="already holds a run.*--resume"):
        train(tiny_run(reference.run_dir, "gp"), points())
    assert (reference.run_dir / "metrics.jsonl").read_bytes() == before


def test_restore_gives_back_the_final_state(reference):
    config, state = wgan_jax.restore(reference.run_dir, sample_shape=(2,))
    assert (config.variant, config.steps, int(state.step)) == ("gp", 6, 6)
    jax.tree.map(np.testing.assert_array_equal, state, reference.state)


def test_the_shape_of_ones_own_data_is_recorded_or_asked_for(reference, tmp_path):
    _, state = wgan_jax.restore(reference.run_dir)
    jax.tree.map(np.testing.assert_array_equal, state, reference.state)
    # As runs of version 0.1, which recorded none.
    old = shutil.copytree(reference.run_dir, tmp_path / "old")
    config = json.loads((old / "config.json").read_text())
    del config["own_data"]
    (old / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match="read it from Python with their sample_shape"):
        wgan_jax.restore(old)
    assert int(wgan_jax.restore(old, sample_shape=(2,))[1].step) == 6


def test_the_reported_parameters_differ_from_the_first_ones(reference, tmp_path):
    first = train(tiny_run(tmp_path / "run", "gp", steps=1), points()).state
    changed = jax.tree.map(
        lambda a, b: bool((a != b).any()),
        first.generator.params,
        reference.state.generator.params,
    )
    assert all(jax.tree.leaves(changed))


@pytest.mark.parametrize("dim", [1, 3, 5])
def test_points_of_any_dimension_train_are_saved_and_drawn(dim, tmp_path):
    data = np.random.default_rng(0).normal(size=(50, dim)).astype(np.float32)
    train(tiny_run(tmp_path / "run", steps=2, sample_every=2), data)
    assert (tmp_path / "run" / "checkpoints" / "step-0000000002").is_dir()
    assert (tmp_path / "run" / "samples" / "step-00000002.png").stat().st_size > 1000


def test_a_picture_that_fails_comes_after_the_checkpoint(tmp_path, monkeypatch):
    draw = pictures.save_point_plot

    def fail(path, *given):
        if path.name == "step-00000002.png":
            raise RuntimeError("no ink")
        draw(path, *given)

    monkeypatch.setattr(pictures, "save_point_plot", fail)
    with pytest.raises(RuntimeError, match="no ink"):
        train(tiny_run(tmp_path / "run", steps=2, sample_every=2), points())
    _, state = wgan_jax.restore(tmp_path / "run", sample_shape=(2,))
    assert int(state.step) == 2
