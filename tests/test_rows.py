"""One function and one row: a new constraint, with an option of its own.

The package is copied, one file and one row are added to the copy, and everything else
follows: help, presets, a run, its checkpoint, and the contract tests.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILE = '''
"""Shrinks every critic weight a little after each update (a made-up constraint)."""

import jax
import jax.numpy as jnp
import optax

from wgan_jax.constraints.interface import Constraint


def shrinking(factor):
    def update(updates, state, params=None):
        return jax.tree.map(lambda p, u: factor * (p + u) - p, params, updates), state

    def metrics(params, state, scores):
        sizes = [jnp.max(jnp.abs(leaf)) for leaf in jax.tree.leaves(params)]
        return {"largest_weight": jnp.max(jnp.stack(sizes))}

    projection = optax.GradientTransformation(optax.identity().init, update)
    return Constraint("shrinking", projection=projection, metrics=metrics)
'''
BUILD = """
def _shrinking(values: Values, critic: nn.Module) -> Constraint:
    from wgan_jax.constraints.shrinking import shrinking

    return shrinking(values["shrink_factor"])


_WEIGHT = """
ROW = """CONSTRAINTS = {
    row.name: row
    for row in (
        ConstraintRow(
            "shrinking",
            _shrinking,
            options=(
                Option("shrink_factor", 0.9, "what is left of weights", above=0),
            ),
            metrics={"largest_weight": "of the critic"},
        ),
"""
HEAD = """CONSTRAINTS = {
    row.name: row
    for row in (
"""
RUN = (
    *("--variant", "gan", "--dataset", "ring8", "--width", "8", "--batch-size", "8"),
    *("--constraint", "shrinking", "--steps", "2", "--sample-every", "0"),
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The package with one file and one row more, and the tests beside it."""
    folder = tmp_path_factory.mktemp("rows")
    for name in ("wgan_jax", "tests"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    constraints = folder / "wgan_jax" / "constraints"
    (constraints / "shrinking.py").write_text(FILE)
    registry = constraints / "registry.py"
    text = registry.read_text()
    assert text.count(HEAD) == 1
    assert text.count("\n_WEIGHT = ") == 1
    registry.write_text(text.replace("\n_WEIGHT = ", BUILD).replace(HEAD, ROW))
    return folder


def python(folder: Path, *words: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_the_command_line_knows_the_name_and_the_option(copy):
    text = " ".join(python(copy, "wgan_jax.run", "--help").stdout.split())
    assert "--shrink-factor X what is left of weights" in text
    assert re.search(r"keeps the critic Lipschitz: shrinking, none", text)


def test_a_run_takes_logs_stores_and_resumes_it(copy):
    done = python(copy, "wgan_jax.run", *RUN, "--run-dir", "run")
    assert done.returncode == 0, done.stderr
    stored = json.loads((copy / "run" / "config.json").read_text())
    assert (stored["constraint"], stored["shrink_factor"]) == ("shrinking", 0.9)
    rows = (copy / "run" / "metrics.jsonl").read_text().splitlines()
    sizes = [json.loads(row)["largest_weight"] for row in rows]
    assert sizes[1] == pytest.approx(0.9 * sizes[0], rel=0.02)
    more = ("--resume", "--run-dir", "run", "--steps", 3)
    assert python(copy, "wgan_jax.run", *more).returncode == 0
    other = python(copy, "wgan_jax.run", *more, "--shrink-factor", 0.5)
    assert "cannot change shrink_factor (0.9 -> 0.5)" in other.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--shrink-factor", 0), "shrink_factor is 0.0, but has to be greater than 0"),
        (("--constraint", "none", "--shrink-factor", 0.5), "only shrinking uses it"),
    ],
)
def test_its_bounds_and_its_owner_are_checked(copy, words, message):
    done = python(copy, "wgan_jax.run", *RUN, *words)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_the_contract_tests_find_it_by_themselves(copy):
    chosen = ("tests/test_contract.py", "tests/test_imports.py", "-k", "shrinking")
    done = python(copy, "pytest", "-vv", "-p", "no:cacheprovider", *chosen)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "test_a_constraint_is_what_its_row_says[shrinking]" in done.stdout
    assert "test_imports_go_the_way_of_the_layout[constraints.shrinking]" in done.stdout
