"""Which networks go with which samples and options; the others are refused."""

import subprocess
import sys
from dataclasses import replace

import pytest

from wgan_jax.errors import UserError
from wgan_jax.networks import (
    NETWORKS,
    NetworkSpec,
    build_networks,
    check_network,
    networks_for,
)


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("mlp", (2,), "Networks that fit: toy"),
        ("toy", (28, 28, 1), "Networks that fit: mlp, dcgan"),
        ("dcgan", (30, 30, 1), "8x8, 16x16, 28x28, 32x32, 64x64"),
        ("dcgan", (32, 28, 1), "Networks that fit: mlp"),
        ("dcgan", (2,), "Networks that fit: toy"),
        ("resnet", (28, 28, 1), "32x32"),
        ("dcgann", (32, 32, 1), "Did you mean 'dcgan'"),
    ],
)
def test_samples_that_do_not_fit_are_refused_with_what_does(name, shape, message):
    with pytest.raises(UserError, match=message):
        check_network(name, NetworkSpec(shape))


@pytest.mark.parametrize(
    ("name", "shape", "rest", "message"),
    [
        ("mlp", (8, 8, 1), {"width": 64}, "no width"),
        ("mlp", (8, 8, 1), {"critic_batch_norm": True}, "no batch-norm form"),
        ("dcgan", (8, 8, 1), {"critic_batch_norm": True}, "a single convolution"),
        ("toy", (2,), {"options": {"activation": "sorted"}}, "not know activation"),
        ("lipschitz_mlp", (2,), {"width": 9}, "width is 9.*choose an even one"),
        ("lipschitz_mlp", (2,), {"energies": True}, "is not 1-Lipschitz"),
        (
            *("resnet", (32, 32, 3)),
            {"energies": True, "options": {"sum_pooling": True}},
            "sum_pooling has no effect",
        ),
    ],
)
def test_options_that_do_not_exist_are_refused(name, shape, rest, message):
    with pytest.raises(UserError, match=message):
        build_networks(name, NetworkSpec(shape, **rest))


@pytest.mark.parametrize("width", [0, 6])
def test_a_row_refuses_by_itself_what_it_cannot_be_built_from(monkeypatch, width):
    """A network with a rule of its own needs no line outside of its row."""
    wanted = NetworkSpec((2,), width=width)
    row = replace(
        NETWORKS["toy"],
        name="triples",
        problem=lambda spec: "choose a multiple of 3." if spec.width % 3 else None,
    )
    monkeypatch.setitem(NETWORKS, "triples", row)
    check_network("triples", wanted)
    with pytest.raises(UserError, match=r"^choose a multiple of 3\.$"):
        check_network("triples", replace(wanted, width=7))


def test_fitting_networks_are_listed():
    assert networks_for((32, 32, 3)) == ["mlp", "dcgan", "resnet", "lipschitz_mlp"]
    assert networks_for((7,)) == ["toy", "lipschitz_mlp"]
    assert networks_for((7, 7)) == []


def test_names_can_be_checked_without_jax():
    program = (
        "import sys; from wgan_jax.networks import NetworkSpec, check_network;"
        "check_network('dcgan', NetworkSpec((28, 28, 1)));"
        "sys.exit('jax' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
