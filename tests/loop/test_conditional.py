"""A conditional run in one process: trained, gone on with, read back and asked."""

import dataclasses
import json

import jax
import numpy as np
import pytest

import wgan_jax
from tests.runs import images, sha, tiny_run, train
from wgan_jax import sample as sample_command
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.data import load
from wgan_jax.data.dataset import Dataset
from wgan_jax.errors import UserError
from wgan_jax.loop.classes import as_classes, class_rows, in_turn, real_rows
from wgan_jax.loop.evaluation import words
from wgan_jax.loop.evaluation.measure import sample_like
from wgan_jax.loop.evaluation.reference import make_reference, offered_by
from wgan_jax.loop.plan import make_plan

SIZE = {"network": "dcgan", "width": 2, "steps": 40, "batch_size": 16}


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    run_dir = tmp_path_factory.mktemp("conditional") / "run"
    fields = SIZE | {"conditional": True, "dataset": "digits", "ema_decay": 0.5}
    rates = {"generator_learning_rate": 0.01, "critic_learning_rate": 0.01}
    return train(tiny_run(run_dir, "sn", sample_every=40, **fields, **rates))


@pytest.fixture(scope="module")
def trained(digits):
    return wgan_jax.load_trained(digits.run_dir)


def test_the_class_that_is_asked_for_makes_other_images(trained):
    one, two = (trained.sample(0, 20, labels=label) for label in (0, 1))
    assert np.abs(one.astype(int) - two).mean() > 1
    mixed = trained.sample(0, 20, labels=np.arange(20) % 2)
    np.testing.assert_array_equal(mixed[::2], one[::2])
    np.testing.assert_array_equal(mixed[1::2], two[1::2])
    np.testing.assert_array_equal(trained.sample(0, 3), trained.sample(0, 20)[:3])
    again = trained.generate(trained.latents(0, 20), labels=1)
    np.testing.assert_array_equal(again, two)
    scores = [trained.critic_scores(one, label) for label in (0, 1)]
    assert np.abs(scores[0] - scores[1]).max() > 1e-3
    assert "labels of 10 classes" in repr(trained)


def test_what_a_conditional_run_leaves_says_so(digits):
    folder = digits.run_dir
    config = json.loads((folder / "config.json").read_text())
    assert config["conditional"] is True
    assert digits.summary["conditional"] is True
    assert "conditional on the class" in (folder / "report.html").read_text()
    # Ten rows of eight: enlarged six times, with two pixels between.
    from PIL import Image

    left = RunFolder(folder)
    for path in (left.sample_path(40), left.real_samples):
        with Image.open(path) as picture:
            assert picture.size == (8 * 50 + 2, 10 * 50 + 2)


def test_labelled_data_of_ones_own_go_on_in_the_same_bits(tmp_path):
    data = Dataset("mine", images(), images()[:9], np.arange(50) % 3, None, "")
    fields = SIZE | {"conditional": True, "steps": 4, "batch_size": 8}
    whole = tiny_run(tmp_path / "whole", "gan", **fields)
    train(whole, data)
    train(dataclasses.replace(whole, run_dir=str(tmp_path / "cut"), steps=2), data)
    assert wgan_jax.load_trained(tmp_path / "cut").num_classes == 3
    other = dataclasses.replace(data, train_labels=np.arange(50) % 2)
    with pytest.raises(UserError, match="trained on: .*, other labels"):
        wgan_jax.resume(tmp_path / "cut", other, steps=4)
    wgan_jax.resume(tmp_path / "cut", data, steps=4)
    assert sha(tmp_path / "cut") == sha(tmp_path / "whole")


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (10, "labels go from 10 to 10. Give one class from 0 to 9, or .5. of them"),
        ([0, 1, 2, 3, -1], "from -1 to 3"),
        ([0, 1], r"int64 \[2\]"),
        (1.0, "float64"),
        ("a", "<U1"),
    ],
)
def test_labels_that_a_run_does_not_have_are_refused(trained, labels, problem):
    with pytest.raises(UserError, match=problem):
        trained.sample(0, 5, labels=labels)
    with pytest.raises(UserError, match=problem):
        trained.generate(trained.latents(0, 5), labels=labels)
    with pytest.raises(UserError, match="scores a sample with its class: give labels"):
        trained.critic_scores(np.zeros((1, 8, 8, 1), np.uint8))


def test_an_evaluation_tells_whether_the_asked_classes_were_made(digits, trained):
    found = wgan_jax.evaluate(digits.run_dir, count=200, weights="raw")
    measured = found["results"]["raw"]
    assert found["num_classes"] == 10
    # A hundred updates of a tiny network make no digits yet; real ones are told apart.
    assert measured["class_accuracy"]["floor"] > 0.9
    assert measured["class_accuracy"]["value"] < 0.6
    within = measured["class_frechet_distance"]
    assert within["value"] > 2 * within["floor"] > 0
    assert measured["lipschitz_ratio"]["value"] > 0
    assert "of the classes of the real samples" in words.conditions(found)


