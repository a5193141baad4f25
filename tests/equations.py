"""What a traced program consists of, before any platform is chosen."""

import functools
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from tests.games import BATCH, SHAPES, tiny_config
from wgan_jax.training.dispatch import Work, make_dispatch
from wgan_jax.training.recipe import make_recipe
from wgan_jax.training.state import TrainState, init_state

# Wide enough for what CPUs do to wide convolutions; a trace costs the same.
WIDTHS = {"toy": 16, "dcgan": 32, "resnet": 32}
CONVOLUTIONS = {"conv", "conv_input_transpose", "conv_kernel_transpose"}
Shape = jax.ShapeDtypeStruct


class Program:
    """A dispatch of a member, traced from shapes alone."""

    def __init__(self, variant: str, network: str, **parts: Any) -> None:
        shape = SHAPES[network]
        config = tiny_config(variant, network, shape, width=WIDTHS.get(network))
        self.recipe = make_recipe(config, shape)._replace(**parts)
        self.data = Shape((64, *shape), np.float32 if len(shape) == 1 else np.uint8)
        key = jax.eval_shape(lambda: jax.random.key(0))
        init = functools.partial(init_state, self.recipe, sample_shape=shape)
        self.state: TrainState = jax.eval_shape(init, key)
        indices = Shape((3, self.recipe.n_critic, BATCH), np.int32)
        work = Work(key, indices, None, Shape((), np.int32))  # pyright: ignore
        program = jax.jit(make_dispatch(self.recipe), donate_argnums=0)
        self.traced = program.trace(self.state, self.data, Shape((2,), np.int32), work)

    def lower(self, *platforms: str) -> str:
        """The program as it is handed to XLA of these platforms."""
        return self.traced.lower(lowering_platforms=platforms).as_text()

    def equations(self) -> Iterator[Any]:
        """Every equation, a function that is called twice once."""
        return equations(self.traced.jaxpr.jaxpr, set())


def equations(jaxpr: Any, seen: set[int]) -> Iterator[Any]:
    """Every equation of a program and of the functions that it calls."""
    if id(jaxpr) in seen:
        return
    seen.add(id(jaxpr))
    for equation in jaxpr.eqns:
        yield equation
        for value in jax.tree.leaves(list(equation.params.values())):
            inner = getattr(value, "jaxpr", value)
            if hasattr(inner, "eqns"):
                yield from equations(inner, seen)


@functools.cache
def program(variant: str, network: str, **parts: Any) -> Program:
    return Program(variant, network, **parts)
