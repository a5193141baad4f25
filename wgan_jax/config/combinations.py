"""The combinations of parts that are refused, each with its reason.

It handles plain dictionaries of `Config` fields and reads registries; it knows no JAX.
"""

from collections.abc import Iterator

from wgan_jax.augmentation.registry import check_augmentations
from wgan_jax.config.precision import refuse_rounded_points
from wgan_jax.config.presets import (
    Fields,
    every_option,
    network_spec,
    owners_of,
)
from wgan_jax.config.products import refuse_large_products
from wgan_jax.config.samples import (
    SampleSpec,
    refuse_large_batch,
    refuse_other_images,
    refuse_unlabelled,
)
from wgan_jax.constraints.registry import CONSTRAINTS
from wgan_jax.constraints.row import batch_norm_problem
from wgan_jax.errors import UserError
from wgan_jax.networks import NETWORKS, check_network
from wgan_jax.objectives.registry import OBJECTIVES

_DENSE = ("mlp", "lipschitz_mlp")  # of images: batch norm of units, not of maps


def refuse_impossible(filled: Fields, given: Fields, samples: SampleSpec) -> None:
    """Refuses combinations that cannot train, with the reason.

    Args:
        filled: the run as `layer_defaults` made it.
        given: what the user gave.
        samples: what the dataset holds.

    Raises:
        UserError: naming the fields, the reason and what to do.
    """
    _refuse_without_effect(filled, given)
    refuse_other_images(given)
    refuse_rounded_points(filled.get("precision"), samples.shape)
    refuse_unlabelled(filled, samples)
    spec = network_spec(filled, samples.shape, samples.num_classes)
    check_network(filled["network"], spec)
    if filled.get("augment") is not None:
        check_augmentations(filled["augment"], samples.shape)
    for impossible, message in _rules(filled):
        if impossible:
            raise UserError(message)
    refuse_large_batch(filled["batch_size"], filled["dataset"], samples.count)
    refuse_large_products(filled)


def refuse_new(filled: Fields, batch_size: int, shape: tuple[int, ...]) -> None:
    """Refuses what no new run should begin with; one that has begun may go on.

    Args:
        filled: the run's fields.
        batch_size: all devices together.
        shape: of a sample.

    Raises:
        UserError: batch norm of single units over a batch of one, or a lazy penalty
            where updates are not counted evenly.
    """
    network, lazy = filled.get("network"), filled.get("penalty_every") or 1
    if lazy > 1 and filled["critic_schedule"] != "constant":
        raise UserError(
            f"penalty_every {lazy} counts critic updates at a constant n_critic and "
            f"cannot go with critic_schedule {filled['critic_schedule']!r}. Choose one "
            "of them."
        )
    if batch_size == 1 and network in _DENSE and len(shape) == 3:
        raise UserError(
            f"batch_size is 1, but the generator of network {network!r} normalises "
            "every unit over its batch: of one sample nothing is left. Use at least "
            "2, or --network dcgan where it fits."
        )


def _rules(filled: Fields) -> Iterator[tuple[bool, str]]:
    """Yields (whether it is broken, message) for every rule across parts."""
    objective = OBJECTIVES[filled["objective"]]
    constraint = CONSTRAINTS[filled["constraint"]]
    problem = batch_norm_problem(constraint)
    yield (
        filled["critic_batch_norm"] and problem is not None,
        f"critic_batch_norm cannot go with constraint {constraint.name!r}: {problem}. "
        "Leave the critic's batch norm off.",
    )
    yield (
        objective.energies and constraint.bounded_scores,
        f"constraint {constraint.name!r} turns scores into numbers in [-1, 1], but the "
        f"energies of objective {objective.name!r} are >= 0 and compared with a "
        "margin. Choose another constraint.",
    )
    network = NETWORKS[filled["network"]]
    yield (
        bool(network.estimate) and constraint.name != "none",
        f"network {network.name!r} bounds its critic's slope by itself and takes no "
        f"constraint, but that of this run is {constraint.name!r}: choose --variant "
        "wgan, which has none there, gan, nsgan or lsgan, or --constraint none.",
    )
    yield (
        bool(network.estimate) and filled.get("precision") == "bf16",
        f"network {network.name!r} certifies its estimate by exact kernels, and "
        "precision bf16 rounds them to three digits. Choose float32 or tf32, or leave "
        "it out.",
    )
    yield (
        filled["critic_schedule"] != "constant" and bool(filled["decay_steps"]),
        "decay_steps counts critic updates at a constant n_critic and cannot go with "
        f"critic_schedule {filled['critic_schedule']!r}. Choose one of them.",
    )


def _refuse_without_effect(filled: Fields, given: Fields) -> None:
    # A value that nothing reads would look, in config.json, as if it had been tried.
    for name in every_option():
        axis, owners = owners_of(name)
        if name in given and filled[axis] not in owners:
            use = "uses" if len(owners) == 1 else "use"
            raise UserError(
                f"{name} has no effect: the {axis} of this run is {filled[axis]!r}, "
                f"and only {' and '.join(owners)} {use} it. Leave it out."
            )
