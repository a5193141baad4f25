"""Arrays from a file of PyTorch's `torch.save`, read without PyTorch.

Such a file holds pickles, and unpickling may call any function that a pickle names.
Here names are looked up in a table of the few that tensors need, and none of them is
PyTorch's: a file that names anything else is refused. Two formats are in use: the zip
archive of PyTorch 1.6 and later, and the pickles in a row of the versions before it.
This module knows bytes, not nets.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

_MAGIC = 0x1950A86A20F9469CFC6C  # the first pickle of the older format
_PROTOCOL = 1001
_STORAGES = {
    "HalfStorage": np.dtype("<f2"),
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "LongStorage": np.dtype("<i8"),
}


class _Storage(NamedTuple):
    """A run of numbers somewhere in the file."""

    key: str
    dtype: np.dtype
    count: int


class _Tensor(NamedTuple):
    """A view of a storage, in units of its numbers."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Unpickler(pickle.Unpickler):
    """Builds dicts, numbers, strings and `_Tensor`s, and nothing else."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        """Looks a global name up among those that are allowed."""
        if module_name == "torch" and global_name in _STORAGES:
            return _STORAGES[global_name]
        if (module_name, global_name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module_name, global_name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        raise pickle.UnpicklingError(
            f"it names {module_name}.{global_name}, which no file of plain tensors does"
        )

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _, count, *view = pid
        if kind != "storage" or any(part is not None for part in view):
            raise pickle.UnpicklingError(f"it refers to a {kind!r} of an unknown kind")
        return _Storage(str(key), np.dtype(dtype), int(count))


def _rebuild(storage: _Storage, offset, shape, strides, *rest: Any) -> _Tensor:
    # What follows says whether the tensor takes gradients, and its hooks.
    return _Tensor(storage, int(offset), tuple(shape), tuple(strides))


def is_torch_file(data: bytes) -> bool:
    """Whether the bytes begin as a file of `torch.save` does, of either format."""
    if data[:1] == b"\x80":
        return True
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(name.endswith("/data.pkl") for name in archive.namelist())


def read_torch(data: bytes) -> dict[str, np.ndarray]:
    """Reads the tensors of a state dict.

    Args:
        data: the content of the file.

    Returns:
        Name -> array, in C order.

    Raises:
        ValueError: the file is damaged, names anything but tensors, or holds something
            else than named tensors; the message completes "it cannot be read: ...".
    """
    try:
        state, fetch = _open_zip(data) if data[:2] == b"PK" else _open_older(data)
        if not isinstance(state, dict):
            raise pickle.UnpicklingError(f"it holds a {type(state).__name__}, no dict")
        return {name: _view(name, tensor, fetch) for name, tensor in state.items()}
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise ValueError(str(error) or type(error).__name__) from error


Fetch = Callable[[_Storage], bytes]


def _open_zip(data: bytes) -> tuple[Any, Fetch]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    (index,) = (n for n in archive.namelist() if n.endswith("/data.pkl"))
    folder = index.removesuffix("data.pkl")

    def fetch(storage: _Storage) -> bytes:
        name = f"{folder}data/{storage.key}"
        # Before it is unpacked: a small archive can claim any size.
        if archive.getinfo(name).file_size != storage.count * storage.dtype.itemsize:
            raise pickle.UnpicklingError(f"{name} is not of the size that is named")
        return archive.read(name)

    return _Unpickler(io.BytesIO(archive.read(index))).load(), fetch


def _open_older(data: bytes) -> tuple[Any, Fetch]:
    file = io.BytesIO(data)
    magic, protocol, system, state, keys = (_Unpickler(file).load() for _ in range(5))
    if (magic, protocol) != (_MAGIC, _PROTOCOL) or not system.get("little_endian"):
        raise pickle.UnpicklingError("it does not begin as PyTorch's files do")
    dtypes = {
        tensor.storage.key: tensor.storage.dtype
        for tensor in state.values()
        if isinstance(tensor, _Tensor)
    }
    found = {}
    for key in keys:  # each: the count of its numbers in 8 bytes, then the numbers
        count = int.from_bytes(file.read(8), "little")
        found[key] = file.read(count * dtypes[key].itemsize)
    return state, lambda storage: found[storage.key]


def _view(name: Any, tensor: Any, fetch: Fetch) -> np.ndarray:
    if not isinstance(name, str) or not isinstance(tensor, _Tensor):
        kind = type(tensor).__name__
        raise pickle.UnpicklingError(f"{name!r} is a {kind}, not a named tensor")
    storage, offset, shape, strides = tensor
    values = np.frombuffer(fetch(storage), storage.dtype)
    reach = sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    if min((offset, *shape, *strides)) < 0 or offset + reach >= len(values):
        # as_strided checks nothing: it would read memory that is not the file's.
        raise pickle.UnpicklingError(f"{name} reaches beyond its numbers")
    steps = [step * storage.dtype.itemsize for step in strides]
    view = np.lib.stride_tricks.as_strided(values[offset:], shape, steps)
    return view.copy()
