"""The folder of an exported generator: program, weights, and how to run them.

It holds what anybody needs who has JAX and not this package. This module writes bytes
that others made.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.arrays import write_arrays
from wgan_jax.artifacts.outputs import new_folder
from wgan_jax.files import json_bytes

PROGRAM, WEIGHTS = "generator.stablehlo", "generator.safetensors"
_FACTS, _README = "generator.json", "README.md"
NAMES = re.compile("|".join(map(re.escape, (PROGRAM, WEIGHTS, _FACTS, _README))))

_TEXT = """\
# {title}

A generator as a program (`{program}`: StableHLO, written by
`jax.export`) and its weights (`{weights}`). It runs with `jax`,
`flatbuffers` and `safetensors` alone, for any batch:

```python
{code}
```

* Input: the weights by their names, and latent vectors z ~ N(0, I), float32
  [B, {latent_dim}]{labels}.
* Output: float32 [B, {shape}]{range}.
* Platforms: {platforms}.

`{facts}` has the same as JSON, and the sha256 of the run's parameters.
"""
_CODE = """\
import jax, jax.export, safetensors.numpy
generator = jax.export.deserialize(bytearray(open("{program}", "rb").read()))
weights = safetensors.numpy.load_file("{weights}")
latents = jax.random.normal(jax.random.key(0), {z})
samples = jax.jit(generator.call)(weights, latents{labels})"""


def write_exported(
    path: Path, program: bytes, weights: Mapping[str, Any], facts: Mapping[str, Any]
) -> None:
    """Writes the folder, whole or not at all.

    Args:
        path: the folder, see `outputs.new_folder`.
        program: what `jax.export` serialised.
        weights: name -> array, as the program takes them.
        facts: variant, dataset, step, weights, latent_dim, sample_shape, platforms,
            num_classes of a conditional run, and whatever else is to be known; values
            that JSON can hold.

    Raises:
        ArtifactError: the folder cannot be written.
    """
    with new_folder(path) as folder:
        (folder / PROGRAM).write_bytes(program)
        write_arrays(folder / WEIGHTS, dict(weights))
        (folder / _FACTS).write_bytes(json_bytes(dict(facts)))
        (folder / _README).write_text(_readme(facts), "utf-8")


def _readme(facts: Mapping[str, Any]) -> str:
    is_image = len(facts["sample_shape"]) == 3
    names = {"program": PROGRAM, "weights": WEIGHTS}
    classes, count = facts.get("num_classes"), 16
    asked = f", jax.numpy.arange({count}) % {classes}" if classes else ""
    labels = f"; the class of each sample, int32 [B], 0 to {(classes or 1) - 1}"
    return _TEXT.format(
        **names,
        title=f"{facts['variant']} on {facts['dataset']}, step {facts['step']:,}",
        code=_CODE.format(**names, z=(count, facts["latent_dim"]), labels=asked),
        labels=labels if classes else "",
        latent_dim=facts["latent_dim"],
        shape=", ".join(map(str, facts["sample_shape"])),
        range=", images in [-1, 1]: 0 to 255 is (x + 1) * 127.5" if is_image else "",
        platforms=", ".join(facts["platforms"]),
        facts=_FACTS,
    )
