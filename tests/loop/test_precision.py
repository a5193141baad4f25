"""A run's precision: filled in by its device, recorded, and kept when it goes on."""

import dataclasses
import json

import jax
import pytest

from tests.games import by_hand
from tests.runs import as_session, images, own_run, points, sha, tiny_run, train
from wgan_jax import Config, load_trained, resolve
from wgan_jax.config.sources import DEFAULT
from wgan_jax.constraints import unconstrained
from wgan_jax.errors import UserError

# A forward pass of the MLP in bfloat16 is compiled in a second.
ROUNDED = {"network": "mlp", "width": None, "precision": "bf16"}


def stored(run_dir):
    return json.loads((run_dir / "config.json").read_text())


def test_on_cpu_a_run_is_float32_and_says_so_and_its_program_is_as_it_was(tmp_path):
    session = as_session(tiny_run(tmp_path / "run"), points())
    assert stored(tmp_path / "run")["precision"] == "float32"
    assert stored(tmp_path / "run")["sources"]["precision"] == DEFAULT
    assert session.plan.recipe.precision is None


@pytest.mark.parametrize(("data", "precision"), [(points, "float32"), (images, "tf32")])
def test_elsewhere_images_take_tf32_by_default(data, precision, tmp_path, monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    network = "toy" if data is points else "mlp"
    config = tiny_run(tmp_path / "run", network=network, width=None)
    plan = as_session(config, data()).plan
    assert plan.config.precision == plan.recipe.precision == precision
    assert plan.max_steps == 2  # as given


def test_a_run_of_an_earlier_version_goes_on_in_the_same_bits(tmp_path):
    train(tiny_run(tmp_path / "whole"), points())
    config = tiny_run(tmp_path / "run", steps=2)
    train(config, points())
    fields = stored(tmp_path / "run")
    del fields["precision"], fields["sources"]["precision"]
    (tmp_path / "run" / "config.json").write_text(json.dumps(fields))
    train(dataclasses.replace(config, resume=True, steps=4), points())
    assert sha(tmp_path / "run") == sha(tmp_path / "whole")
    assert stored(tmp_path / "run")["sources"]["precision"] == DEFAULT


def test_a_resumed_run_keeps_its_precision(tmp_path):
    config = tiny_run(tmp_path / "run", steps=2, **ROUNDED)
    train(config, images())
    resumed = Config(run_dir=config.run_dir, resume=True, steps=3, quiet=True)
    session = as_session(resumed, images())
    assert session.plan.config.precision == session.plan.recipe.precision == "bf16"
    assert load_trained(tmp_path / "run").recipe.precision == "bf16"
    with pytest.raises(UserError, match="cannot change precision .bf16 -> float32"):
        as_session(dataclasses.replace(resumed, precision="float32"), images())


def test_points_and_certified_critics_are_not_rounded(tmp_path):
    with pytest.raises(UserError, match="bf16 is for images.*float32 or tf32"):
        resolve(Config(variant="gp", dataset="ring8", precision="bf16"))
    certified = Config(variant="wgan", dataset="digits", network="lipschitz_mlp")
    with pytest.raises(UserError, match="certifies its estimate by exact kernels"):
        resolve(dataclasses.replace(certified, precision="bf16"))
    recipe = by_hand(unconstrained())
    config = own_run(tmp_path / "run", precision="bf16")
    with pytest.raises(UserError, match="bf16 is for images"):
        as_session(config, points(), recipe)
    with pytest.raises(UserError, match="bf16 is for images"):
        as_session(
            own_run(tmp_path / "run"), points(), recipe._replace(precision="bf16")
        )


def test_an_own_recipe_takes_the_precision_of_its_run(tmp_path):
    recipe = by_hand(unconstrained())._replace(precision="tf32")
    session = as_session(own_run(tmp_path / "run"), points(), recipe)
    assert session.plan.config.precision == "tf32"
    assert session.plan.recipe.precision is None  # a CPU has no other products


def test_in_x64_mode_a_run_ends_in_the_same_bits_pictures_included(tmp_path):
    fields = {"network": "dcgan", "width": 2, "steps": 1, "sample_every": 1}
    for name, x64 in (("usual", False), ("x64", True)):
        with jax.enable_x64(x64):
            train(tiny_run(tmp_path / name, **fields), images())
    assert sha(tmp_path / "x64") == sha(tmp_path / "usual")
