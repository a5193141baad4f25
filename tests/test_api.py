"""The Python interface: a run by name, and runs from parts of one's own."""

import dataclasses
import html
import json
import shutil
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn

import wgan_jax
from tests.runs import images, own_run, points, tiny_run, train
from wgan_jax import Config, Recipe, resume
from wgan_jax.constraints import Constraint, clipping
from wgan_jax.errors import UserError
from wgan_jax.objectives import Objective, wasserstein


class MyGenerator(nn.Module):
    """A line: every sample is an affine image of its latent vector."""

    @nn.compact
    def __call__(self, z, train):
        return nn.Dense(2)(z)


class MyCritic(nn.Module):
    """One hidden layer."""

    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(1)(nn.tanh(nn.Dense(8)(x)))[:, 0]


def recipe(**parts) -> Recipe:
    own = {
        "generator": MyGenerator(),
        "critic": MyCritic(),
        "objective": wasserstein(),
        "constraint": Constraint("mine"),
        "generator_optimizer": optax.sgd(0.1),
        "critic_optimizer": optax.sgd(0.1),
        "latent_dim": 2,
        "n_critic": 2,
    }
    return Recipe(**(own | parts))


def test_names_are_there_without_importing_jax_first():
    for name in wgan_jax.__all__:
        assert getattr(wgan_jax, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        wgan_jax.trian  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018


def test_packages_are_there_without_importing_them_by_name():
    program = (
        "import wgan_jax; print(wgan_jax.transport.jensen_shannon([1, 0], [0, 1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("0.693")


def test_public_names_are_listed_for_completion():
    names = [name for name in wgan_jax.__all__ if name != "__version__"]
    assert set(names) < set(dir(wgan_jax))
    assert {"metrics", "transport", "data"} < set(dir(wgan_jax))
    for package in (wgan_jax.constraints, wgan_jax.objectives):
        assert dir(package) == sorted(package.__all__)
        assert all(
            callable(getattr(package, n)) for n in package.__all__ if n != "Params"
        )


def test_a_run_by_name_can_be_restored(tmp_path):
    config = tiny_run(tmp_path / "run", dataset="ring8", steps=2)
    result = train(config)
    restored, state = wgan_jax.restore(tmp_path / "run")
    assert restored == dataclasses.replace(result.config, quiet=False)
    jax.tree.map(np.testing.assert_array_equal, state, result.state)


def test_own_networks_train_without_the_registry(tmp_path):
    mine = recipe()
    result = train(own_run(tmp_path / "run", steps=4), points(), mine)
    kernel = result.state.generator.params["Dense_0"]["kernel"]
    assert kernel.shape == (2, 2)
    _, state = wgan_jax.restore(tmp_path / "run", recipe=mine, sample_shape=(2,))
    np.testing.assert_array_equal(state.generator.params["Dense_0"]["kernel"], kernel)


def test_an_own_objective_is_the_one_that_is_minimised(tmp_path):
    """Losses that are flat at scores below 50 move nothing; any other one would."""
    still = Objective(
        lambda real, fake: 7 + jnp.mean(nn.relu(jnp.abs(real) + jnp.abs(fake) - 50)),
        lambda fake: jnp.mean(nn.relu(jnp.abs(fake) - 50)) - 3,
    )
    first = train(own_run(tmp_path / "a", steps=1), points(), recipe(objective=still))
    second = train(own_run(tmp_path / "b", steps=3), points(), recipe(objective=still))
    assert first.summary["params_sha256"] == second.summary["params_sha256"]
    metrics = second.summary["final_metrics"]
    assert (metrics["critic_loss"], metrics["generator_loss"]) == (7, -3)


def test_an_own_constraint_acts_after_every_critic_update(tmp_path):
    """A projection that undoes every update leaves the critic where it started."""
    frozen = Constraint("frozen", projection=optax.set_to_zero())
    config = own_run(tmp_path / "a", steps=3)
    state = train(config, points(), recipe(constraint=frozen)).state
    start = train(
        own_run(tmp_path / "b", steps=1), points(), recipe(constraint=frozen)
    ).state
    same = jax.tree.map(np.array_equal, state.critic.params, start.critic.params)
    assert all(jax.tree.leaves(same))
    moved = jax.tree.map(np.array_equal, state.generator.params, start.generator.params)
    assert not all(jax.tree.leaves(moved))


@pytest.mark.parametrize("channels", [1, 3])
def test_own_images_need_no_registry(channels, tmp_path):
    data = np.repeat(images(), channels, axis=-1)
    config = tiny_run(
        tmp_path / "run", network="dcgan", width=2, steps=2, sample_every=2
    )
    result = train(config, data)
    assert result.config.dataset == "custom"
    assert (tmp_path / "run" / "samples" / "step-00000002.png").stat().st_size > 100


def my_loss(scores):
    return -scores.mean()


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A finished run of one's own parts on one's own data."""
    run_dir = tmp_path_factory.mktemp("own") / "run"
    return train(own_run(run_dir, steps=2), points(), recipe(ema_decay=0.5))


def test_a_run_of_ones_own_parts_records_what_was_trained(own):
    stored = json.loads((own.run_dir / "config.json").read_text())
    assert stored["variant"] == "own-parts"
    assert (stored["n_critic"], stored["latent_dim"], stored["ema_decay"]) == (
        2,
        2,
        0.5,
    )
    for name in ("network", "objective", "constraint", "optimizer", "penalty_weight"):
        assert stored[name] is None, name
    parts = stored["own_parts"]
    assert parts["generator"].endswith("test_api.MyGenerator()")
    assert parts["critic"].endswith("test_api.MyCritic()")
    assert parts["critic_loss"].endswith("wasserstein.<locals>.critic_loss")
    assert (parts["constraint"], parts["n_critic"]) == ("mine", 2)
    assert stored["own_data"]["training samples"] == [50, 2]
    assert own.summary["variant"] == "own-parts"
    assert own.summary["own_parts"] == parts
    assert own.config.variant == "own-parts"


def test_its_report_names_the_parts_and_prints_a_python_call(own):
    report = (own.run_dir / "report.html").read_text("utf-8")
    assert "<h1>own-parts on custom</h1>" in report
    assert "test_api.MyCritic()" in report
    assert "python -m wgan_jax.run" not in report
    call = html.unescape(report.split("<pre><code>")[1].split("</code>")[0])
    assert "train(Config(" in call
    assert "data, recipe=recipe)" in call
    assert "variant" not in call
    # The call repeats the run: the fields that it prints are those of the config.
    fields = eval(call.split("train(Config")[1].rsplit(", data,")[0].join(("dict", "")))
    assert fields["batch_size"] == 8
    again = dataclasses.replace(Config(**fields), run_dir=str(own.run_dir) + "-again")
    result = train(again, points(), recipe(ema_decay=0.5))
    assert result.summary["params_sha256"] == own.summary["params_sha256"]


def test_a_run_of_ones_own_parts_goes_on_with_the_same_parts(own, tmp_path):
    run_dir = shutil.copytree(own.run_dir, tmp_path / "run")
    result = resume(run_dir, points(), recipe(ema_decay=0.5), steps=4)
    whole = train(own_run(tmp_path / "whole", steps=4), points(), recipe(ema_decay=0.5))
    assert result.summary["params_sha256"] == whole.summary["params_sha256"]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (None, "trained with parts of your own .critic .*MyCritic"),
        ({"n_critic": 3, "ema_decay": 0.5}, r"n_critic \(2 -> 3\)"),
        ({"ema_decay": None}, r"ema_decay \(0.5 -> None\)"),
        (
            {"ema_decay": 0.5, "constraint": clipping(0.1)},
            r"constraint \(mine -> clipping\)",
        ),
        (
            {
                "ema_decay": 0.5,
                "objective": wasserstein()._replace(generator_loss=my_loss),
            },
            r"generator_loss \(_negative_mean -> my_loss\)",
        ),
        ({"ema_decay": 0.5, "augment": my_loss}, r"augment \(None -> my_loss\)"),
    ],
)
def test_other_parts_or_none_are_refused_at_a_resume(own, parts, words):
    mine = None if parts is None else recipe(**parts)
    with pytest.raises(UserError, match=words):
        resume(own.run_dir, points(), mine, steps=4)


def test_a_run_by_name_takes_no_recipe_when_it_goes_on(tmp_path):
    train(tiny_run(tmp_path / "run", steps=1), points())
    with pytest.raises(UserError, match="trained by name"):
        resume(tmp_path / "run", points(), recipe(), steps=2)


@pytest.mark.parametrize(
    "fields",
    [{"n_critic": 7}, {"penalty_weight": 3.0}, {"variant": "gp"}, {"ema_decay": 0.9}],
    ids=str,
)
def test_options_that_a_recipe_overrides_are_refused(fields, tmp_path):
    config = dataclasses.replace(own_run(tmp_path / "run"), **fields)
    with pytest.raises(UserError, match=f"{next(iter(fields))} would have no effect"):
        train(config, points(), recipe())
    assert not (tmp_path / "run").exists()


def test_restoring_own_parts_asks_for_them(own):
    with pytest.raises(UserError, match="load_trained.run_dir, recipe=recipe"):
        wgan_jax.restore(own.run_dir, sample_shape=(2,))
    mine = recipe(ema_decay=0.5)
    config, state = wgan_jax.restore(own.run_dir, recipe=mine, sample_shape=(2,))
    assert config.variant == "own-parts"
    jax.tree.map(np.testing.assert_array_equal, state, own.state)
