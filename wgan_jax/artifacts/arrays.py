"""Trees to named arrays and back, and named arrays to disk and back through orbax.

The names are jax key paths, so a tree keeps them when a dict becomes a dataclass. This
file does not know which checkpoint it serves, nor whether its files are whole.
"""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


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

    paths = jax.tree_util.tree_flatten_with_path(jax.device_get(tree))[0]
    leaves = {_name(path): np.asarray(leaf) for path, leaf in paths}
    if len(leaves) != len(paths):
        raise ValueError("two leaves of the tree have the same name")
    return leaves


def fill(template: Any, arrays: dict[str, Any]) -> Any:
    """Builds a tree like the template from named arrays; see `read_arrays`."""
    import jax

    paths, structure = jax.tree_util.tree_flatten_with_path(template)
    leaves = [_like(leaf, arrays.get(_name(path))) for path, leaf in paths]
    return jax.tree_util.tree_unflatten(structure, leaves)


def misfit(saved: dict[str, list], template: Any) -> str | None:
    """Says where saved arrays differ from a template in name, type or shape.

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


def write_arrays(directory: Path, leaves: dict[str, Any]) -> None:
    """Writes named numpy arrays into a new folder, as one process, without barriers.

    Raises:
        Exception: the disk refused; orbax has no one type for it.
    """
    with _orbax() as ocp:
        directory.mkdir()
        alone = ocp.options.MultiprocessingOptions(primary_host=0, active_processes={0})
        handler = ocp.PyTreeCheckpointHandler(multiprocessing_options=alone)
        # Orbax refuses arrays without elements; their shape stands in the manifest.
        filled = {name: leaf for name, leaf in leaves.items() if leaf.size}
        handler.save(directory.absolute(), args=ocp.args.PyTreeSave(filled))
        handler.finalize(directory.absolute())
        handler.close()


def read_arrays(directory: Path, saved: dict[str, list]) -> dict[str, Any]:
    """Reads what `write_arrays` wrote.

    Args:
        directory: the folder.
        saved: name -> [dtype, shape] of every array written.

    Returns:
        name -> numpy array, without those that have no elements.
    """
    import numpy as np

    with _orbax() as ocp:
        as_numpy = ocp.RestoreArgs(restore_type=np.ndarray)
        wanted = {n: as_numpy for n, (_, shape) in saved.items() if 0 not in shape}
        handler = ocp.PyTreeCheckpointHandler()
        args = ocp.args.PyTreeRestore(restore_args=wanted)
        arrays = handler.restore(directory.absolute(), args=args)
        handler.close()
    return arrays


def _name(path: tuple) -> str:
    import jax

    return jax.tree_util.keystr(path, simple=True, separator=".")


def _kind(leaf: Any) -> list:
    import numpy as np

    leaf = leaf if hasattr(leaf, "dtype") else np.asarray(leaf)
    return [str(leaf.dtype), list(leaf.shape)]


def _like(leaf: Any, array: Any) -> Any:
    """Gives a restored array the type of the template's leaf."""
    import numpy as np

    if isinstance(leaf, (bool, int, float)):
        return type(leaf)(array)
    return np.zeros(leaf.shape, leaf.dtype) if array is None else array


def _drop_late_reports(report: Any) -> None:
    """An unraisablehook without what storage threads tell a loop that has closed.

    After a failed write they go on reporting, each time with a traceback on stderr.
    """
    if str(report.exc_value) != "Event loop is closed":
        sys.__unraisablehook__(report)


@contextlib.contextmanager
def _orbax() -> Iterator[Any]:
    """Lends orbax without its voice: it logs a traceback for a full disk."""
    import logging
    import warnings

    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _drop_late_reports
    logger = logging.getLogger("absl")
    level = logger.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.setLevel(logging.CRITICAL)
        try:
            import orbax.checkpoint as ocp

            yield ocp
        finally:
            logger.setLevel(level)
