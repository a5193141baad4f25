"""What cannot go together is refused with its reason, whatever the member."""

import pytest

from wgan_jax.config import Config, resolve
from wgan_jax.constraints.registry import CONSTRAINTS
from wgan_jax.errors import UserError
from wgan_jax.variants import VARIANTS

PER_SAMPLE = [name for name, row in CONSTRAINTS.items() if row.per_sample]


@pytest.mark.parametrize("variant", ["gp", "lp", "gn", "r3gan", "dragan", "wgan_div"])
def test_batch_norm_in_a_critic_that_is_looked_at_sample_by_sample_is_refused(variant):
    config = Config(
        variant=variant, dataset="mnist", network="dcgan", critic_batch_norm=True
    )
    with pytest.raises(UserError, match="critic_batch_norm.*sample by sample"):
        resolve(config)


@pytest.mark.parametrize("variant", ["gan", "nsgan", "lsgan", "wgan", "ebgan"])
def test_batch_norm_in_other_critics_is_allowed(variant):
    config = Config(
        variant=variant, dataset="mnist", network="dcgan", critic_batch_norm=True
    )
    assert resolve(config).critic_batch_norm


@pytest.mark.parametrize("constraint", PER_SAMPLE)
def test_the_refusal_follows_the_constraint_and_not_the_variant(constraint):
    config = Config(
        variant="nsgan",
        dataset="mnist",
        network="dcgan",
        constraint=constraint,
        critic_batch_norm=True,
    )
    with pytest.raises(UserError, match="batch norm"):
        resolve(config)


@pytest.mark.parametrize("variant", VARIANTS)
def test_networks_that_do_not_fit_are_refused(variant):
    for network, dataset in (("toy", "mnist"), ("dcgan", "ring8"), ("resnet", "mnist")):
        with pytest.raises(UserError, match="Networks that fit"):
            resolve(Config(variant=variant, dataset=dataset, network=network))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"variant": "gp"}, "takes no constraint.*'penalty'.*--variant wgan"),
        ({"variant": "wgan", "constraint": "clipping"}, "'clipping'"),
        ({"variant": "ebgan"}, "no critic of energies"),
        ({"variant": "wgan", "width": 7}, "width is 7.*even"),
    ],
)
def test_a_critic_that_bounds_itself_takes_no_constraint(fields, message):
    with pytest.raises(UserError, match=message):
        resolve(Config(dataset="ring8", network="lipschitz_mlp", **fields))


def test_normalised_energies_are_refused():
    config = Config(variant="ebgan", dataset="mnist", constraint="normalization")
    with pytest.raises(UserError, match="energies"):
        resolve(config)
