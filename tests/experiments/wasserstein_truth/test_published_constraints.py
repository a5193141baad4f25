"""The published code's clipping and spectral normalisation, by hand."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from experiments.wasserstein_truth.published_constraints import (
    published_clipping,
    published_spectral,
)
from wgan_jax.constraints import spectral


def test_published_clipping_leaves_biases():
    constraint = published_clipping(0.04)
    params = {"Dense_0": {"kernel": jnp.ones((2, 2)), "bias": jnp.ones(2)}}
    zeros = jax.tree.map(jnp.zeros_like, params)
    projection: Any = constraint.projection
    updates, _ = projection.update(zeros, projection.init(params), params)
    np.testing.assert_allclose(updates["Dense_0"]["kernel"], -0.96, atol=1e-6)
    np.testing.assert_array_equal(updates["Dense_0"]["bias"], 0)


def test_published_spectral_normalisation_holds_sigma_constant():
    kernel = jnp.diag(jnp.asarray([3.0, 1.0]))
    for make, radial in ((published_spectral, 1 / 3), (spectral, 0.0)):
        constraint = make(20)
        params = {"Dense_0": {"kernel": kernel, "bias": jnp.zeros(2)}}
        state = constraint.init(params, jax.random.key(0))

        def first(params, constraint=constraint, state=state):
            normalized, _ = constraint.constrain_params(params, state)
            return normalized["Dense_0"]["kernel"][0, 0]

        value, slope = jax.value_and_grad(first)(params)
        np.testing.assert_allclose(value, 1, atol=1e-5)
        # The largest singular value itself: only a constant sigma lets it move.
        found = slope["Dense_0"]["kernel"][0, 0]
        np.testing.assert_allclose(found, radial, atol=1e-5)
