"""Packages as if they were not installed, in this process."""

import sys

import pytest

from wgan_jax.data import published


def uninstall(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    """Lets every import of these packages fail, until the test is over."""
    for module in {*sys.modules, *packages}:
        if module.split(".")[0] in packages:
            _break_what_others_hold(monkeypatch, sys.modules.get(module))
            monkeypatch.setitem(sys.modules, module, None)
    if "tensorflow_datasets" not in packages:
        return
    # Imported before, it would still hold what it had imported.
    monkeypatch.delitem(sys.modules, "wgan_jax.data.published.prepared", raising=False)
    monkeypatch.delattr(published, "prepared", raising=False)


def _break_what_others_hold(monkeypatch: pytest.MonkeyPatch, module: object) -> None:
    """TFDS imports array_record once and keeps it, whatever sys.modules says later."""

    def missing(*_: object, **__: object) -> None:
        raise ImportError("No module named 'array_record'")

    if hasattr(module, "ArrayRecordDataSource"):
        monkeypatch.setattr(module, "ArrayRecordDataSource", missing)
