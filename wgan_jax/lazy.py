"""Packages whose names are imported when they are first used.

So that `import wgan_jax`, `--help` and the registries of objectives and constraints
cost nothing: JAX alone takes most of a second.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from wgan_jax.errors import missing_package


def lazy_names(
    package: str,
    modules: Mapping[str, tuple[str, ...]],
    packages: tuple[str, ...] = (),
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Makes a package's `__getattr__` and `__dir__`.

    Args:
        package: its name, `__name__`.
        modules: module inside the package -> the public names that it defines.
        packages: modules inside the package that are public names themselves.

    Returns:
        The two functions, to be assigned in the package's `__init__`.
    """
    homes = {name: module for module, names in modules.items() for name in names}

    def __getattr__(name: str) -> Any:
        if name not in homes and name not in packages:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            module = import_module(f"{package}.{homes.get(name, name)}")
        except ModuleNotFoundError as error:
            if not error.name or error.name.split(".")[0] == "wgan_jax":
                raise
            message = missing_package(error.name)
            raise ModuleNotFoundError(message, name=error.name) from None
        return module if name in packages else getattr(module, name)

    def __dir__() -> list[str]:
        return sorted({*homes, *packages})

    return __getattr__, __dir__
