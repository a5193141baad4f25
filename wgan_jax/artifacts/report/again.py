"""The lines that repeat a run and that use what it left."""

import shlex
from collections.abc import Mapping
from typing import Any

from wgan_jax.artifacts.report.record import Record

# Where one user's run lay and how it was started is not part of repeating it.
_NOT_IN_COMMAND = {"run_dir", "data_dir", "resume", "quiet"}


def command_of(config: Mapping[str, Any]) -> str:
    """Returns the command line that repeats a run with this config.

    Args:
        config: option -> value; None is left to its default. False is written out: a
            preset may turn the option on.
    """
    words = ["python", "-m", "wgan_jax.run"]
    for name, value in _set_fields(config).items():
        option = name.replace("_", "-")
        words.append(f"--no-{option}" if value is False else f"--{option}")
        if not isinstance(value, bool):
            words.append(str(value))
    return shlex.join(words)


def call_of(config: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """Returns the Python call that repeats a run with parts or data of the user's own.

    Args:
        config: option -> value; None is left to its default.
        own: what config.json records of own parts and own data.
    """
    # Hidden is what `data` and `recipe` decide; beside a recipe `train` refuses it.
    parts = own.get("own_parts", {})
    hidden = {"dataset"} if "own_data" in own else set()
    hidden |= {"variant", "conditional", *parts} if parts else set()
    fields = [f"{k}={v!r}" for k, v in _set_fields(config).items() if k not in hidden]
    arguments = ["data"] if "own_data" in own else []
    arguments += ["recipe=recipe"] if parts else []
    body = ", ".join([f"Config({', '.join(fields)})", *arguments])
    lines = ["from wgan_jax import Config, train", "", f"train({body})"]
    names = " and ".join(_arguments(own))
    return "\n".join([*lines, f"# {names}: your own, see Configuration"])


def commands_of(record: Record) -> dict[str, str]:
    """Returns what a user may want to do with a run: heading -> lines to copy.

    Args:
        record: the run.
    """
    run = shlex.quote(str(record.path))
    own = _brought(record)
    commands = {}
    # A run that diverged meets the same numbers again.
    if not record.summary and not own and not record.diverged:
        commands["Continue"] = f"python -m wgan_jax.run --resume --run-dir {run}"
    if own:
        commands["Run it again"] = call_of(record.config, own)
    else:
        given = {n: v for n, v in record.config.items() if _is_given(record, n)}
        if record.sources:
            commands["Run it again"] = command_of(given)
        every = "Run it again, every option written out"
        commands[every] = command_of(record.config)
    return commands | {
        "Draw samples": _sample_line(record),
        "Measure quality": evaluate_line(record),
        "Watch in TensorBoard": f"tensorboard --logdir {run}/tensorboard",
    }


def _brought(record: Record) -> dict[str, Any]:
    """Parts and data from Python; data that are read by their path need none."""
    return {n: brought for n, brought in record.own.items() if "path" not in brought}


def evaluate_line(record: Record) -> str:
    """The line that measures a run: of a shell, or of Python where it brought parts."""
    if not (own := _brought(record)):
        return f"python -m wgan_jax.evaluate {shlex.quote(str(record.path))}"
    given = [repr(str(record.path)), *(f"{name}={name}" for name in _arguments(own))]
    return f"wgan_jax.evaluate({', '.join(given)})"


def _sample_line(record: Record) -> str:
    if not (own := _brought(record)):
        run = shlex.quote(str(record.path))
        return f"python -m wgan_jax.sample {run} --count 64 --out samples.png"
    given = [repr(str(record.path))]
    given += ["recipe=recipe"] if "recipe" in _arguments(own) else []
    return f"wgan_jax.load_trained({', '.join(given)}).sample(0, 64)"


def _arguments(own: Mapping[str, Any]) -> list[str]:
    names = {"own_data": "data", "own_parts": "recipe"}
    return [argument for name, argument in names.items() if name in own]


def _is_given(record: Record, name: str) -> bool:
    return record.sources.get(name) == "given"


def _set_fields(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in config.items()
        if value is not None and name not in _NOT_IN_COMMAND
    }
