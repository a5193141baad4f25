"""How the tests here run the command that samples, and read what it wrote."""

import numpy as np
from PIL import Image

from wgan_jax.sample import main


def sampled(run_dir, *words):
    assert main([str(run_dir), *map(str, words)]) == 0


def refused(capsys, run_dir, *words):
    capsys.readouterr()  # what was printed before
    assert main([str(run_dir), *map(str, words)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("wgan_jax: ")
    return err


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


def frames(path):
    """The frames of a GIF as RGB, and what it says of itself."""
    with Image.open(path) as gif:
        found = []
        for number in range(getattr(gif, "n_frames")):  # noqa: B009
            gif.seek(number)
            found.append((np.asarray(gif.convert("RGB")), gif.info["duration"]))
        return [f for f, _ in found], [d for _, d in found], gif.info["loop"]
