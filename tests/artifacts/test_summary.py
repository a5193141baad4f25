import json
import platform
from typing import NamedTuple

import jax
import numpy as np

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.summary import Timing, params_sha256, write_summary


class Params(NamedTuple):
    kernel: object
    bias: object


KERNEL = np.arange(6, dtype=np.float32).reshape(2, 3)
BIAS = np.zeros(3, np.float32)


def test_the_summary_identifies_the_run(tmp_path):
    config = {"variant": "gn", "dataset": "digits", "seed": 4}
    folder = RunFolder.create(tmp_path, config)
    write_summary(
        folder,
        steps=500,
        timing=Timing(20.0, 25.0, 3.0, starts=2, resumed_from=100),
        final_metrics={"step": 500, "critic_loss": np.float32(0.5)},
        params={"kernel": KERNEL},
        device_kind="cpu",
        device_count=2,
    )
    summary = json.loads(folder.summary.read_text())
    assert (summary["variant"], summary["dataset"], summary["seed"]) == (
        "gn",
        "digits",
        4,
    )
    assert summary["steps"] == 500
    assert (summary["resumed_from"], summary["starts"]) == (100, 2)
    assert "own_parts" not in summary
    assert (summary["wall_seconds"], summary["steps_per_second"]) == (20.0, 25.0)
    assert summary["final_metrics"] == {"step": 500, "critic_loss": 0.5}
    assert summary["versions"]["python"] == platform.python_version()
    assert summary["versions"]["jax"] == jax.__version__
    assert {"jaxlib", "flax", "optax", "numpy", "wgan_jax"} <= set(summary["versions"])
    assert summary["params_sha256"] == params_sha256({"kernel": KERNEL})
    assert (summary["device_kind"], summary["device_count"]) == ("cpu", 2)


def test_the_hash_ignores_order_container_and_devices():
    tree = {"kernel": KERNEL, "bias": BIAS}
    expected = params_sha256(tree)
    assert params_sha256({"bias": BIAS, "kernel": KERNEL}) == expected
    assert params_sha256(Params(KERNEL, BIAS)) == expected
    assert params_sha256(Params(np.asfortranarray(KERNEL), BIAS)) == expected
    devices = jax.devices()
    mesh = jax.sharding.Mesh(np.array(devices), ("d",))
    everywhere = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())
    assert params_sha256(jax.device_put(tree, everywhere)) == expected


def test_the_hash_sees_every_bit_name_shape_and_type():
    one_ulp = KERNEL.copy()
    one_ulp[1, 2] = np.nextafter(one_ulp[1, 2], np.float32(9))
    trees = [
        {"kernel": KERNEL, "bias": BIAS},
        {"kernel": one_ulp, "bias": BIAS},
        {"kernel": KERNEL, "bias": -BIAS},  # minus zero
        {"kernel": KERNEL.T, "bias": BIAS},
        {"kernel": KERNEL.reshape(3, 2), "bias": BIAS},
        {"kernel": KERNEL, "biases": BIAS},
        {"kernel": KERNEL.view(np.int32), "bias": BIAS},
        {"kernel": KERNEL},
    ]
    assert len({params_sha256(tree) for tree in trees}) == len(trees)
