"""Named arrays as the variables of a net, and the files that hold them.

Names are paths with dots, `params.Conv_0.kernel`. This module knows no net.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from wgan_jax.errors import UserError
from wgan_jax.files import describe_error, open_regular
from wgan_jax.metrics.features.torch_file import is_torch_file, read_torch


def to_named(variables: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Names every array of nested dicts by its path."""
    from flax.traverse_util import flatten_dict

    flat = flatten_dict(variables, sep=".")
    return {name: np.asarray(array, order="C") for name, array in flat.items()}


def to_variables(
    arrays: Mapping[str, np.ndarray], template: Mapping[str, Any], path: Path
) -> dict[str, Any]:
    """Puts named arrays in the place of a template's leaves.

    Args:
        arrays: name -> array of any float type.
        template: nested dicts whose leaves have the wanted shapes.
        path: where the arrays come from, for the message.

    Returns:
        The template's dicts, with float32 arrays.

    Raises:
        UserError: arrays are missing, left over or of another shape; the first are
            named.
    """
    from flax.traverse_util import flatten_dict, unflatten_dict

    leaves: dict[str, Any] = dict(flatten_dict(template, sep="."))
    wanted = {name: leaf.shape for name, leaf in leaves.items()}
    given = {name: array.shape for name, array in arrays.items()}
    wrong = [n for n in sorted(wanted | given) if wanted.get(n) != given.get(n)]
    if wrong:
        lines = (
            f"{n}: is {given.get(n, 'missing')}, wanted {wanted.get(n, 'nothing')}"
            for n in wrong[:3]
        )
        raise UserError(
            f"{path} holds other weights than this net's, {len(wrong)} arrays differ:"
            "\n  " + "\n  ".join(lines) + "\nGive the file that the net is made of."
        )
    return unflatten_dict(
        {name: array.astype(np.float32) for name, array in arrays.items()}, sep="."
    )


def write_safetensors(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Encodes named arrays; equal arrays give equal bytes."""
    from safetensors.numpy import save

    return save({n: np.asarray(a, order="C") for n, a in sorted(arrays.items())})


def read_bytes(path: Path, advice: str) -> bytes:
    """Reads a file of weights.

    Raises:
        UserError: it cannot be read; ends with the advice, a full sentence.
    """
    try:
        with open_regular(path) as file:  # no pipe, which would be waited for
            return file.read()
    except OSError as error:
        raise UserError(
            f"cannot read the weights {path}: {describe_error(error)}. {advice}"
        ) from error


def parse_arrays(data: bytes, path: Path) -> dict[str, np.ndarray]:
    """Reads named arrays, whatever of three formats holds them.

    The format is seen from the content: safetensors, NumPy's .npz, or a state dict of
    `torch.save`. No format is allowed to run code.

    Args:
        data: the file's content.
        path: the file, for the message.

    Returns:
        Name -> array.

    Raises:
        UserError: the file is damaged or of another kind.
    """
    try:
        if is_torch_file(data):
            return read_torch(data)
        if data[:2] == b"PK":
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        from safetensors.numpy import load

        return load(data)
    except Exception as error:  # zipfile, NumPy and safetensors raise many kinds
        raise UserError(
            f"{path} cannot be read: {error}. Give a whole file: safetensors, .npz, or "
            "a state dict written by torch.save."
        ) from error
