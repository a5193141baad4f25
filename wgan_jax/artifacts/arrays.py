"""Trees to named arrays and back, and named arrays to one safetensors file and back.

The names are jax key paths, so a tree keeps them when a dict becomes a dataclass. The
format holds a header and bytes and no code; other frameworks read it too. This module
knows nothing of checkpoints, nor whether a file is undamaged.
"""

from pathlib import Path
from typing import Any

Kind = list  # [dtype, shape], the form that JSON gives back


def flatten(tree: Any) -> dict[str, Any]:
    """Names every leaf by its path: `critic.params.Dense_0.kernel` -> numpy array.

    Args:
        tree: any pytree of arrays and Python numbers; None is no leaf.

    Returns:
        The leaves in the order of the tree.

    Raises:
        ValueError: two leaves share a name, as in `{"a": {"b": 1}, "a.b": 2}`.
    """
    import jax
    import numpy as np

    # One device_get for the tree: its copies start together and not one by one.
    paths = jax.tree_util.tree_flatten_with_path(jax.device_get(tree))[0]
    leaves = {_name(path): np.asarray(leaf) for path, leaf in paths}
    if len(leaves) != len(paths):
        raise ValueError("two leaves of the tree have the same name")
    return leaves


def unflatten(template: Any, arrays: dict[str, Any]) -> Any:
    """Builds a tree like the template from named arrays.

    Args:
        template: any pytree; its leaves give the names, and Python numbers among them
            come back as Python numbers.
        arrays: name -> array, as `read_arrays` returns them.

    Returns:
        The tree. Types and shapes are not compared: see `mismatch`.

    Raises:
        KeyError: a leaf of the template has no array.
    """
    import jax

    paths, structure = jax.tree_util.tree_flatten_with_path(template)
    leaves = [_like(leaf, arrays[_name(path)]) for path, leaf in paths]
    return jax.tree_util.tree_unflatten(structure, leaves)


def kinds(leaves: dict[str, Any]) -> dict[str, Kind]:
    """Returns name -> [dtype, shape]."""
    return {name: _kind(leaf) for name, leaf in leaves.items()}


def mismatch(saved: dict[str, Kind], template: Any) -> str | None:
    """Describes where saved arrays differ from a template in name, type or shape.

    Args:
        saved: name -> [dtype, shape], as the manifest has it.
        template: the tree that they should fill.

    Returns:
        The first differences, one a line, or None when everything fits.
    """
    import jax

    paths = jax.tree_util.tree_flatten_with_path(template)[0]
    wanted = {_name(path): _kind(leaf) for path, leaf in paths}
    wrong = [n for n in sorted(wanted | saved) if wanted.get(n) != saved.get(n)]
    if not wrong:
        return None
    lines = (f"{n}: saved {saved.get(n)}, wanted {wanted.get(n)}" for n in wrong[:5])
    return f"{len(wrong)} arrays differ:\n  " + "\n  ".join(lines)


def write_arrays(path: Path, leaves: dict[str, Any]) -> None:
    """Writes named numpy arrays into a new file.

    Raises:
        OSError: the file cannot be written.
        MemoryError: there is no room for its bytes.
    """
    import numpy as np
    from safetensors.numpy import save

    # safetensors writes the memory as it is: a transposed array would come back wrong.
    ordered = {n: np.asarray(a, order="C") for n, a in leaves.items()}
    try:
        content = save(ordered)
    except BaseException as error:
        # Rust's, where memory ends; no Exception, so that nothing would catch it.
        if type(error).__name__ != "PanicException":
            raise
        raise MemoryError(f"no memory for the bytes of {path.name}") from None
    path.write_bytes(content)


def read_arrays(path: Path) -> dict[str, Any]:
    """Reads what `write_arrays` wrote.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not a safetensors file.
    """
    import ml_dtypes
    import numpy as np
    from safetensors import SafetensorError, deserialize

    # By hand, because safetensors' own numpy reader knows no bfloat16.
    special = {"BF16": ml_dtypes.bfloat16, "BOOL": np.bool_}
    names = {"F": "float", "I": "int", "U": "uint", "C": "complex"}
    try:
        entries = deserialize(path.read_bytes())
    except SafetensorError as error:
        raise ValueError(f"not a safetensors file ({error})") from error
    arrays = {}
    for name, entry in entries:
        word = entry["dtype"]
        # F32 to float32, U8 to uint8.
        dtype = np.dtype(special.get(word) or names[word[0]] + word[1:])
        flat = np.frombuffer(bytearray(entry["data"]), dtype)  # the copy is writable
        arrays[name] = flat.reshape(entry["shape"])
    return arrays


def _name(path: tuple) -> str:
    import jax

    return jax.tree_util.keystr(path, simple=True, separator=".")


def _kind(leaf: Any) -> Kind:
    import numpy as np

    # jax.ShapeDtypeStruct has a dtype and is no array; Python numbers have none.
    leaf = leaf if hasattr(leaf, "dtype") else np.asarray(leaf)
    return [str(leaf.dtype), list(leaf.shape)]


def _like(leaf: Any, array: Any) -> Any:
    """Gives a restored array the type of the template's leaf."""
    if isinstance(leaf, (bool, int, float)):
        return type(leaf)(array)
    return array
