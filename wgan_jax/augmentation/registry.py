"""The registry of the augmentations, and what a list of their names may hold.

A new one is one function in `transforms` plus one row here. This file must stay free of
JAX: it is read while the command line is parsed.
"""

from typing import NamedTuple

from wgan_jax.errors import UserError, unknown_name


class AugmentationRow(NamedTuple):
    """A row of the registry.

    Attributes:
        name: what the command line calls it.
        transforms: functions of `transforms`, applied in this order.
        colour: whether it does nothing to grey images.
    """

    name: str
    transforms: tuple[str, ...]
    colour: bool = False


_COLOR = ("brightness", "saturation", "contrast")
AUGMENTATIONS = {
    row.name: row
    for row in (
        AugmentationRow("translation", ("translation",)),
        AugmentationRow("cutout", ("cutout",)),
        AugmentationRow("brightness", ("brightness",)),
        AugmentationRow("contrast", ("contrast",)),
        AugmentationRow("saturation", ("saturation",), colour=True),
        AugmentationRow("color", _COLOR, colour=True),  # as the authors' code has it
    )
}


def transform_names(names: str) -> list[str]:
    """Lists the transforms of a policy.

    Args:
        names: keys of `AUGMENTATIONS` with commas, such as `translation,cutout`.

    Returns:
        Functions of `transforms`, in the order of the names.

    Raises:
        UserError: for an unknown name, or a transform twice.
    """
    found: list[str] = []
    for name in (word.strip() for word in names.split(",")):
        if name not in AUGMENTATIONS:
            raise unknown_name("augmentation", name, AUGMENTATIONS)
        for transform in AUGMENTATIONS[name].transforms:
            if transform in found:
                raise UserError(
                    f"augment is {names!r}, which has {transform} twice: name it once."
                )
            found.append(transform)
    return found


def check_augmentations(names: str, sample_shape: tuple[int, ...]) -> None:
    """Refuses augmentations that do not exist, or that do nothing to the samples.

    Args:
        names: as in `transform_names`.
        sample_shape: (H, W, C) or (d,).

    Raises:
        UserError: naming the augmentation and what there is instead.
    """
    transform_names(names)
    if len(sample_shape) != 3:
        raise UserError(
            f"augment is {names!r}, but samples of shape {sample_shape} are no images: "
            "leave it out."
        )
    for name in (word.strip() for word in names.split(",")):
        if AUGMENTATIONS[name].colour and sample_shape[-1] != 3:
            raise UserError(
                f"augmentation {name!r} is for colour images, but these have "
                f"{sample_shape[-1]} channels: choose brightness or contrast."
            )
