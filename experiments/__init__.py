"""Experiments: what is measured about the package, outside of it."""
