"""Runs on data that are named by their path, from the start to going on elsewhere."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import wgan_jax
from tests.runs import points, sha, tiny_run, train
from wgan_jax import Config, resume
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.config import resolve
from wgan_jax.errors import UserError
from wgan_jax.loop.evaluation.evaluate_run import evaluate
from wgan_jax.loop.own_data import dataset_of


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch) -> None:
    """Nothing a test decodes may land in the home directory."""
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))


def save_images(folder: Path, count: int = 20) -> Path:
    folder.mkdir()
    for index in range(count):
        Image.new("L", (9, 8), 10 * index).save(folder / f"{index}.png")
    return folder


def on(data: Path, run_dir: Path, **fields) -> Config:
    config = {"network": None, "width": None, "variant": "gan", **fields}
    return tiny_run(run_dir, dataset=str(data), **config)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run of two steps on a folder of images, which is beside it."""
    root = tmp_path_factory.mktemp("finished")
    folder = save_images(root / "my shades")
    config = on(folder, root / "run", steps=2, image_size=8, channels=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFDS_DATA_DIR", str(root / "tfds"))
        train(config)
    return root


@pytest.fixture
def copied(finished, tmp_path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def test_the_run_records_what_it_learned_from(finished):
    stored = json.loads((finished / "run" / "config.json").read_text())
    assert stored["dataset"] == str(finished / "my shades")
    assert (stored["image_size"], stored["channels"]) == (8, 1)
    record = stored["own_data"]
    assert (record["name"], record["path"]) == ("my-shades", stored["dataset"])
    assert record["training samples"] == [18, 8, 8, 1]
    assert len(record["sha256"]) == 64
    assert stored["sources"]["image_size"] == "given"
    report = (finished / "run" / "report.html").read_text()
    assert "gan on my-shades" in report
    assert "from wgan_jax import" not in report  # the command line is enough


def test_it_goes_on_by_its_folder_alone_in_the_same_bits(finished, tmp_path):
    run_dir = shutil.copytree(finished / "run", tmp_path / "run")
    resume(run_dir, steps=4)
    whole = on(finished / "my shades", tmp_path / "w", image_size=8, channels=1)
    train(whole)
    assert sha(run_dir) == sha(tmp_path / "w")


def test_data_may_move_but_not_change(copied):
    moved = copied / "elsewhere"
    (copied / "my shades").rename(moved)
    result = resume(copied / "run", steps=3, dataset=str(moved))
    assert result.config.dataset == str(moved)
    Image.new("L", (9, 8), 255).save(moved / "3.png")
    before = (copied / "run" / "config.json").read_bytes()
    with pytest.raises(UserError, match="are not those that the run .*other values"):
        resume(copied / "run", steps=4)
    (moved / "3.png").unlink()
    with pytest.raises(UserError, match="then 20 images .* now 19 images"):
        resume(copied / "run", steps=4)
    assert (copied / "run" / "config.json").read_bytes() == before


def test_data_that_are_gone_are_named(finished, tmp_path):
    run_dir = shutil.copytree(finished / "run", tmp_path / "run")
    config = run_dir / "config.json"
    config.write_text(config.read_text().replace("my shades", "gone"))
    with pytest.raises(UserError, match="gone: there is nothing by that name"):
        resume(run_dir, steps=4)


@pytest.mark.parametrize("changes", [{"image_size": 28}, {"channels": 3}])
def test_the_size_of_the_images_is_fixed(changes, finished):
    with pytest.raises(UserError, match=f"cannot change {next(iter(changes))}"):
        resume(finished / "run", steps=4, **changes)


def test_a_run_is_read_back_without_its_data(finished, tmp_path):
    run_dir = shutil.copytree(finished / "run", tmp_path / "run")
    config = run_dir / "config.json"
    config.write_text(config.read_text().replace("my shades", "gone"))
    restored, state = wgan_jax.restore(run_dir)
    assert (restored.image_size, int(state.step)) == (8, 2)
    assert wgan_jax.load_trained(run_dir).sample(0, 2).shape == (2, 8, 8, 1)


def test_data_of_a_run_are_found_again_if_they_have_a_path(finished, tmp_path):
    folder = RunFolder.open(finished / "run")
    assert dataset_of(folder, "").train.shape == (18, 8, 8, 1)
    train(tiny_run(tmp_path / "run", steps=1), points())
    with pytest.raises(UserError, match="'custom' was given from Python: Do this"):
        dataset_of(RunFolder.open(tmp_path / "run"), "Do this.")


def test_a_run_is_measured_without_naming_the_data_again(copied):
    found = evaluate(copied / "run", count=2)
    assert (found["count"], found["split"]) == (2, "test")
    Image.new("L", (9, 8), 255).save(copied / "my shades" / "3.png")
    config = copied / "run" / "config.json"
    place = str(copied / "my shades")
    stored = json.loads(config.read_text()) | {"dataset": place}
    config.write_text(json.dumps(stored))
    with pytest.raises(UserError, match="are not those that the run"):
        evaluate(copied / "run", count=2)


def test_points_of_a_file_train(tmp_path):
    np.savez(tmp_path / "cloud.npz", samples=points())
    result = train(on(tmp_path / "cloud.npz", tmp_path / "run", steps=1, width=8))
    assert (result.config.network, result.summary["dataset"][-9:]) == (
        "toy",
        "cloud.npz",
    )


def test_the_default_folder_has_a_safe_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_images(tmp_path / "my shades")
    config = on(Path("my shades"), tmp_path, steps=1, image_size=8, channels=1)
    given = {"run_dir": None, "dataset": "./my shades"}
    result = train(Config(**{**vars(config), **given}))
    assert result.run_dir == Path("runs/gan-my-shades-seed0")
    assert result.config.dataset == str(tmp_path / "my shades")


def test_too_few_images_for_a_batch_are_one_message(tmp_path):
    save_images(tmp_path / "i", 3)
    with pytest.raises(UserError, match="batch_size is 8, but .* 3 training samples"):
        train(on(tmp_path / "i", tmp_path / "run"))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("size", "channels", "network"),
    [
        (28, 1, "mlp"),
        (32, 1, "mlp"),
        (64, 1, "dcgan"),
        (8, 3, "dcgan"),
        (32, 3, "dcgan"),
        (48, 3, "mlp"),
        (128, 1, "mlp"),
    ],
)
def test_the_network_follows_the_size(size, channels, network, tmp_path):
    config = Config(dataset=str(tmp_path), image_size=size, channels=channels)
    filled = resolve(config)
    assert filled.network == network
    assert (filled.image_size, filled.channels) == (size, channels)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"network": "dcgan", "image_size": 48},
            "28x28.*Networks that fit: mlp",
        ),
        ({"network": "toy"}, r"\(32, 32, 3\): it makes points"),
        ({"channels": 2}, "channels is 2, but has to be 1 .grey. or 3"),
        ({"image_size": 0}, "image_size is 0"),
    ],
)
def test_sizes_that_do_not_fit_are_refused_before_reading(fields, words, tmp_path):
    with pytest.raises(UserError, match=words):
        resolve(Config(dataset=str(tmp_path), **fields))


