"""What the parts of a game have to return, as a step reads it.

Every check takes the part's name, what it returned and what it was called with, and
raises one `UserError` that says all three. Shapes and types alone are looked at: values
are traced.
"""

from typing import Any

import jax
import jax.numpy as jnp

from wgan_jax.errors import UserError

_OWN_METRICS = ("critic_loss", "generator_loss", "wasserstein_estimate", "step")


def check_state(part: str, result: Any, *arguments: Any) -> None:
    """Refuses a state that no compiled step can carry."""
    for leaf in jax.tree.leaves(result):
        if not isinstance(leaf, int | float | complex) and not hasattr(leaf, "dtype"):
            raise UserError(
                f"{part} returns {describe(leaf)} in its state: a state is a pytree "
                "of arrays and numbers, () for none."
            )


def check_scalar(part: str, result: Any, *arguments: Any) -> None:
    """Refuses a loss that is not one float."""
    if not _is_scalar(result):
        raise UserError(
            f"{part} returns {describe(result)}, but has to return one float, such as "
            "jnp.mean of what it computes."
        )


def check_function(part: str, result: Any, *arguments: Any) -> None:
    """Refuses what cannot be called."""
    if not callable(result):
        raise UserError(f"{part} returns {describe(result)}, and no function.")


def check_scores(
    part: str, result: Any, params: Any, samples: Any, *labels: Any
) -> None:
    """Refuses scores that are not one number a sample."""
    if getattr(result, "shape", None) != samples.shape[:1]:
        raise UserError(
            f"{part} gives {describe(result)} for samples of shape {samples.shape}: "
            "scores are one number a sample, [B]."
        )


def check_samples(part: str, result: Any, samples: Any, *arguments: Any) -> None:
    """Refuses an augmentation that changes the shape or the type of its samples."""
    seen = getattr(result, "shape", None), getattr(result, "dtype", None)
    if seen != (samples.shape, samples.dtype):
        raise UserError(
            f"{part} returns {describe(result)} for {describe(samples)}: it has to "
            "keep shape and type."
        )


def check_embeddings(
    critic: Any, method: str | None, result: Any, samples: Any
) -> None:
    """Refuses what is no embedding of each sample, alone or beside its scores."""
    if method is None:  # the call itself, whose scores are checked elsewhere
        return
    pair = method == "score_and_encode" and isinstance(result, tuple)
    embeddings = result[-1] if pair else result
    shape, dtype = getattr(embeddings, "shape", ()), getattr(embeddings, "dtype", None)
    floats = dtype is not None and jnp.issubdtype(dtype, jnp.floating)
    if len(shape) != 2 or shape[0] != len(samples) or not floats:
        raise UserError(
            f"{method} of critic {type(critic).__qualname__} gives "
            f"{describe(embeddings)} for samples of shape {samples.shape}: embeddings "
            "are floats [B, E]."
        )


def check_penalty(part: str, result: Any, *arguments: Any) -> None:
    """Refuses what is no pair of a cost and metrics."""
    if not isinstance(result, tuple) or len(result) != 2:
        raise UserError(
            f"{part} returns {describe(result)}, but has to return a pair: the cost, "
            "one float, and a dict of metrics."
        )
    check_scalar(f"{part}, whose first result is the cost,", result[0])
    check_metrics(part, result[1])


def check_metrics(part: str, result: Any, *arguments: Any) -> None:
    """Refuses what is no dict of metrics, and names that every step logs."""
    if not isinstance(result, dict) or not all(isinstance(n, str) for n in result):
        raise UserError(
            f"{part} returns {describe(result)}, but metrics are a dict with names as "
            "keys, {} for none."
        )
    for name in result:
        if name in _OWN_METRICS:
            raise UserError(
                f"{part} logs {name!r}, a metric that every step logs by itself. Give "
                "yours another name."
            )


def check_both_kept(part: str, result: Any, first: Any, state: Any, *_: Any) -> None:
    """Of (first, state) -> (first, state): both keep their structure and shapes."""
    if not isinstance(result, tuple) or len(result) != 2:
        raise UserError(
            f"{part} returns {describe(result)}, but has to return a pair, the second "
            "its new state."
        )
    for what, before, after in zip(
        ("arrays", "state"), (first, state), result, strict=True
    ):
        then, now = _shapes(before), _shapes(after)
        if jax.tree.structure(before) != jax.tree.structure(after) or then != now:
            raise UserError(
                f"{part} was given {what} of shapes {then} and returned {now}: it has "
                "to keep them."
            )


def _shapes(tree: Any) -> list[tuple[int, ...]]:
    return [tuple(getattr(leaf, "shape", ())) for leaf in jax.tree.leaves(tree)]


def _is_scalar(value: Any) -> bool:
    if value is None:  # which result_type takes for a float
        return False
    try:
        floating = jnp.issubdtype(jnp.result_type(value), jnp.floating)
    except (TypeError, ValueError):
        return False
    return floating and jnp.shape(value) == ()


def describe(output: Any) -> str:
    """Says what an output is: the type and shape of an array, or a type."""
    if not hasattr(output, "shape") or not hasattr(output, "dtype"):
        return "None" if output is None else f"a {type(output).__name__}"
    return f"{output.dtype} of shape {tuple(output.shape)}"
