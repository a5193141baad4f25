"""Conditional runs on points, whose classes are modes, and on folders of classes."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

import wgan_jax
from tests.runs import images, tiny_run, train
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.data import load
from wgan_jax.loop import pictures
from wgan_jax.loop.evaluation.words import conditions
from wgan_jax.loop.stored_config import read_record

SIZE = {"network": "dcgan", "width": 2, "steps": 2, "batch_size": 8}


def test_points_are_asked_for_by_their_mode(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(pictures, "save_point_plot", lambda *given: shown.append(given))
    fields = {"dataset": "ring8", "conditional": True, "width": 32, "steps": 60}
    fields["ema_decay"] = 0.0  # so that the raw weights are measured
    rates = {"generator_learning_rate": 2e-3, "critic_learning_rate": 2e-3}
    config = tiny_run(tmp_path / "run", "gp", n_critic=2, **fields, **rates)
    train(dataclasses.replace(config, batch_size=64, sample_every=60))
    trained = wgan_jax.load_trained(tmp_path / "run")
    points = trained.sample(0, 400)  # of modes 0 to 7 in turn
    centers = load("ring8").centers
    assert centers is not None
    by_mode = points.reshape(50, 8, 2).mean(0)
    # Opposite modes are already apart: the class is read.
    assert np.linalg.norm(by_mode - by_mode.mean(0), axis=1).min() > 0.1
    found = wgan_jax.evaluate(tmp_path / "run", count=400)["results"]["raw"]
    nearest = np.linalg.norm(points[:, None] - centers[None], axis=-1).argmin(1)
    share = np.mean(nearest == np.arange(400) % 8)
    assert found["mode_accuracy"]["value"] == pytest.approx(share, abs=0.1)
    assert found["mode_accuracy"]["value"] > 0.3  # chance is 1/8
    assert found["mode_accuracy"]["floor"] == 1
    # The picture: points of all classes, over the mean of the scores by class.
    _, _, fake, (xs, ys, surface), _ = [g for g in shown if g[2] is not None][-1]
    assert len(fake) == pictures.POINTS
    corner = np.asarray([[xs[0], ys[0]]])
    scores = [float(trained.critic_scores(corner, c)[0]) for c in range(8)]
    assert np.ptp(scores) > 0
    assert surface[0, 0] == pytest.approx(np.mean(scores), rel=1e-3, abs=1e-4)


def test_a_folder_of_classes_is_learned_by_class(tmp_path):
    for index, image in enumerate(images()):
        path = tmp_path / "zoo" / ("cat", "dog")[index % 2] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image[..., 0]).save(path)
    own = {"dataset": str(tmp_path / "zoo"), "image_size": 8, "channels": 1}
    config = tiny_run(tmp_path / "run", "gan", conditional=True, **SIZE, **own)
    train(config)
    assert wgan_jax.load_trained(tmp_path / "run").num_classes == 2
    assert read_record(RunFolder(tmp_path / "run"))["classes"] == 2


def test_labels_of_another_order_are_no_classes_of_the_feature_net(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "cache"))
    digits = load("digits")
    few = {}
    for part in ("train", "test"):
        labels = getattr(digits, f"{part}_labels")
        chosen = np.isin(labels, (3, 5, 8))
        few[part] = getattr(digits, part)[chosen]
        few[f"{part}_labels"] = np.searchsorted((3, 5, 8), labels[chosen]).astype("i4")
    data = dataclasses.replace(digits, **few)
    config = tiny_run(tmp_path / "run", "gan", conditional=True, **SIZE)
    train(config, data)
    # By its folder alone, though the name is that of ten classes.
    assert wgan_jax.load_trained(tmp_path / "run").num_classes == 3
    result = wgan_jax.evaluate(tmp_path / "run", data=data)
    assert "class_frechet_distance" in result["results"]["raw"]
    assert (
        "not the classes that it was trained"
        in result["not_measured"]["class_accuracy"]
    )


def test_real_samples_without_labels_are_said_to_have_none(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "cache"))
    data = dataclasses.replace(load("ring8"), test_labels=None)
    train(tiny_run(tmp_path / "run", "gan", conditional=True), data)
    result = wgan_jax.evaluate(tmp_path / "run", data=data, count=50)
    assert "generated of all classes in turn" in conditions(result)
    assert "classes" in result["not_measured"]["lipschitz_ratio"]
