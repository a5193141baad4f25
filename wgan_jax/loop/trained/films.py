"""The training as a film: a run's own pictures, one after the other.

They show the same latent vectors at every step. No network is run and no checkpoint
read.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.images import captioned, write_gif
from wgan_jax.data import DATASETS
from wgan_jax.errors import UserError, warn
from wgan_jax.files import open_regular
from wgan_jax.loop.stored_config import stored_samples
from wgan_jax.places import list_folder

_PICTURE = re.compile(r"step-\d{8,10}\.png")
_SECONDS = 8.0  # of a film, without its last frame


def film_training(folder: RunFolder, path: Path) -> str:
    """Makes a GIF of the run's pictures, with the number of the step.

    Args:
        folder: the run's; a picture that is damaged is left out, with a warning.
        path: the GIF to write.

    Returns:
        One line that says what was written.

    Raises:
        UserError: the run has no pictures.
        ArtifactError: the file cannot be written.
    """
    names = list_folder(folder.samples)
    found = [path for path in names if _PICTURE.fullmatch(path.name)]
    config = folder.config()
    points = _are_points(folder, config)
    frames = [frame for file in found if (frame := _read(config, file, points))]
    if not frames:
        raise UserError(
            f"no picture in {str(folder.samples)!r}, of which the GIF would be made. "
            "Train with --sample-every above 0; --interpolate makes one of walks."
        )
    each = round(min(400, max(60, 1000 * _SECONDS / len(frames))))
    # The end is held, or the eye would not find it in a film that repeats.
    write_gif(path, frames, [each] * (len(frames) - 1) + [max(1500, each)])
    return f"{path}: the training in {len(frames)} pictures, to {found[-1].stem}"


def _are_points(folder: RunFolder, config: Mapping[str, Any]) -> bool:
    row, own = DATASETS.get(config.get("dataset", "")), stored_samples(folder)
    return len(own.shape) == 1 if own else row is not None and not row.is_image


def _read(config: Mapping[str, Any], file: Path, points: bool) -> Any:
    try:
        with open_regular(file) as opened, Image.open(opened) as picture:
            frame = picture.convert("L" if picture.mode == "L" else "RGB")
    except (OSError, UnidentifiedImageError) as error:
        warn(f"picture {file} is left out: {error}")
        return None
    if points:
        return frame  # pictures of points have a title
    step = int(file.stem.removeprefix("step-"))
    # Data that are read by their path have a shorter name.
    named = config.get("own_data", {}).get("name") or config.get("dataset")
    title = f"{config.get('variant')} on {named}, step {step:,}"
    return captioned(frame, title)
