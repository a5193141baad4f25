"""A run without a name of its own takes no name that is taken."""

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.naming import default_run_dir


def test_default_run_dir_takes_the_first_free_name(tmp_path):
    first = default_run_dir("gn", "mnist", 0, tmp_path)
    assert first == tmp_path / "gn-mnist-seed0"
    RunFolder.create(first, {})
    second = default_run_dir("gn", "mnist", 0, tmp_path)
    assert second == tmp_path / "gn-mnist-seed0-2"
    second.write_text("a file in the way")
    third = default_run_dir("gn", "mnist", 0, tmp_path)
    assert third == tmp_path / "gn-mnist-seed0-3"
    third.mkdir()
    assert default_run_dir("gn", "mnist", 0, tmp_path) == third
    assert default_run_dir("gn", "mnist", 1, tmp_path).name == "gn-mnist-seed1"
