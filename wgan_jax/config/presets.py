"""What a run takes where the user says nothing, with sources, and what cannot be.

Layers, the later ones winning: the network's settings, the variant's row, the variant's
settings for that network, the dataset's settings, what the user said. It handles plain
dictionaries of `Config` fields and reads registries; it knows no JAX.
"""

from typing import Any, NamedTuple

from wgan_jax.data import DATASETS
from wgan_jax.errors import UserError, unknown_name
from wgan_jax.networks import NETWORKS, check_network
from wgan_jax.variants import VARIANTS

Fields = dict[str, Any]


class Samples(NamedTuple):
    """What has to be known of a dataset before it is read.

    Attributes:
        shape: of one sample, (H, W, C) or (d,).
        count: how many there are to train on.
    """

    shape: tuple[int, ...]
    count: int


OBJECTIVES = (
    "minimax",
    "non_saturating",
    "least_squares",
    "wasserstein",
    "hinge",
    "energy_based",
)
CONSTRAINTS = (
    "none",
    "clipping",
    "penalty",
    "one_sided_penalty",
    "spectral",
    "normalization",
)
# These look at the gradient of single samples, which batch norm mixes.
PER_SAMPLE = ("penalty", "one_sided_penalty", "normalization")

_NETWORK_SETTINGS: dict[str, Fields] = {
    "mlp": {"batch_size": 64, "latent_dim": 100},  # PyTorch-GAN
    "toy": {"batch_size": 256, "latent_dim": 2},  # gan_toy.py, Gulrajani et al. 2017
    "dcgan": {"batch_size": 64, "latent_dim": 100},  # Radford et al. 2015
    "resnet": {"batch_size": 64, "latent_dim": 128},  # Gulrajani et al. 2017, app. C
}
_DATASET_SETTINGS: dict[str, Fields] = {
    # 1000 modes want the convolutions of Metz et al. 2017 (unrolled GAN, sec. 3.3.1).
    "stacked_mnist": {"network": "dcgan"},
    # Colour needs convolutions; the papers' ResNet is one --network away.
    "cifar10": {"network": "dcgan"},
}
# Option -> (the axis that it belongs to, the names that use it, its default).
_OWNED: dict[str, tuple[str, tuple[str, ...], float]] = {
    "clip_limit": ("constraint", ("clipping",), 0.01),  # Arjovsky et al. 2017
    "penalty_weight": ("constraint", ("penalty", "one_sided_penalty"), 10.0),
    "margin": ("objective", ("energy_based",), 1.0),  # mean squared error per pixel
    "pulling_away": ("objective", ("energy_based",), 0.1),  # Zhao et al. 2016, sec. 4.1
    "beta1": ("optimizer", ("adam",), 0.5),
    "beta2": ("optimizer", ("adam", "rmsprop"), 0.999),
}


def known_samples(dataset: str) -> Samples:
    """Looks up what a registered dataset holds, without reading it.

    Args:
        dataset: a name in `DATASETS`.

    Returns:
        Its sample shape and training size.

    Raises:
        UserError: for an unknown name.
    """
    if dataset not in DATASETS:
        raise unknown_name("dataset", dataset, DATASETS)
    return Samples(DATASETS[dataset].sample_shape, DATASETS[dataset].train_size)


def default_network(dataset: str, samples: Samples) -> str:
    """Returns the network that a dataset trains with where none is named."""
    fitting = "toy" if len(samples.shape) == 1 else "mlp"
    return _DATASET_SETTINGS.get(dataset, {}).get("network", fitting)


def fill(said: Fields, samples: Samples) -> Fields:
    """Layers presets under what the user said.

    Args:
        said: the fields with a value, `variant` and `dataset` among them.
        samples: what the dataset holds.

    Returns:
        Every field that applies; options that nothing in the run uses are left out.

    Raises:
        UserError: for an unknown name.
    """
    for kind, registry in _REGISTRIES.items():
        if said.get(kind) is not None and said[kind] not in registry:
            raise unknown_name(kind, said[kind], registry)
    network = said.get("network", default_network(said["dataset"], samples))
    row = VARIANTS[said["variant"]]
    preset: Fields = {
        **_NETWORK_SETTINGS[network],
        "network": network,
        "width": NETWORKS[network].default_width,
        "objective": row.objective,
        "constraint": row.constraint,
        "optimizer": row.optimizer.name,
        "n_critic": row.n_critic,
        **row.optimizer._asdict(),
        **row.special.get(network, {}),
        **_DATASET_SETTINGS.get(said["dataset"], {}),
    }
    preset.pop("name")
    filled = {**preset, **said}
    for name, (axis, users, default) in _OWNED.items():
        if filled[axis] in users:
            filled.setdefault(name, default)
        elif name not in said:
            filled.pop(name, None)
    return filled


_REGISTRIES: dict[str, Any] = {
    "variant": VARIANTS,
    "network": NETWORKS,
    "objective": OBJECTIVES,
    "constraint": CONSTRAINTS,
}


def refuse_impossible(filled: Fields, said: Fields, samples: Samples) -> None:
    """Refuses combinations that cannot train, with the reason.

    Args:
        filled: the run as `fill` made it.
        said: what the user said.
        samples: what the dataset holds.

    Raises:
        UserError: naming the fields, the reason and what to do.
    """
    _refuse_without_effect(filled, said)
    check_network(
        filled["network"],
        sample_shape=samples.shape,
        width=filled["width"],
        critic_batch_norm=filled["critic_batch_norm"],
    )
    if filled["critic_batch_norm"] and filled["constraint"] in PER_SAMPLE:
        raise UserError(
            f"critic_batch_norm cannot go with constraint {filled['constraint']!r}: "
            "the gradient norm is taken sample by sample, and batch norm makes every "
            "score depend on the whole batch. Leave the critic's batch norm off."
        )
    if (
        filled["objective"] == "energy_based"
        and filled["constraint"] == "normalization"
    ):
        raise UserError(
            "constraint 'normalization' turns scores into numbers in [-1, 1], but the "
            "energies of objective 'energy_based' are >= 0 and compared with a margin. "
            "Choose another constraint."
        )
    if filled["critic_schedule"] != "constant" and "decay_steps" in filled:
        raise UserError(
            "decay_steps counts critic updates at a constant n_critic and cannot go "
            f"with critic_schedule {filled['critic_schedule']!r}. Choose one of them."
        )
    if filled["batch_size"] > samples.count:
        raise UserError(
            f"batch_size is {filled['batch_size']}, but {filled['dataset']} has "
            f"{samples.count} training samples. Choose a smaller batch."
        )


def _refuse_without_effect(filled: Fields, said: Fields) -> None:
    for name, (axis, users, _) in _OWNED.items():
        if name in said and filled[axis] not in users:
            raise UserError(
                f"{name} has no effect: the {axis} of this run is {filled[axis]!r}, "
                f"and only {' and '.join(users)} use it. Leave it out."
            )
