"""FID's Inception: the numbers of pytorch-fid itself, on weights drawn here.

The expected numbers were computed by pytorch-fid 0.3.0 with torch 2.13 and torchvision
0.28 from the same arrays; the largest difference was 4e-7 of the largest feature.
"""

import zlib
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax.traverse_util import flatten_dict

from wgan_jax.errors import UserError
from wgan_jax.metrics.features import FeatureNet, load_features
from wgan_jax.metrics.features.inception import INCEPTION
from wgan_jax.metrics.features.pretrained import convert

# Every 128th feature of two images: all four branches of the last block.
EXPECTED = [
    [2.7537549, 3.5173373, 0.577589, 5.2878695, 0.04210154, 0.04059473, 0.75137585]
    + [0.01995979, 0.0, 0.06895895, 0.08281854, 6.6961136, 5.118552, 0.7781178]
    + [8.674455, 7.246826],
    [2.8969705, 3.7239583, 0.58845466, 5.5492234, 0.03031767, 0.03808951, 0.78677094]
    + [0.01769668, 0.0, 0.05870549, 0.09825636, 6.7780867, 5.390682, 0.7178659]
    + [8.625386, 7.3227186],
]


def draw(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """One array of the file, the same on every machine: uniform, by its name."""
    uniform = np.random.default_rng(zlib.crc32(name.encode())).random(shape, np.float32)
    if name.endswith(("running_var", "bn.weight")):
        return uniform + np.float32(0.5)
    if len(shape) > 1:  # He's variance: the image is still seen at the end
        return (uniform - 0.5) * np.float32(2 * (6 / np.prod(shape[1:])) ** 0.5)
    return (uniform - 0.5) * np.float32(0.2)


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    """All arrays of the file, under PyTorch's names and in its layout."""
    image = jax.ShapeDtypeStruct((1, INCEPTION.size, INCEPTION.size, 3), jnp.float32)
    template: Any = jax.eval_shape(INCEPTION.module.init, jax.random.key(0), image)
    leaves: dict[str, Any] = dict(flatten_dict(template["params"], sep="."))
    names = {}
    for name, leaf in leaves.items():
        layer, _, part = name.rpartition(".")
        if layer == "fc":
            names[f"fc.{'weight' if part == 'kernel' else 'bias'}"] = leaf.shape[::-1]
        elif part == "kernel":
            height, width, inputs, outputs = leaf.shape
            names[f"{layer}.conv.weight"] = (outputs, inputs, height, width)
            for statistic in ("weight", "bias", "running_mean", "running_var"):
                names[f"{layer}.bn.{statistic}"] = (outputs,)
    return {name: draw(name, shape) for name, shape in names.items()}


@pytest.fixture(scope="module")
def file(arrays, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("inception") / "weights.npz"
    np.savez(path, **arrays)
    return path


@pytest.fixture(scope="module")
def net(file) -> FeatureNet:
    return load_features("inception", weights=file)


def test_the_features_are_those_of_pytorch_fid(net):
    images = np.random.default_rng(0).integers(0, 256, (2, 20, 24, 3)).astype(np.uint8)
    features = net.extract(images)
    assert features.shape == (2, net.dim) == (2, 2048)
    np.testing.assert_allclose(features[:, ::128], EXPECTED, rtol=1e-4, atol=1e-4)
    assert features.max() == pytest.approx(28.140171, rel=1e-4)


def test_it_has_the_arrays_of_the_published_file(arrays):
    # 94 convolutions with five arrays each, and the classes' two; 23.9 million numbers.
    assert len(arrays) == 94 * 5 + 2
    assert arrays["fc.weight"].shape == (1008, 2048)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"fc.weight": np.zeros((1000, 2048))}, r"\(2048, 1000\), wanted \(2048, 1008"),
        ({"Mixed_7c.branch_pool.bn.bias": None}, "no array 'Mixed_7c.branch_pool.bn.b"),
        ({"Mixed_5b.branch1x1.bn.weight": np.zeros(3)}, "shape for Mixed_5b.branch1x1"),
    ],
)
def test_other_weights_are_refused(arrays, changed, says):
    arrays = {n: a for n, a in (arrays | changed).items() if a is not None}
    with pytest.raises(UserError, match=says) as caught:
        convert(INCEPTION, arrays, Path("other.npz"))
    assert "other.npz" in str(caught.value)


def test_weights_have_to_be_given_and_to_exist(tmp_path):
    with pytest.raises(UserError, match="need weights.*--feature-weights FILE"):
        load_features("inception")
    with pytest.raises(UserError, match="cannot read the weights .*No such file"):
        load_features("inception", weights=tmp_path / "none.pth")


def test_images_have_one_or_three_channels(net):
    with pytest.raises(UserError, match="1 or 3 channels, but were given 2"):
        net.extract(np.zeros((1, 8, 8, 2), np.uint8))
