"""Imports go one way: the directions of the layout, and no circle anywhere.

Read from the source by its syntax, lazy imports inside functions included.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "wgan_jax"
GROUND = {
    "errors",
    "file_lock",
    "files",
    "given",
    "interrupts",
    "json_objects",
    "lazy",
    "options",
    "places",
    "startup",
    "text",
    "version",
}
# Package or top-level module -> what it may import besides itself and the ground.
ALLOWED: dict[str, set[str]] = {
    "errors": {"text"},
    "interrupts": {"startup", "text"},
    "json_objects": set(),
    "lazy": {"errors"},
    "options": set(),
    "startup": set(),
    "text": set(),
    "version": set(),
    "file_lock": set(),
    "files": {"errors"},
    "given": {"errors", "text"},
    "places": {"errors", "files", "text"},
    "variants": {"options"},
    "objectives": GROUND,
    # What an estimate means takes the rows of all three.
    "constraints": GROUND | {"objectives", "networks"},
    "networks": GROUND,
    "augmentation": GROUND | {"constraints"},
    "data": GROUND,
    "transport": GROUND | {"networks"},
    "metrics": GROUND | {"transport", "constraints"},
    "config": {"networks", "data", "constraints", "objectives", "variants"}
    | {"augmentation", "commands"},
    "parallel": GROUND,
    "artifacts": {"variants", "constraints", "metrics"},
    "training": {"config", "constraints", "networks", "objectives", "variants"}
    | {"augmentation", "parallel"},
    "loop": {"training", "config", "artifacts", "parallel", "data", "metrics"}
    | {"constraints"},
    "commands": GROUND,
    "evaluate": {"loop", "commands", "artifacts", "metrics"},
    "run": {"config", "loop", "commands"},
    "__main__": {"commands"},
    "compare": {"artifacts", "commands"},
    "sample": {"loop", "artifacts", "commands"},
    "__init__": {"config", "loop", "training"}
    | {"constraints", "data", "metrics", "networks", "objectives", "transport"}
    | {"variants"},
}


def modules() -> dict[str, Path]:
    """Module name without the package's own -> file: `loop.train` -> Path."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and parts[:-1] else parts)
        found[name] = path
    return found


MODULES = modules()


def imports(name: str, *, at_import: bool = False) -> set[str]:
    """The modules of the package that a module imports.

    `at_import` leaves out what is imported inside functions or for type checkers.
    """
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    if at_import:
        nodes = [n for top in tree.body if _runs(top) for n in ast.walk(top)]
    else:
        nodes = list(ast.walk(tree))
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {_known(a.name) for a in node.names if _ours(a.name)}
        elif isinstance(node, ast.ImportFrom) and node.module and _ours(node.module):
            for alias in node.names:
                full = f"{node.module}.{alias.name}".removeprefix("wgan_jax.")
                found.add(full if full in MODULES else _known(node.module))
    return found - {name}


def _ours(module: str) -> bool:
    return module.split(".")[0] == "wgan_jax"


def _known(module: str) -> str:
    return module.removeprefix("wgan_jax").removeprefix(".") or "__init__"


def _runs(node: ast.stmt) -> bool:
    """Whether a statement runs when the module is imported."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return isinstance(node, ast.ClassDef)
    return not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))


def room(name: str) -> str:
    return name.split(".")[0]


def test_every_part_of_the_package_has_its_directions_written_down():
    assert {room(name) for name in MODULES} == set(ALLOWED)


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_the_way_of_the_layout(name):
    allowed = ALLOWED[room(name)] | GROUND | {room(name)}
    if room(name) in GROUND:
        allowed = ALLOWED[room(name)] | {room(name)}
    wrong = {target for target in imports(name) if room(target) not in allowed}
    assert not wrong, f"{name} imports {sorted(wrong)}"


@pytest.mark.parametrize("name", [n for n in MODULES if room(n) == "training"])
def test_a_step_sees_of_its_devices_only_the_collective(name):
    seen = {target for target in imports(name) if room(target) == "parallel"}
    assert seen <= {"parallel.collective"}


@pytest.mark.parametrize("name", [n for n in MODULES if room(n) == "artifacts"])
def test_only_the_pages_know_the_words_of_the_registries(name):
    seen = {room(target) for target in imports(name)} - GROUND
    page = name.startswith("artifacts.report")
    assert seen <= (
        {"artifacts", "variants", "constraints", "metrics"} if page else {"artifacts"}
    )


def test_no_module_imports_itself_through_others():
    graph = {name: imports(name, at_import=True) for name in MODULES}
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name not in done:
            for target in sorted(graph[name]):
                walk(target, (*path, name))
            done.add(name)

    for name in graph:
        walk(name, ())


def test_torch_is_imported_nowhere_in_the_package():
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert "torch" not in {n.split(".")[0] for n in names}, name


def test_a_wrong_direction_would_be_seen(tmp_path, monkeypatch):
    """The reader itself: lazily, by name, by package, and under an alias."""
    path = tmp_path / "module.py"
    path.write_text(
        "from wgan_jax.loop import train as t\n"
        "def f():\n    import wgan_jax.artifacts.logs\n"
        "from wgan_jax.errors import UserError\n"
    )
    monkeypatch.setitem(MODULES, "module", path)
    assert imports("module") == {"loop.train", "artifacts.logs", "errors"}
    assert imports("module", at_import=True) == {"loop.train", "errors"}
