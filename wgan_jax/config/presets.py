"""The defaults of a run, with their sources.

Layers, the later ones winning: defaults of the parts' options, the network's settings,
the variant's row, the variant's settings for that network, what the preset adds, the
dataset's settings, what was given. It handles plain dictionaries of `Config` fields and
reads registries; it knows no JAX.
"""

from collections.abc import Iterable
from typing import Any

from wgan_jax.config.names import REGISTRIES, unknown_part
from wgan_jax.config.optimizers import OPTIMIZERS
from wgan_jax.config.preset_tables import DEFAULT_PRESET, preset_of
from wgan_jax.config.samples import SampleSpec, own_settings
from wgan_jax.constraints.registry import CONSTRAINTS
from wgan_jax.constraints.row import batch_norm_problem
from wgan_jax.networks import NETWORKS, NetworkSpec
from wgan_jax.objectives.registry import OBJECTIVES
from wgan_jax.options import Option, Preset
from wgan_jax.variants import VARIANTS

Fields = dict[str, Any]

_DATASET_SETTINGS: dict[str, Preset] = {
    # 1,000 modes need the convolutions of the unrolled GAN.
    "stacked_mnist": Preset("Metz et al. 2017, sec. 3.3.1", {"network": "dcgan"}),
    # Colour needs convolutions; the papers' ResNet is one --network away.
    "cifar10": Preset("", {"network": "dcgan"}),
    # Points have the toy network alone. The papers' 512 units cost 16 to 64 times as
    # much a step.
    "ring8": Preset("experiments.coverage", {"width": 64}),
    "grid25": Preset("experiments.coverage", {"width": 128}),
    "swissroll": Preset("", {"width": 128}),
}
# What only some presets ask for: written out, so that a run that goes on under a later
# version takes no new default.
_OFF = {
    "critic_batch_norm": False,
    "decay_steps": 0,
    "ema_decay": 0.0,
    "generator_batch": 1,
}
_MLP_SIZE = 32  # grey images up to that size are learned by the mlp
# Axis of a config -> name on that axis -> the options that the part takes.
_OPTIONS: dict[str, dict[str, tuple[Option, ...]]] = {
    "objective": {name: row.options for name, row in OBJECTIVES.items()},
    "constraint": {name: row.options for name, row in CONSTRAINTS.items()},
    "network": {name: row.options for name, row in NETWORKS.items()},
    "optimizer": OPTIMIZERS,
}


def every_option() -> dict[str, Option]:
    """Returns the options of all rows by name, each once."""
    parts = [part for axis in _OPTIONS.values() for part in axis.values()]
    return {option.name: option for options in parts for option in options}


def owners_of(option: str) -> tuple[str, list[str]]:
    """Returns the axis that an option belongs to and the names that take it."""
    for axis, parts in _OPTIONS.items():
        names = [n for n, taken in parts.items() if option in [o.name for o in taken]]
        if names:
            return axis, names
    raise KeyError(option)


def option_axis(name: str) -> str | None:
    """Returns the field whose parts take an option, None if no part does."""
    return owners_of(name)[0] if name in every_option() else None


def default_batch_size(dataset: str, samples: SampleSpec) -> int:
    """Returns the batch that a dataset trains with where none is named."""
    return batch_size_preset(dataset, samples).settings["batch_size"]


def batch_size_preset(dataset: str, samples: SampleSpec) -> Preset:
    """Returns that batch with its source."""
    network = NETWORKS[default_network(dataset, samples)]
    source, settings = network.settings(samples.shape)
    return Preset(source, {"batch_size": settings["batch_size"]})


def default_network(dataset: str, samples: SampleSpec) -> str:
    """Returns the network that a dataset trains with where none is named."""
    own = _DATASET_SETTINGS.get(dataset)
    named = own.settings.get("network") if own else None
    return named or _fitting_network(samples.shape)


def _fitting_network(shape: tuple[int, ...]) -> str:
    if len(shape) != 3:
        return "toy"
    # Colour and large images need convolutions, which exist for some sizes alone.
    plain = shape[2] == 1 and max(shape) <= _MLP_SIZE
    return "mlp" if plain or NETWORKS["dcgan"].why_not(shape) else "dcgan"


