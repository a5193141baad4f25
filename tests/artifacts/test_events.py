"""TensorBoard's events are written without what only other users of them need."""

import sys

from wgan_jax.artifacts.events import import_tensorboardx


class Watcher:
    """Sees which modules are looked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name, path=None, target=None):
        self.names.append(name)


def test_pytorch_is_not_imported_for_an_annotation(monkeypatch):
    for name in list(sys.modules):
        if name.split(".")[0] in ("tensorboardX", "torch"):
            monkeypatch.delitem(sys.modules, name)
    watcher = Watcher()
    monkeypatch.setattr(sys, "meta_path", [watcher, *sys.meta_path])
    import_tensorboardx()
    assert "tensorboardX.writer" in watcher.names
    assert "torch" not in watcher.names
    assert "torch" not in sys.modules
