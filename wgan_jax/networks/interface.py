"""What a training step needs of a network, and what a network may add to that.

Any Flax module with the call below is a generator or a critic. `train` is True in
updates. There a network may draw from Flax's random numbers, whatever it calls the
stream: `nn.Dropout(rate, deterministic=not train)(x)`, `self.make_rng("noise")`. Each
row of a batch has a mask of its own, and passes of one update over as many samples the
same ones; a penalty on gradients of single samples takes one mask for all of them.
There is nothing to draw with `train=False`, for samples and metrics, nor on several
devices, whose updates would differ from those of one. The optional attributes
are found by name and may be left out: their defaults are right for every network.
`check_recipe` tests those that are promises.
"""

from typing import Any, Protocol, runtime_checkable

import jax
from flax import linen as nn


class Generator(Protocol):
    """A Flax module that turns latents into samples.

    Optional attributes:
        axis_name: a field, `str | None`. Where a generator has batch norm, a step sets
            it to the name of the device axis, and the module hands it to
            `nn.BatchNorm(axis_name=...)`; without it statistics would be those of one
            device, and several devices are refused.
        wide_passes: a class attribute, `bool`. Whether the fakes of all critic updates
            of a step are made in one vmapped pass, which is faster where one batch is
            too narrow for products of the network's size. Default False.
        num_classes: a field or attribute, `int | None`. A network that sets it is
            conditional: it is called with `labels=`, int32 `[B]` from 0 to num_classes
            - 1, besides, in training and after it. Both networks of a game have the
            same classes. Default None.
    """

    def __call__(self, latents: jax.Array, train: bool) -> jax.Array:
        """Maps latents `[B, latent_dim]` to samples `[B, ...]`; images in [-1, 1]."""
        ...


class Critic(Protocol):
    """A Flax module that scores samples.

    Optional attributes:
        axis_name: as for the generator, where the critic has batch norm.
        scores_alone: `bool`. Promises that each score depends on its own sample alone,
            so that real and generated samples are scored in one pass. Default False:
            two passes, right for a critic that looks at its batch (batch norm,
            minibatch discrimination, minibatch standard deviation). On several devices
            such a critic has to reduce over `axis_name`.
        piecewise_linear: `bool`. Promises that scores are piecewise linear in the input
            (dense, convolution, ReLU, LeakyReLU, pooling, residual sums) and that every
            bias is a leaf named `bias`; gradient normalisation then takes a form that
            costs a third less. Default False.
        num_classes: as for the generator; scores are then those of pairs of sample and
            class.
    """

    def __call__(self, samples: jax.Array, train: bool) -> jax.Array:
        """Maps samples `[B, ...]` to scores `[B]`."""
        ...


@runtime_checkable
class Encoder(Protocol):
    """A critic that embeds samples, as the pulling-away term needs it."""

    def encode(self, samples: jax.Array, train: bool) -> jax.Array:
        """Maps samples `[B, ...]` to embeddings `[B, E]`."""
        ...


@runtime_checkable
class ScoringEncoder(Encoder, Protocol):
    """A critic that scores and embeds in one pass, at the cost of one."""

    def score_and_encode(
        self, samples: jax.Array, train: bool
    ) -> tuple[jax.Array, jax.Array]:
        """Maps samples `[B, ...]` to scores `[B]` and embeddings `[B, E]`."""
        ...


def with_axis_name(network: nn.Module, axis_name: str | None) -> nn.Module:
    """Returns a network whose batch norm reduces over a device axis."""
    if not has_axis_name(network):
        return network
    return network.clone(axis_name=axis_name)  # pyright: ignore[reportCallIssue]


def has_axis_name(network: nn.Module) -> bool:
    """Whether a network has the field `axis_name`."""
    # By name and not by a base class, so that any Flax module can be a network.
    return hasattr(network, "axis_name")


def num_classes_of(network: nn.Module) -> int | None:
    """The classes that a network is conditional on; None where it is not."""
    return getattr(network, "num_classes", None)


def label_argument(labels: jax.Array | None) -> dict[str, Any]:
    """What the call of a network is given besides: `labels`, if there are any."""
    return {} if labels is None else {"labels": labels}


def wants_wide_passes(generator: nn.Module) -> bool:
    """Whether fakes of all critic updates are made at once; see `Generator`."""
    return getattr(generator, "wide_passes", False)


def scores_alone(critic: nn.Module) -> bool:
    """Whether real and generated samples may share a pass; see `Critic`."""
    return getattr(critic, "scores_alone", False)
