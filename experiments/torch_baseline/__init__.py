"""The games of `wgan_jax` in PyTorch: what the benchmark compares with.

`game` makes steps with the networks of `networks` and the losses of `losses` and
`penalties`, `data` feeds it, `forms` names the ways it can run, and `weights` copies
parameters from Flax for the tests of equality. Only `forms` can be imported without
PyTorch.
"""