@pytest.mark.parametrize("fields", [{"image_size": 32}, {"channels": 1}])
def test_registered_data_keep_their_shape(fields):
    with pytest.raises(UserError, match=f"{next(iter(fields))} has no effect: mnist"):
        resolve(Config(dataset="mnist", **fields))


def test_a_path_that_is_not_there_gets_no_guess():
    with pytest.raises(UserError, match="nothing by that name") as told:
        resolve(Config(dataset="/my/mnist"))
    assert "Did you mean" not in str(told.value)
    with pytest.raises(UserError, match="mean 'mnist'.*Or give the path.*./minst"):
        resolve(Config(dataset="minst"))


def test_a_version_of_the_font_is_recorded(tmp_path, monkeypatch):
    """Emoji fonts differ: a run says which pictures it learned from."""
    from wgan_jax.data import DATASETS, from_arrays
    from wgan_jax.loop.own_data import record_of
    from wgan_jax.loop.session import open_config, prepare

    images = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), np.uint8)
    data = from_arrays(images, name="emoji")
    config = on(Path("emoji"), tmp_path / "run", network="mlp")
    session = prepare(*open_config({**vars(config)}, data, None))
    assert not DATASETS["emoji"].exact
    assert record_of(session.plan)["sha256"] == data.sha256
    assert (
        record_of(
            session.plan._replace(own_data=False, config=Config(dataset="digits"))
        )
        == {}
    )
