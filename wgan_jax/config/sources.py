"""Where each value of a run came from: the user, our own default, or a paper's preset.

A record for people, kept beside the fields in config.json; nothing is computed from it.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from wgan_jax.config.config import FIELDS, Config
from wgan_jax.config.own_parts import OWN_PARTS
from wgan_jax.config.presets import batch_size_preset, preset_layers
from wgan_jax.config.samples import SampleSpec
from wgan_jax.data import DATASETS
from wgan_jax.options import Preset

Sources = dict[str, str]
GIVEN, DEFAULT = "given", "default"


def sources_of(config: Config, given: Iterable[str], samples: SampleSpec) -> Sources:
    """Names the source of every value of a run.

    Args:
        config: the run, without blanks.
        given: the fields that the user gave a value.
        samples: what the dataset holds.

    Returns:
        Field -> `given`, `default` or `preset: SOURCE`, for each field with a value.
    """
    values = _with_value(config)
    found = dict.fromkeys(values, DEFAULT)
    for layer in _layers(config, given, samples):
        found |= dict.fromkeys(layer.settings, _words(layer))
    found |= dict.fromkeys(given, GIVEN)
    if config.dataset not in DATASETS:  # the user's own samples name themselves
        found["dataset"] = GIVEN
    if config.variant == OWN_PARTS:  # the recipe is the user's word on its parts
        decided = (n for n, f in FIELDS.items() if f.in_recipe and f.optional)
        found |= dict.fromkeys(["variant", *decided], GIVEN)
    return {name: found[name] for name in values}


def continued_sources(
    sources: Mapping[str, str], before: Mapping[str, Any], config: Config
) -> Sources:
    """Brings the record of a run that is resumed up to date.

    Args:
        sources: the record of the run; empty where it was started without one.
        before: the fields that its config.json holds.
        config: the run as it goes on.

    Returns:
        The record, in which fields that changed are given; empty without one.
    """
    values = _with_value(config)
    # A field that the version before did not know was filled in, and not given.
    changed = (n for n in values if n in before and values[n] != before[n])
    kept = {name: sources.get(name, DEFAULT) for name in values}
    return kept | dict.fromkeys(changed, GIVEN) if sources else {}


def _with_value(config: Config) -> dict[str, Any]:
    every = dataclasses.asdict(config)
    return {name: value for name, value in every.items() if value is not None}


def _layers(
    config: Config, given: Iterable[str], samples: SampleSpec
) -> Iterable[Preset]:
    if config.variant == OWN_PARTS:
        return [batch_size_preset(config.dataset, samples)]
    # The names of the registries decide which layers there are, given or not.
    names = {"variant", "dataset", *given}
    values = _with_value(config)
    return preset_layers({n: values[n] for n in names if n in values}, samples)


def _words(layer: Preset) -> str:
    return f"preset: {layer.source}" if layer.source else DEFAULT
