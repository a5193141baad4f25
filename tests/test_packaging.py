"""The wheel and the sdist are whole: they hold every file that a run needs."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling")
ROOT = Path(__file__).parents[1]
# Whatever git keeps in the package is needed by it: weights, pages, tables.
KEPT = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "wgan_jax").rglob("*")
    if path.is_file() and path.suffix not in (".pyc", ".so")
)


def python(*words: object, **options) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with both distributions, built from this tree."""
    folder = tmp_path_factory.mktemp("dist")
    # The backend itself: a front end would install it once more, from the network.
    python("-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    return folder


def test_the_wheel_holds_every_file_of_the_package(built):
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert set(KEPT) <= names
    others = {name.split("/")[0] for name in names}
    assert others == {"wgan_jax", wheel.name.split("-py3")[0] + ".dist-info"}


def test_the_sdist_holds_what_tests_and_measurements_need(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    more = ("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff")
    assert {*KEPT, *more, "BENCHMARKS.md", "pyproject.toml"} <= names
    assert "tests/test_packaging.py" in names
    assert "experiments/benchmark/__main__.py" in names


def test_an_installed_wheel_runs_without_the_source_tree(built, tmp_path):
    (wheel,) = built.glob("*.whl")
    place = tmp_path / "installed"
    words = ("--quiet", "--no-deps", "--no-index", "--target", place)
    python("-m", "pip", "install", "--disable-pip-version-check", *words, wheel)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import wgan_jax, wgan_jax.run\n"
        "assert wgan_jax.__file__.startswith(sys.argv[1]), wgan_jax.__file__\n"
        "words = '--variant gn --dataset digits --steps 2 --devices 1 --quiet'\n"
        "raise SystemExit(wgan_jax.run.main([*words.split(), '--run-dir', 'run']))\n"
    )
    python("-I", "-c", code, place, cwd=tmp_path)
    assert (tmp_path / "run" / "report.html").stat().st_size > 10_000
