"""The number formats of a run by name, and where the narrowest is refused.

What they do is in `training.precision`; which one a run takes where none is given
depends on its devices (`parallel.backend`). This module knows names and shapes only.
"""

from wgan_jax.errors import UserError

PRECISIONS = ("float32", "tf32", "bf16")


def refuse_rounded_points(precision: str | None, sample_shape: tuple[int, ...]) -> None:
    """Refuses bfloat16 for points.

    Args:
        precision: of the run; None where it is not chosen yet.
        sample_shape: (H, W, C) of an image, (d,) of a point.

    Raises:
        UserError: saying what to take instead.
    """
    if precision == "bf16" and len(sample_shape) == 1:
        raise UserError(
            "precision bf16 is for images: points rounded to three digits would lie on "
            "a grid that a critic can see. Choose float32 or tf32, or leave it out."
        )
