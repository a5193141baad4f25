"""Measurements as they are reported: within what a figure can be."""

import pytest

from wgan_jax.loop.evaluation import measure


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("high_quality", (0.0, 1.0)),
        ("reverse_kl", (0.0, 1.2)),
        ("kernel_distance", (-0.1, 1.2)),
    ],
)
def test_an_interval_holds_no_value_that_cannot_be(name, ends):
    assert measure._clipped(name, -0.1, 1.2) == ends
