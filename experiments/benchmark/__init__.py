"""Speed of `wgan_jax` beside PyTorch; `python -m experiments.benchmark --help`.

`__main__` reads the command line and writes results; `speed`, `check`, `sizes` and
`startup` measure. All but `startup` start processes (`processes`) that run `worker`
with `side_jax` or `side_torch`, and `rounds` lets two of them take turns. `report`,
`tables` and `plots` make BENCHMARKS.md of result files. A worker may live in an
environment without JAX or without PyTorch, so this file imports neither.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]  # where `python -m experiments.benchmark` works
