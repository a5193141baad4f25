"""Products of the solvers are exact on devices that would round their factors."""

import re

import jax
import jax.numpy as jnp
import optax
import pytest

from wgan_jax.transport.solvers import ascent, cones, potential, sorting

DIM = 16  # where the distances to cones are products
POINTS = jax.ShapeDtypeStruct((8, DIM), jnp.float32)


def draw(key: jax.Array, count: int) -> jax.Array:
    return jax.random.normal(key, (count, DIM))


def sorted_units():
    network = sorting._Network(4)
    layers = sorting.init_layers(jax.random.key(0), (DIM, 8, 1))
    return network.apply, network.trained, layers, sorting.orthonormal_layers


def highest_cones():
    parameters = cones.Cones(jnp.ones((4, DIM)), jnp.zeros(4))
    return cones.highest_cone, cones._soft_maximum, parameters, cones._as_it_is


@pytest.mark.parametrize("family", [sorted_units, highest_cones])
def test_every_product_is_exact_on_a_gpu(family):
    apply, trained, params, project = family()
    optimizer = optax.sgd(0.1)
    fixed = trained, draw, draw, optimizer, project
    state = params, optimizer.init(params)
    programs = [
        potential._scores.trace(apply, params, POINTS),
        potential._slopes.trace(apply, params, POINTS),
        ascent._chunk.trace(fixed, 8, 2, state, jax.random.key(0), 0, 10),
    ]
    counts = []
    for program in programs:
        text = program.lower(lowering_platforms=("cuda",)).as_text()
        products = re.findall(r"stablehlo\.dot_general.*?-> ", text, re.DOTALL)
        counts.append(len(products))
        for product in products:
            assert re.findall(r"HIGHEST|HIGH|DEFAULT", product) == ["HIGHEST"] * 2
    # Forwards; by the points; by the parameters too.
    assert counts[0] >= 1
    assert counts[2] > counts[0]
