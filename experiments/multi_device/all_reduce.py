"""What a step moves and computes, and how long a link takes for it.

Parameters are counted on the real networks through `jax.eval_shape`, floating point
operations of the real updates by XLA's cost analysis of the program as it is lowered
for a GPU; links and devices are the assumptions in `LINKS`. Nothing is run, and no
table is made here (`page`).
"""

import functools
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from experiments.multi_device.resnet128 import Critic128, Generator128
from wgan_jax.config import Config, resolve
from wgan_jax.config.samples import SampleSpec
from wgan_jax.training.recipe import Recipe, make_recipe
from wgan_jax.training.state import init_state
from wgan_jax.training.updates import critic_update, generate_fakes, generator_update

BATCH = 64
COUNTS = (2, 4, 8, 16, 32, 64)


class Link(NamedTuple):
    """What joins devices, and what a device of that kind sustains on these networks.

    Attributes:
        name: as the tables call it.
        bandwidth: bytes a second that leave one device in a large all-reduce.
        launch: seconds that a reduction takes before its first byte.
        hop: seconds a message takes from one device to the next.
        speed: floating point operations a second of one device.
    """

    name: str
    bandwidth: float
    launch: float
    hop: float
    speed: float

    def seconds(self, rounds: int, size: float, devices: int) -> float:
        """Time of `rounds` reductions, one after another, of `size` bytes together."""
        if devices == 1:
            return 0.0
        wait = self.launch + 2 * math.ceil(math.log2(devices)) * self.hop
        return rounds * wait + 2 * (devices - 1) / devices * size / self.bandwidth


LINKS = (
    Link("NVLink", 230e9, 10e-6, 1.5e-6, 20e12),
    Link("PCIe 4", 12e9, 10e-6, 3e-6, 20e12),
    Link("10 GbE", 1.1e9, 20e-6, 30e-6, 20e12),
    Link("TPU ICI", 80e9, 3e-6, 1e-6, 40e12),
)


class StepCost(NamedTuple):
    """What one step moves and computes, whatever it runs on.

    Attributes:
        name: network and base width.
        n_critic: critic updates of a step.
        generator: parameters.
        critic: parameters.
        norms: batch-norm layers of the generator.
        flops: of one sample through a whole step, critic updates included.
    """

    name: str
    n_critic: int
    generator: int
    critic: int
    norms: int
    flops: float

    @property
    def bytes(self) -> int:
        """Gradient bytes that a step reduces, float32."""
        return 4 * (self.n_critic * self.critic + self.generator)

    @property
    def rounds(self) -> int:
        """Reductions that have to wait for one another.

        A critic update normalises its fakes layer by layer and then reduces all
        gradients at once; a generator update also goes back through the layers.
        """
        return self.n_critic * (self.norms + 1) + 2 * self.norms + 1


def step_costs() -> list[StepCost]:
    """Counts the four networks, all with gradient normalisation and n_critic 5."""
    small, large = (32, 32, 3), (128, 128, 3)
    resnet = _recipe("resnet", small)
    larger = resnet._replace(generator=Generator128(), critic=Critic128())
    return [
        _cost("MLP 28 x 28", _recipe("mlp", (28, 28, 1)), (28, 28, 1)),
        _cost("DCGAN 32, base 64", _recipe("dcgan", small), small),
        _cost("ResNet 32, base 128", resnet, small),
        _cost("ResNet 128, base 64", larger, large),
    ]


def _recipe(network: str, shape: tuple[int, ...]) -> Recipe:
    config = Config(variant="gn", dataset="cifar10", network=network, n_critic=5)
    return make_recipe(resolve(config, SampleSpec(shape, 50000)), shape)


def _cost(name: str, recipe: Recipe, shape: tuple[int, ...]) -> StepCost:
    key = jax.random.key(0)
    state = jax.eval_shape(lambda key: init_state(recipe, key, shape), key)
    real = jax.ShapeDtypeStruct((BATCH, *shape), jnp.uint8)
    fake = jax.ShapeDtypeStruct((BATCH, *shape), jnp.float32)
    make_fakes = functools.partial(generate_fakes, recipe, count=BATCH)
    of_critic = functools.partial(critic_update, recipe)
    of_generator = functools.partial(generator_update, recipe, count=BATCH)
    critic = _flops(make_fakes, state.generator, key)
    critic += _flops(of_critic, state, key, real, fake)
    generator = _flops(of_generator, state, key)
    return StepCost(
        name=name,
        n_critic=recipe.n_critic,
        generator=_size(state.generator.params),
        critic=_size(state.critic.params),
        norms=len(jax.tree.leaves(state.generator.stats)) // 2,  # mean and variance
        flops=(recipe.n_critic * critic + generator) / BATCH,
    )


def _flops(update: Any, *arguments: Any) -> float:
    # As the links' machines compute it: a CPU would convolve in another form.
    traced = jax.jit(update).trace(*arguments)
    analysis: Any = traced.lower(lowering_platforms=("cuda",)).cost_analysis()
    return analysis["flops"]


def _size(tree: Any) -> int:
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


def parity(cost: StepCost, link: Link, batch: float = BATCH) -> str:
    """The fewest devices sharing `batch` on which reductions take longer than compute.

    Args:
        cost: what a step costs.
        link: what joins the devices.
        batch: the global batch, which stays as it is.

    Returns:
        The count, or `> 64`.
    """
    for devices in COUNTS:
        compute = cost.flops * batch / devices / link.speed
        if link.seconds(cost.rounds, cost.bytes, devices) >= compute:
            return str(devices)
    return f"> {COUNTS[-1]}"


def samples_at_parity(cost: StepCost, link: Link, devices: int) -> float:
    """Samples a device at which reductions and compute take the same time."""
    spent = link.seconds(cost.rounds, cost.bytes, devices)
    return spent * link.speed / cost.flops


def efficiency(cost: StepCost, link: Link, devices: int, batch: float = BATCH) -> float:
    """Share of a step that is compute, with `batch` samples on every device."""
    compute = cost.flops * batch / link.speed
    return compute / (compute + link.seconds(cost.rounds, cost.bytes, devices))
