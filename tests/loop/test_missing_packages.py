"""Points and digits train with nothing installed that only other things need."""

from tests.missing import uninstall
from tests.runs import points, steps, tiny_run, train
from wgan_jax.data import load


def test_a_run_needs_no_tensorboard_and_no_tfds(tmp_path, monkeypatch, capfd):
    uninstall(monkeypatch, "tensorboardX", "tensorflow_datasets", "array_record")
    train(tiny_run(tmp_path / "run", evaluate_every=2), points())
    assert steps(tmp_path / "run") == [1, 2, 3, 4]
    assert not list((tmp_path / "run").glob("tensorboard/*"))
    said = [line for line in capfd.readouterr().err.splitlines() if "warning" in line]
    assert said == [
        "warning: no TensorBoard events: the package 'tensorboardX' is not installed."
    ]
    assert load("digits").train.shape == (1500, 8, 8, 1)
