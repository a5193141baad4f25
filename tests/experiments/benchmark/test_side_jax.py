"""What is timed are the steps of a user's run, of the work derived by hand."""

from pathlib import Path

import chex
import jax
import numpy as np
import pytest

from experiments.benchmark.cases import make_case, make_cases
from experiments.benchmark.least_work import least_work
from experiments.benchmark.side_jax import JaxSide, xla_flops
from tests import runs
from wgan_jax.config import Config, resolve
from wgan_jax.config.samples import SampleSpec
from wgan_jax.data import from_arrays
from wgan_jax.loop.plan import make_plan
from wgan_jax.variants import VARIANTS


def test_its_steps_are_those_of_a_run(tmp_path: Path) -> None:
    case = make_case("gan", "toy", width=8, batch_size=8)
    side = JaxSide(case.config, runs.points())
    side.run(1)
    side.set_speed(6.0)  # dispatches of three steps
    side.run(5)
    small = {"steps": 6, "run_dir": str(tmp_path / "run"), "devices": 1, "quiet": True}
    small |= {"sample_every": 0, "checkpoint_every": 0}
    data = from_arrays(runs.points(), name="ring8")
    result = runs.train(Config(**{**case.config, **small}), data)
    chex.assert_trees_all_equal(side.state(), result.state)


def test_a_change_is_made_to_the_recipe_of_the_case() -> None:
    case = make_case("gan", "toy", width=8, batch_size=8)
    side = JaxSide(case.config, runs.points(), "flat optimisers")
    side.run(1)
    moments = jax.tree.leaves(side.state().critic.optimizer)
    assert [leaf.ndim for leaf in moments] == [0, 1, 1]  # Adam's, over one vector


def test_dispatches_take_half_a_second_within_the_limits_of_a_run() -> None:
    side = JaxSide(make_case("gan", "toy", width=8, batch_size=8).config, runs.points())
    for speed, length in ((0.1, 1), (50.0, 25), (1e6, 100)):
        side.set_speed(speed)
        assert side._length == length


@pytest.mark.parametrize("variant", ["gan", "gp", "gn"])
def test_xla_counts_little_more_than_the_least_work(variant: str) -> None:
    case = make_case(variant, "toy", width=64, batch_size=64)
    config = Config(**{**case.config, "devices": 1})
    counted = xla_flops(make_plan(config, from_arrays(np.ones((64, 2)), name="ring8")))
    assert least_work(case) <= counted <= 1.3 * least_work(case)


@pytest.mark.parametrize("variant", ["nsgan", "gp", "gn"])
def test_xla_counts_little_more_than_the_least_work_of_a_resnet(variant: str) -> None:
    # So narrow that every convolution is a direct one.
    case = make_case(variant, "resnet", width=16, batch_size=8)
    config = Config(**{**case.config, "devices": 1})
    data = from_arrays(np.zeros((8, *case.shape), np.uint8), name="patches")
    counted = xla_flops(make_plan(config, data))
    assert least_work(case) <= counted <= 1.1 * least_work(case)


def test_a_case_is_a_config_that_stays_as_it_is() -> None:
    for case in make_cases(VARIANTS, ("mlp", "toy", "dcgan", "resnet")):
        config = Config(**case.config)
        resolved = resolve(config, SampleSpec(case.shape, 60_000))
        assert vars(resolved) == case.config
