"""Programs for platforms that are not here: traced once, lowered for each."""

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import numpy as np

from experiments.accelerator.checks import Check, product
from experiments.accelerator.games import SHAPES, config_of
from wgan_jax.training.dispatch import Work, make_dispatch
from wgan_jax.training.recipe import make_recipe
from wgan_jax.training.state import TrainState, init_state
from wgan_jax.variants import VARIANTS

PLATFORMS = ("cuda", "rocm", "tpu")
CONVOLUTIONS = {"conv", "conv_input_transpose", "conv_kernel_transpose"}
# Wide enough for what CPUs do to wide convolutions; a trace costs the same.
WIDTHS = {"toy": 16, "dcgan": 32, "resnet": 32}


class Program(NamedTuple):
    """A dispatch, traced from shapes alone.

    Attributes:
        traced: the program.
        state: shapes of the state that it is given.
        data: shape of the samples.
    """

    traced: jax.stages.Traced
    state: TrainState
    data: jax.ShapeDtypeStruct

    def lower(self, platform: str) -> str:
        """The program as it is handed to XLA of a platform."""
        return self.traced.lower(lowering_platforms=(platform,)).as_text()

    def equations(self) -> Iterator[Any]:
        """Every equation, those of a function that is called twice once."""
        return _equations(self.traced.jaxpr.jaxpr, set())


def trace(variant: str, network: str, **parts: Any) -> Program:
    """Traces a dispatch of a member.

    Args:
        variant: the member.
        network: of both players.
        **parts: of its recipe, to be replaced.
    """
    shape, form = SHAPES[network], jax.ShapeDtypeStruct
    config = config_of(variant, network, width=WIDTHS.get(network))
    recipe = make_recipe(config, shape)._replace(**parts)
    key = jax.eval_shape(lambda: jax.random.key(0))
    init = functools.partial(init_state, recipe, sample_shape=shape)
    state = jax.eval_shape(init, key)
    data = form((100, *shape), np.float32 if len(shape) == 1 else np.uint8)
    indices: Any = form((3, recipe.n_critic, config.batch_size), np.int32)
    length: Any = form((), np.int32)
    program = jax.jit(make_dispatch(recipe), donate_argnums=0)
    work = Work(key, indices, None, length)
    return Program(program.trace(state, data, form((2,), np.int32), work), state, data)


def _equations(jaxpr: Any, seen: set[int]) -> Iterator[Any]:
    if id(jaxpr) in seen:
        return
    seen.add(id(jaxpr))
    for equation in jaxpr.eqns:
        yield equation
        for value in jax.tree.leaves(list(equation.params.values())):
            inner = getattr(value, "jaxpr", value)
            if hasattr(inner, "eqns"):
                yield from _equations(inner, seen)


def problems(program: Program, text: str) -> list[str]:
    """What a lowered program has that no platform but a CPU should have.

    Args:
        program: as traced.
        text: as lowered.

    Returns:
        In words; empty where convolutions are XLA's own, nothing stands between
        operations but the optimisers' barriers, the state is given away, and images
        stay bytes.
    """
    names = [equation.primitive.name for equation in program.equations()]
    convolutions = sum(name in CONVOLUTIONS for name in names)
    size = "x".join(map(str, program.data.shape))
    found = {
        "convolutions are not native": (
            text.count("stablehlo.convolution") != convolutions
            or text.count("stablehlo.dot_general") != names.count("dot_general")
        ),
        "barriers besides the optimisers'": text.count("optimization_barrier") != 2,
        "the state is not given away": (
            text.count("tf.aliasing_output") != len(jax.tree.leaves(program.state))
        ),
        "images become floats before they are gathered": (
            program.data.dtype == np.uint8 and f"tensor<{size}xf32>" in text
        ),
        "custom calls": "custom_call" in text,
    }
    return [words for words, seen in found.items() if seen]


def check(variants: list[str], networks: list[str]) -> Iterator[Check]:
    """Lowers every member on every network for every platform."""
    for variant, network in product(variants, networks, VARIANTS, SHAPES):
        program = trace(variant, network)
        for platform in PLATFORMS:
            found = problems(program, program.lower(platform))
            told = "; ".join(found) or "as it should be"
            yield Check(not found, f"{network}/{variant} for {platform}: {told}")