def layer_defaults(given: Fields, samples: SampleSpec) -> Fields:
    """Layers presets under what was given.

    Args:
        given: the fields with a value, `variant` and `dataset` among them.
        samples: what the dataset holds.

    Returns:
        Every field that applies; options that nothing in the run uses are left out.

    Raises:
        UserError: for an unknown name.
    """
    return {**_merged(preset_layers(given, samples)), **given}


def preset_layers(given: Fields, samples: SampleSpec) -> list[Preset]:
    """Lists what is filled in where nothing is given, each layer with its source.

    Args:
        given: the fields with a value, `variant` and `dataset` among them.
        samples: what the dataset holds.

    Returns:
        The layers, the winning ones last.

    Raises:
        UserError: for an unknown name.
    """
    # First, because the lookups below would end in a KeyError.
    for kind, registry in REGISTRIES.items():
        known = given.get(kind) is None or given[kind] in registry
        if not known and kind != "dataset":  # which may be the user's own
            raise unknown_part(kind, given[kind])
    presets = _part_presets(given, samples)
    kept = _without_exchanged(_merged(presets), given)
    presets = [
        Preset(source, {name: settings[name] for name in settings if name in kept})
        for source, settings in presets
    ]
    presets.append(_taken_back(_merged(presets) | given, samples))
    # The lowest layers are found last: which options there are depends on the parts.
    filled = _merged(presets) | given
    options = [option for axis in _OPTIONS for option in _OPTIONS[axis][filled[axis]]]
    return [Preset(o.source, {o.name: o.default}) for o in options] + presets


def _merged(presets: Iterable[Preset]) -> Fields:
    return {n: value for preset in presets for n, value in preset.settings.items()}


def _part_presets(given: Fields, samples: SampleSpec) -> list[Preset]:
    """The settings of network, variant and dataset, the winning ones last."""
    variant, dataset = given["variant"], given["dataset"]
    network = given.get("network", default_network(dataset, samples))
    preset = given.get("preset", DEFAULT_PRESET)
    row = NETWORKS[network]
    own = _DATASET_SETTINGS.get(dataset)
    return [
        Preset("", {**_OFF, "network": network, "preset": preset}),
        row.settings(samples.shape),
        Preset(row.source, {"width": row.default_width}),
        *VARIANTS[variant].presets(network),
        *preset_of(preset, variant, network, dataset),
        *([own] if own else []),
        Preset("", own_settings(dataset, samples.shape)),
    ]


def _taken_back(filled: Fields, samples: SampleSpec) -> Preset:
    """Defaults that the rest of the run cannot have: without them it can be trained.

    What the user gave wins over it and is refused later, with the reason.
    """
    taken: Fields = {}
    constraint, network = CONSTRAINTS[filled["constraint"]], NETWORKS[filled["network"]]
    spec = network_spec(filled, samples.shape, samples.num_classes)
    if batch_norm_problem(constraint) or network.why_no_batch_norm(spec):
        taken["critic_batch_norm"] = False
    if filled.get("critic_schedule", "constant") != "constant":
        taken["decay_steps"] = 0
    return Preset("", taken)


def network_spec(
    filled: Fields, sample_shape: tuple[int, ...], num_classes: int | None
) -> NetworkSpec:
    """Describes the networks of a run as `build_networks` takes it.

    Args:
        filled: the fields of the run, without blanks.
        sample_shape: (H, W, C) or (d,).
        num_classes: of the labels; not read where the run is not conditional.
    """
    own = {option.name for option in NETWORKS[filled["network"]].options}
    return NetworkSpec(
        sample_shape,
        width=filled["width"] or 0,  # 0 is the network's own
        energies=OBJECTIVES[filled["objective"]].energies,
        critic_batch_norm=filled["critic_batch_norm"],
        num_classes=num_classes if filled.get("conditional") else None,
        options={
            **CONSTRAINTS[filled["constraint"]].network,
            **{name: filled[name] for name in own if filled.get(name) is not None},
        },
    )


def _without_exchanged(preset: Fields, given: Fields) -> Fields:
    """Drops the preset's options of parts that the user replaced by others.

    A decay is dropped with the optimiser it was chosen for, since Adam's beta2 is no
    default for RMSprop's; a penalty's weight serves the one-sided and the two-sided
    penalty.
    """
    filled, remaining = preset | given, dict(preset)
    for name in every_option():
        axis, owners = owners_of(name)
        exchanged = axis == "optimizer" and filled[axis] != preset[axis]
        if filled[axis] not in owners or exchanged:
            remaining.pop(name, None)
    return remaining
