"""The field's names lead to the right row, or nowhere, and never to another method."""

import pytest

from wgan_jax import Config, resolve
from wgan_jax.config.names import OPTION_ALIASES, OTHER_GANS, plain_name
from wgan_jax.errors import UserError
from wgan_jax.variants import VARIANTS


def message(**fields) -> str:
    with pytest.raises(UserError) as error:
        resolve(Config(**fields))
    return str(error.value)


MEANT = {
    "gp": ["wgan-gp", "wgangp", "wgan_gp", "WGAN-GP", "GP", "improved-wgan"],
    "lp": ["wgan-lp", "wganlp"],
    "sn": ["sngan", "sn-gan", "SNGAN"],
    "gn": ["gngan", "gn-gan", "GN_GAN"],
    "nsgan": ["ns-gan", "ns", "non-saturating"],
    "gan": ["vanilla", "vanilla-gan", "ganz"],
    "wgan": ["wgan-clip", "w-gan", "wgann"],
    "lsgan": ["ls-gan", "least-squares"],
    "ebgan": ["eb-gan"],
    "r3gan": ["r3", "R3-GAN"],
    "dragan": ["DRAGAN"],
    "wgan_div": ["wgan-div", "WGANDiv"],
}


@pytest.mark.parametrize(
    ("name", "row"), [(name, row) for row, names in MEANT.items() for name in names]
)
def test_a_members_other_name_leads_to_its_row(name, row):
    assert f"unknown variant {name!r}. Did you mean {row!r}? " in message(variant=name)


@pytest.mark.parametrize("name", ["began", "ragan", "wgan-qc", "cgan", "sagan"])
def test_another_method_leads_to_no_member(name):
    text = message(variant=name)
    assert "another method" in text
    assert "Did you mean" not in text


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"variant": "dcgan"}, "'dcgan' is a network: --network dcgan."),
        ({"variant": "hinge"}, "'hinge' is an objective: --objective hinge."),
        ({"network": "gn"}, "'gn' is a variant: --variant gn."),
        ({"dataset": "8gaussians"}, "Did you mean 'ring8'?"),
        ({"dataset": "Fashion-MNIST"}, "Did you mean 'fashion_mnist'?"),
    ],
)
def test_what_stands_elsewhere_is_shown_there(fields, hint):
    assert hint in message(**fields)


def test_the_tables_are_written_as_they_are_compared():
    aliases = [alias for row in VARIANTS.values() for alias in row.aliases]
    for name in (*aliases, *OTHER_GANS, *OPTION_ALIASES):
        assert name == plain_name(name)
    assert len(set(aliases)) == len(aliases)
    assert not set(aliases) & {*OTHER_GANS, *VARIANTS}
