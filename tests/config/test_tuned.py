"""The tuned preset is the paper's, but for what was measured better."""

import dataclasses

import pytest

from wgan_jax.config import Config, resolve

FASTER_GENERATOR = {"generator_learning_rate": 4e-4, "ema_decay": 0.999}


def _averaged(rate: float) -> dict[str, float]:
    rates = {"generator_learning_rate": rate, "critic_learning_rate": rate}
    return {**rates, "ema_decay": 0.999}


@pytest.mark.parametrize(
    ("variant", "dataset", "network", "measured"),
    [
        (
            *("ebgan", "digits", "mlp"),
            {"margin": 0.2, "critic_learning_rate": 1e-3, "ema_decay": 0.999},
        ),
        ("ebgan", "mnist", "dcgan", {}),
        (
            *("gn", "cifar10", "resnet"),
            {"decay_steps": 0, "ema_decay": 0.0}
            | {"generator_batch": 1, "generator_width": 0},
        ),
        (
            *("r3gan", "grid25", "toy"),
            _averaged(2e-3) | {"beta2": 0.99, "decay_steps": 10_000},
        ),
        *(
            (name, "ring8", "toy", _averaged(2e-3))
            for name in ("gp", "lp", "sn", "dragan", "wgan_div")
        ),
        *((name, "ring8", "toy", _averaged(1e-3)) for name in ("lsgan", "ebgan")),
        ("gn", "swissroll", "toy", _averaged(1e-3)),
        ("wgan", "mnist", "mlp", _averaged(5e-4) | {"clip_limit": 0.2}),
        ("dragan", "mnist", "mlp", _averaged(4e-4) | {"perturbed_weight": 0.1}),
        ("wgan", "grid25", "toy", _averaged(5e-4) | {"clip_limit": 0.5}),
        *(
            (name, "mnist", "mlp", _averaged(4e-4))
            for name in ("gan", "nsgan", "lsgan", "r3gan")
        ),
        *(
            (name, "digits", "mlp", _averaged(8e-4))
            for name in ("gp", "lp", "wgan_div")
        ),
        *((name, "mnist", "mlp", FASTER_GENERATOR) for name in ("gn", "sn")),
        *(
            (name, "grid25", "toy", {"ema_decay": 0.999})
            for name in ("gan", "nsgan", "lsgan", "ebgan")
        ),
    ],
)
def test_tuned_is_the_papers_but_for_what_was_measured(
    variant, dataset, network, measured
):
    paper, tuned = (
        dataclasses.asdict(resolve(Config(variant, dataset, network, preset=preset)))
        for preset in ("paper", "tuned")
    )
    found = {name: tuned[name] for name in tuned if tuned[name] != paper[name]}
    assert found == {"preset": "tuned"} | measured
