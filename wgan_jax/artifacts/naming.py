"""The folder of a run whose user named none: the first name that is free."""

import itertools
from pathlib import Path

from wgan_jax.places import is_folder, list_folder, status


def default_run_dir(
    variant: str, dataset: str, seed: int, root: str | Path = "runs"
) -> Path:
    """Names a folder for a run whose user named none.

    Args:
        variant: the member of the family.
        dataset: what it learns.
        seed: the run's seed.
        root: the folder of runs; need not exist.

    Returns:
        `runs/gn-mnist-seed0`, or the first of `...-2`, `...-3` that is free.

    Raises:
        UserError: the folder of runs cannot be looked at.
    """
    base = Path(root) / f"{variant}-{dataset}-seed{seed}"
    names = (base.with_name(f"{base.name}-{n}") for n in itertools.count(2))
    return next(path for path in itertools.chain([base], names) if _is_free(path))


def _is_free(path: Path) -> bool:
    if is_folder(path):
        return not list_folder(path)
    # A dangling link does not exist by its target, and its name is taken.
    return status(path) is None and not path.is_symlink()
