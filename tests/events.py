"""TensorBoard's events, read back."""

import struct
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.events import import_tensorboardx

import_tensorboardx()

from tensorboardX.proto import event_pb2, plugin_hparams_pb2  # noqa: E402


def events(directory: Path) -> list[Any]:
    """Every event of a run, oldest file first, by the TFRecord framing."""
    files = directory.glob("events.out.tfevents.*")
    found = []
    for path in sorted(files, key=lambda p: int(p.suffix[1:])):
        data = path.read_bytes()
        while data:
            (length,) = struct.unpack("<Q", data[:8])
            found.append(vars(event_pb2)["Event"].FromString(data[12 : 12 + length]))
            data = data[16 + length :]
    return found


def table_of_runs(directory: Path) -> dict[str, Any]:
    """What TensorBoard's table of runs is told: its last word under each tag."""
    kind, found = vars(plugin_hparams_pb2)["HParamsPluginData"], {}
    for event in events(directory):
        for value in event.summary.value:
            plugin = value.metadata.plugin_data
            if plugin.plugin_name == "hparams":
                name = value.tag.removeprefix("_hparams_/")
                found[name] = event.step, kind.FromString(plugin.content)
    return found
