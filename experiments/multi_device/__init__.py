"""What several devices gain, and what the path for several costs one.

`page` writes the tables of scaling.md from the model in `all_reduce`; `pmap_overhead`
measures `jax.pmap` on one device against plain `jit`.
"""