def test_the_measured_samples_are_of_the_classes_of_the_reference(trained):
    data = load("digits")
    reference = make_reference(data, 50, 0, None, conditional=True)
    fake = sample_like(trained, reference, 0, "raw")
    np.testing.assert_array_equal(fake.labels, reference.real.labels)
    same = (data.test[:, None] == reference.real.samples[None]).all((2, 3, 4))
    np.testing.assert_array_equal(
        np.asarray(data.test_labels)[same.argmax(0)], fake.labels
    )
    assert "labels" not in make_reference(data, 50, 0, None).offered
    unlabelled = dataclasses.replace(data, test_labels=None)
    assert "labels" not in offered_by(unlabelled, None, conditional=True)


def test_the_best_by_class_is_kept_of_conditional_runs_alone(tmp_path):
    config = tiny_run(tmp_path / "run", "gan", network="dcgan", dataset="digits")
    fields = {"width": 2, "evaluate_every": 2, "best": "class_accuracy"}
    config = dataclasses.replace(config, **fields)
    with pytest.raises(UserError, match="the run is not conditional"):
        train(config)
    assert make_plan(dataclasses.replace(config, conditional=True)).config.best


def test_more_labels_than_memory_holds_are_refused(trained):
    with pytest.raises(UserError, match="2,147,483,647 samples would take"):
        trained.sample(0, 2**31 - 1)


def write(digits, out, *given) -> int:
    return sample_command.main([str(digits.run_dir), "--out", str(out), *given])


def test_classes_are_asked_for_on_the_command_line(digits, trained, tmp_path):
    from PIL import Image

    assert write(digits, tmp_path / "a.npz", "--classes", "7,3", "--count", "5") == 0
    with np.load(tmp_path / "a.npz") as written:
        np.testing.assert_array_equal(written["labels"], [7, 3, 7, 3, 7])
        expected = trained.sample(0, 5, labels=[7, 3, 7, 3, 7])
        np.testing.assert_array_equal(written["samples"], expected)
    # Seven images in rows by class are two rows of four; without --classes ten of
    # eight.
    assert write(digits, tmp_path / "b.png", "--classes", "7,3", "--count", "7") == 0
    assert write(digits, tmp_path / "c.png") == 0
    assert (
        write(digits, tmp_path / "w.png", "--interpolate", "3", "--classes", "1") == 0
    )
    sizes = {"b": (4, 2), "c": (8, 10), "w": (3, 8)}
    for name, (columns, rows) in sizes.items():
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.size == (columns * 50 + 2, rows * 50 + 2)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "--out a.npz --classes 3,10",
            "classes is 3, 10, but this run has the classes",
        ),
        ("--out a.npz --classes 3;4", "classes is '3;4', but has to be whole numbers"),
        ("--out a.npz --classes -1", "classes is '-1', but has to be whole numbers"),
        ("--export a --classes 1", "--classes would have no effect here"),
    ],
)
def test_classes_that_are_none_are_refused(digits, tmp_path, line, message, capsys):
    given = line.replace(" a", f" {tmp_path}/a").split()
    assert sample_command.main([str(digits.run_dir), *given]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_run_without_classes_has_none_to_ask_for():
    with pytest.raises(UserError, match="this run is not conditional"):
        as_classes((1,), None)


def test_an_exported_generator_is_asked_for_classes_too(trained):
    from wgan_jax.loop.trained.export import export_generator

    made = export_generator(trained)
    program = jax.export.deserialize(bytearray(made.program))
    latents, labels = trained.latents(0, 4), np.asarray([1, 2, 3, 4], np.int32)
    found = jax.jit(program.call)(made.weights, latents, labels)
    expected = trained.sample(0, 4, labels=labels)
    np.testing.assert_allclose((found + 1) * 127.5, expected, atol=0.51)
    assert made.facts["num_classes"] == 10


def test_rows_of_real_samples_are_of_their_classes():
    data = load("digits")
    labels = class_rows([0, 9], 4)
    shown = real_rows(data, labels)
    for image, label in zip(shown, labels, strict=True):
        same = (data.train == image).all((1, 2, 3))
        assert label in np.asarray(data.train_labels)[same]
    assert in_turn([4, 2], 3).tolist() == [4, 2, 4]
    assert in_turn([4, 2, 1], 2).tolist() == [4, 2]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"dataset": "emoji"}, "emoji has no labels. Data sets with labels: mnist,"),
        ({"dataset": "swissroll"}, "swissroll has no labels"),
        (
            {"dataset": "ring8", "network": "lipschitz_mlp", "variant": "wgan"},
            "no conditional form.*for these samples: toy",
        ),
        ({"dataset": "digits", "variant": "ebgan"}, "critic of energies"),
    ],
)
def test_what_cannot_be_conditional_is_refused_before_anything_is_read(fields, problem):
    with pytest.raises(UserError, match=problem):
        wgan_jax.resolve(wgan_jax.Config(conditional=True, **fields))


def test_arrays_without_labels_are_refused(tmp_path):
    config = tiny_run(tmp_path / "run", "gan", network="dcgan", conditional=True)
    with pytest.raises(UserError, match="custom has no labels"):
        train(config, images())
    assert not (tmp_path / "run").exists()
