"""The packaged classifiers: accuracy and hash as stated, channels, damaged weights."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from wgan_jax.data import load
from wgan_jax.errors import UserError
from wgan_jax.metrics.features import FEATURES, classifier, load_features
from wgan_jax.metrics.features.arrays import to_named, write_safetensors
from wgan_jax.metrics.features.classifier import WEIGHTS, init_classifier

RESULTS = Path(__file__).parents[3] / "experiments/results"
PACKAGED = ["mnist", "fashion", "digits"]
# What has to be reached at least, on the whole test split.
WANTED = {"mnist": 0.992, "fashion": 0.91, "digits": 0.97}


@pytest.mark.parametrize("name", PACKAGED)
def test_the_packaged_file_is_the_one_whose_accuracy_is_on_file(name):
    result = json.loads((RESULTS / f"features-{name}-seed0.json").read_text())
    data = (WEIGHTS / f"{name}.safetensors").read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    assert digest == FEATURES[name].sha256 == result["sha256"]
    assert len(data) == result["bytes"] < 1_000_000
    assert WANTED[name] <= result["test_accuracy"] < 1
    assert f"{100 * result['test_accuracy']:.2f} %" in FEATURES[name].summary


def accuracy(name: str, images: np.ndarray, labels: np.ndarray) -> float:
    net = load_features(name)
    assert net.sha256 == FEATURES[name].sha256
    return float(np.mean(net.see(images).classes == labels))


def test_digits_are_recognised_as_stated():
    data = load("digits")
    assert data.test_labels is not None
    # To the image: 293 of 297.
    assert accuracy("digits", data.test, data.test_labels) == pytest.approx(
        0.9865, abs=1e-4
    )


def test_published_images_are_recognised_as_stated(mnist, fashion):
    # Every fifth image, 2,000: .9954 and .9296 on all, +- three standard errors.
    found = accuracy("mnist", mnist.test[::5], mnist.test_labels[::5])
    assert found == pytest.approx(0.9954, abs=0.0045)
    found = accuracy("fashion", fashion.test[::5], fashion.test_labels[::5])
    assert found == pytest.approx(0.9296, abs=0.017)


def test_stacked_digits_are_read_channel_by_channel():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (3, 28, 28, 3)).astype(np.uint8)
    grey, stacked = load_features("mnist"), load_features("stacked_mnist")
    assert stacked.dim == 3 * grey.dim == 192
    assert stacked.sha256 == grey.sha256
    features, classes = stacked.see(images)
    assert classes is not None
    assert features.shape == (3, 192)
    assert classes.shape == (3, 3)
    for channel in range(3):
        alone = images[..., channel : channel + 1]
        part = features[:, 64 * channel : 64 * (channel + 1)]
        np.testing.assert_allclose(part, grey.extract(alone), rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(classes[:, channel], grey.see(alone).classes)


def test_an_image_has_the_same_features_in_any_batch(monkeypatch):
    images = load("digits").test[:9]
    net = load_features("digits")
    whole = net.extract(images)
    assert whole.dtype == np.float32
    assert (whole >= 0).all()
    assert (whole.std(0) > 0).mean() > 0.5  # most units see a difference
    monkeypatch.setattr(classifier, "CHUNK", 4)
    np.testing.assert_allclose(net.extract(images), whole, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (np.zeros((2, 28, 28, 3), np.uint8), r"\[N, 28, 28, 1\].*given uint8 \[2, 28"),
        (np.zeros((2, 28, 28, 1), np.float32), "given float32"),
        (np.zeros((0, 28, 28, 1), np.uint8), "at least one"),
        (np.zeros((28, 28, 1), np.uint8), r"given uint8 \[28, 28, 1\]"),
    ],
)
def test_other_images_are_refused(images, says):
    net = load_features("mnist")
    for reads in (net.extract, net.see):
        with pytest.raises(UserError, match=says):
            reads(images)


def test_damaged_and_missing_weights_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(classifier, "WEIGHTS", tmp_path)
    with pytest.raises(UserError, match="cannot read the weights .*mnist.safetensors"):
        load_features("mnist")
    data = bytearray((WEIGHTS / "mnist.safetensors").read_bytes())
    data[-5] ^= 1
    (tmp_path / "mnist.safetensors").write_bytes(data)
    with pytest.raises(UserError, match="damaged.*Install the package again"):
        load_features("mnist")


def test_weights_come_back_from_their_file_to_the_bit():
    row, path = FEATURES["digits"], Path("digits.safetensors")
    variables = init_classifier((8, 8, 1), seed=3)
    data = write_safetensors(to_named(variables))
    assert data == write_safetensors(to_named(init_classifier((8, 8, 1), seed=3)))
    back = to_named(classifier.load_variables(row, data, path))
    named = to_named(variables)
    assert set(back) == set(named)
    for name, array in named.items():
        np.testing.assert_array_equal(back[name], array)


def test_weights_of_ones_own_training_take_the_place_of_the_packaged(tmp_path):
    path = tmp_path / "digits-seed3.safetensors"
    path.write_bytes(write_safetensors(to_named(init_classifier((8, 8, 1), seed=3))))
    images = load("digits").test[:3]
    own, packaged = load_features("digits", weights=path), load_features("digits")
    assert own.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert np.abs(own.extract(images) - packaged.extract(images)).max() > 0.1
    with pytest.raises(UserError, match="cannot read the weights .*another file"):
        load_features("digits", weights=tmp_path / "none.safetensors")


def test_weights_of_another_net_are_refused_with_what_differs():
    data = write_safetensors(to_named(init_classifier((8, 8, 1))))
    with pytest.raises(UserError, match=r"12 arrays differ:\n.*mean: is") as caught:
        classifier.load_variables(FEATURES["mnist"], data, Path("digits.safetensors"))
    assert "digits.safetensors" in str(caught.value)
