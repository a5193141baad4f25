"""Sorting and orthonormal kernels keep distances."""

import jax
import numpy as np
import pytest

from wgan_jax.networks.sorting import group_sort, orthonormal

KEY = jax.random.key(5)


@pytest.mark.parametrize("group", [2, 8, 32])
def test_units_are_sorted_in_their_groups(group):
    x = jax.random.normal(KEY, (7, 32))
    wanted = np.sort(np.asarray(x).reshape(7, -1, group), axis=2).reshape(7, 32)
    np.testing.assert_array_equal(group_sort(x, group), wanted)


@pytest.mark.parametrize("shape", [(3, 8), (8, 3), (8, 1)])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_singular_values_are_1_whatever_the_size_of_the_parameter(shape, scale):
    kernel = orthonormal(scale * jax.random.normal(KEY, shape))
    values = np.linalg.svd(np.asarray(kernel, np.float64), compute_uv=False)
    np.testing.assert_allclose(values, 1, atol=2e-6)


def test_an_orthonormal_kernel_stays():
    kernel = jax.nn.initializers.orthogonal()(KEY, (8, 3))
    np.testing.assert_allclose(orthonormal(kernel), kernel, atol=1e-6)
