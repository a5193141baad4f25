"""The stored config of a run: read back, merged with what was given now, and shown.

It does not import JAX, so that a run can be looked at before anything heavy starts.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from wgan_jax.artifacts.folder import DATA, PARTS, SOURCES, RunFolder
from wgan_jax.config import FIELDS, Config, resolve
from wgan_jax.config.samples import SampleSpec, samples_of
from wgan_jax.config.show import config_table
from wgan_jax.config.sources import continued_sources, sources_of
from wgan_jax.errors import UserError
from wgan_jax.files import to_jsonable
from wgan_jax.text import shown

# What a blank meant in runs that are older than presets, which would fill it today.
_BEFORE_PRESETS = {"preset": "paper", "decay_steps": 0, "ema_decay": 0.0}
# The same of options that later presets turn on, for all networks and for `resnet`.
_BEFORE_GENERATOR_BATCH = {"generator_batch": 1}
_BEFORE_RESNET_OPTIONS = {"generator_width": 0, "sum_pooling": False}
SIZES = "training samples"  # in the record of the data: [N, ...]
CLASSES = "classes"  # the same, of a conditional run


def read_stored(folder: RunFolder) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Reads config.json.

    Args:
        folder: the run's.

    Returns:
        The fields of the config, and what the user's own parts consisted of, or None.
    """
    stored = folder.config()
    for record in (DATA, SOURCES):
        stored.pop(record, None)
    parts = stored.pop(PARTS, None)
    if parts is None and stored.get("preset") is None:
        stored |= {n: v for n, v in _BEFORE_PRESETS.items() if stored.get(n) is None}
    if parts is None and "generator_batch" not in stored:
        stored |= _BEFORE_GENERATOR_BATCH
        stored |= _BEFORE_RESNET_OPTIONS if stored.get("network") == "resnet" else {}
    return stored, parts


def stored_samples(folder: RunFolder) -> SampleSpec | None:
    """Returns what a run records of data of the user's own; None where it does not."""
    sizes = read_record(folder).get(SIZES) or [0]
    classes = read_record(folder).get(CLASSES)
    numbers: list[Any] = sizes if isinstance(sizes, list) else [None]
    if not all(type(n) is int for n in [*numbers, classes or 0]):
        raise UserError(
            f"{folder.path / 'config.json'} is damaged: {DATA} has {SIZES} "
            f"{shown(sizes)} and {CLASSES} {shown(classes)}. Restore the file."
        )
    count, *shape = numbers
    return SampleSpec(tuple(shape), count, classes) if count else None


def read_record(folder: RunFolder) -> dict[str, Any]:
    """Reads what is recorded of data of the user's own; {} where there is nothing."""
    return folder.config().get(DATA, {})


def accept_moved(
    stored: Mapping[str, Any], given: Mapping[str, Any], record: Mapping[str, Any]
) -> dict[str, Any]:
    """Takes another path of data that are read by their path.

    Data may move: their checksum tells whether they are those of the run.

    Args:
        stored: the fields that config.json holds.
        given: the fields that the user gave a value now.
        record: as `read_record` returns it.

    Returns:
        The stored fields, with the path that was given.
    """
    moved = "path" in record and "dataset" in given
    return {**stored, **({"dataset": given["dataset"]} if moved else {})}


def merge_resumed(stored: Mapping[str, Any], given: Mapping[str, Any]) -> Config:
    """Continues a stored run: its config, with what may change changed.

    Args:
        stored: the fields that config.json holds.
        given: the fields that the user gave a value now.

    Returns:
        The config to continue with.

    Raises:
        UserError: when a field that the numbers depend on was given another value, or
            the stored config has fields that this version does not know.
    """
    if strange := sorted(set(stored) - set(FIELDS)):
        names = ", ".join(map(shown, strange))
        raise UserError(
            f"config.json has fields unknown to this version: {names}. "
            "Continue with the version of wgan_jax that started the run."
        )
    changed = [
        f"{name} ({stored.get(name)} -> {value})"
        for name, value in given.items()
        if FIELDS[name].fixed_on_resume and value != stored.get(name)
    ]
    if changed:
        raise UserError(
            f"a resumed run cannot change {', '.join(changed)}: its numbers depend on "
            "it. Leave it out, or start a new run in another --run-dir. "
            "(--steps may grow.)"
        )
    return Config(**{**stored, **given})


def require_run_dir(given: Mapping[str, Any]) -> str:
    """Returns the folder of the run that is to go on, or says that it is missing."""
    run_dir = given.get("run_dir")
    if run_dir is None:
        raise UserError("resume needs to know which run: give its folder as --run-dir.")
    return run_dir


def show_config(given: Mapping[str, Any]) -> str:
    """Shows what a run would be, and trains nothing.

    Args:
        given: the fields that were given; with `resume`, `run_dir` among them.

    Returns:
        A table: field, value, where it comes from.

    Raises:
        UserError: no such run, or what `resolve` and a resumed run refuse.
    """
    if not given.get("resume"):
        config = resolve(Config(**given))
        samples = samples_of(config)
        return config_table(config, sources_of(config, given, samples))
    folder = RunFolder.open(require_run_dir(given))
    sources = folder.config().get(SOURCES, {})
    stored, _ = read_stored(folder)
    stored = accept_moved(stored, given, read_record(folder))
    config = merge_resumed(stored, given)
    # How the process was started is not part of the run.
    config = dataclasses.replace(config, resume=False)
    return config_table(config, continued_sources(sources, stored, config))


def deciding(config: Config) -> dict[str, Any]:
    """Returns what the numbers of a run depend on, as JSON gives it back.

    The data are left out: they may move, and have a checksum of their own.
    """
    fields = (n for n, f in FIELDS.items() if f.fixed_on_resume and n != "dataset")
    return to_jsonable({name: getattr(config, name) for name in fields})
