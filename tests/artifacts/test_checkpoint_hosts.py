"""Checkpoints of two processes: the first one saves without the other, both read."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from wgan_jax.artifacts.checkpoints import list_steps

DISTRIBUTED = """
import sys
from pathlib import Path
import jax
import numpy as np
jax.config.update("jax_cpu_collectives_implementation", "gloo")
jax.distributed.initialize(sys.argv[2], 2, int(sys.argv[3]), initialization_timeout=60)
from wgan_jax.artifacts.checkpoints import restore, save
assert jax.process_count() == 2
folder, tree = Path(sys.argv[1]), {"w": np.arange(9.0)}
if jax.process_index() == 0:
    save(folder, 1, tree)
    save(folder, 2, tree)
    step, back, _ = restore(folder, tree, print)
    assert step == 2
    np.testing.assert_array_equal(back["w"], tree["w"])
from jax.experimental import multihost_utils
multihost_utils.sync_global_devices("saved")
if jax.process_index() == 1:
    step, back, _ = restore(folder, tree, print)
    assert step == 2
    np.testing.assert_array_equal(back["w"], tree["w"])
multihost_utils.sync_global_devices("read")
"""


def test_one_of_two_processes_saves_without_the_other(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {k: v for k, v in os.environ.items() if k != "XLA_FLAGS"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", DISTRIBUTED, str(tmp_path), address, str(rank)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        for rank in (0, 1)
    ]
    try:
        outputs = [process.communicate(timeout=60)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [p.returncode for p in processes] == [0, 0], "\n".join(outputs)
    assert list_steps(Path(tmp_path)) == [1, 2]
