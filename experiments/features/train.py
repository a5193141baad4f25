"""The training of one classifier: a pure function of data, recipe and seed.

Cross entropy, AdamW with a cosine schedule to zero, images shifted at random. The last
step's weights are taken, whatever the test split says of them: it chooses nothing.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from wgan_jax.data import Dataset, batch_indices
from wgan_jax.metrics.features.classifier import init_classifier, make_classifier

BATCH = 128
PEAK_RATE = 3e-3
WEIGHT_DECAY = 1e-2
WARM_UP = 0.1  # of all steps


class Recipe(NamedTuple):
    """What differs between the data sets.

    Attributes:
        epochs: passes over the training split.
        shift: largest shift of an image, in pixels, in each direction.
    """

    epochs: int
    shift: int


class State(NamedTuple):
    """What a step changes: `params` and `batch_stats`, and the optimiser's state."""

    variables: dict[str, Any]
    optimizer: Any


Step = Callable[[State, jax.Array, np.ndarray, np.ndarray], tuple[State, jax.Array]]


def train(
    dataset: Dataset,
    recipe: Recipe,
    seed: int,
    report: Callable[[int, float], None] = lambda epoch, loss: None,
) -> dict[str, Any]:
    """Trains a classifier on the training split.

    Args:
        dataset: grey images with labels 0 to 9.
        recipe: how long, and how far images are shifted.
        seed: of the first weights, the order and the shifts.
        report: called after each epoch with its number, from 1, and its mean loss.

    Returns:
        The variables after the last step, numpy arrays.
    """
    assert dataset.train_labels is not None
    size = len(dataset.train)
    batch = min(BATCH, size)
    steps = size // batch  # an epoch; what is left over comes in the next one
    optimizer = make_optimizer(recipe.epochs * steps)
    variables = init_classifier(dataset.sample_shape, seed)
    state = State(variables, optimizer.init(variables["params"]))
    step = make_step(dataset.sample_shape, optimizer, recipe.shift)
    key = jax.random.key(seed)
    for epoch in range(recipe.epochs):
        losses = []
        for number in range(epoch * steps, (epoch + 1) * steps):
            chosen = batch_indices(seed, size, number * batch, (batch,))
            images, labels = dataset.train[chosen], dataset.train_labels[chosen]
            state, loss = step(state, jax.random.fold_in(key, number), images, labels)
            losses.append(loss)
        report(epoch + 1, float(np.mean(jax.device_get(losses))))
    return jax.device_get(state.variables)


def make_optimizer(steps: int) -> optax.GradientTransformation:
    """AdamW; the rate rises over a tenth of all steps and falls to zero as a cosine."""
    warm_up = max(1, round(WARM_UP * steps))
    rate = optax.warmup_cosine_decay_schedule(
        0.0, PEAK_RATE, warm_up, max(steps, warm_up + 1)
    )
    return optax.adamw(rate, weight_decay=WEIGHT_DECAY)


def make_step(
    sample_shape: tuple[int, ...], optimizer: optax.GradientTransformation, shift: int
) -> Step:
    """Makes the compiled training step.

    Args:
        sample_shape: of an image, `(H, W, 1)`.
        optimizer: of the parameters.
        shift: largest shift in pixels.

    Returns:
        `(state, key, images[B, H, W, 1], labels[B]) -> (state, mean loss)`.
    """
    model = make_classifier(sample_shape)

    @jax.jit
    def step(state: State, key: jax.Array, images: jax.Array, labels: jax.Array):
        shifted = shift_at_random(key, images, shift)

        def loss_of(params):
            variables = {**state.variables, "params": params}
            (_, logits), changed = model.apply(
                variables, shifted, train=True, mutable=["batch_stats"]
            )
            losses = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
            return losses.mean(), changed

        params = state.variables["params"]
        (loss, changed), gradient = jax.value_and_grad(loss_of, has_aux=True)(params)
        # Optax mixes weak types of Python numbers, which "strict" refuses.
        with jax.numpy_dtype_promotion("standard"):
            updates, moments = optimizer.update(gradient, state.optimizer, params)
        params = optax.apply_updates(params, updates)
        return State({"params": params, **changed}, moments), loss

    return step


def shift_at_random(
    key: jax.Array, images: jax.typing.ArrayLike, shift: int
) -> jax.Array:
    """Shifts each image by up to `shift` pixels in each direction, filling with 0.

    Args:
        key: of the shifts.
        images: `[B, H, W, C]`.
        shift: the largest, at least 0.

    Returns:
        Images of the same shape.
    """
    images, margin = jnp.asarray(images), (shift, shift)
    padded = jnp.pad(images, ((0, 0), margin, margin, (0, 0)))
    offsets = jax.random.randint(key, (len(images), 2), 0, 2 * shift + 1)
    shape = images.shape[1:]

    def cut(image: jax.Array, offset: jax.Array) -> jax.Array:
        return jax.lax.dynamic_slice(image, (*offset, 0), shape)

    return jax.vmap(cut)(padded, offsets)
