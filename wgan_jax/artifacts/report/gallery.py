"""The pictures of a run: one at a time under a slider, real samples beside them.

Without a script the last picture is shown. Pictures are embedded as they are.
"""

import struct
from collections.abc import Mapping
from pathlib import Path

from wgan_jax.artifacts.report.markup import Markup, element, picture
from wgan_jax.artifacts.report.record import Record
from wgan_jax.errors import UserError
from wgan_jax.places import read_file

_MOST_BYTES = 64 << 20  # of one picture
MOST = 60  # pictures in a page; mail and browsers take some megabytes


def draw_gallery(record: Record) -> Markup:
    """Draws the pictures of a run.

    Args:
        record: the run; it may have no pictures.

    Returns:
        A figure of generated samples with its slider, and one of real samples.
    """
    if not record.pictures:
        return element("p", "There are no samples.")
    steps = chosen_steps(list(record.pictures))
    images = [_generated(record.pictures[s], s, s == steps[-1]) for s in steps]
    generated = element(
        "figure",
        *images,
        element("figcaption", _caption(steps[-1])),
        _slider(steps) if len(steps) > 1 else None,
        class_="shown",
    )
    parts = [element("div", generated, _real(record.real), class_="pair")]
    if len(steps) < len(record.pictures):
        words = f"{len(steps)} of the run's {len(record.pictures)} pictures, evenly "
        words += "spread; the folder samples/ has all of them."
        parts.append(element("p", words, class_="note"))
    return element("div", *parts, class_="gallery")


def chosen_steps(steps: list[int]) -> list[int]:
    """Chooses at most `MOST` steps, evenly spread, both ends among them."""
    if len(steps) <= MOST:
        return steps
    last = len(steps) - 1
    return [steps[round(i * last / (MOST - 1))] for i in range(MOST)]


def draw_figure(path: Path, alt: str, caption: str) -> Markup:
    """Draws one picture with its caption."""
    return element("figure", _image(path, alt), element("figcaption", caption))


def _generated(path: Path, step: int, shown: bool) -> Markup:
    words = _caption(step)
    attributes = {"data_step": step, "data_caption": words, "hidden": not shown}
    return _image(path, words, attributes)


def _caption(step: int) -> str:
    return f"generated, step {step:,}" if step else "generated, step 0: untrained"


def _real(path: Path | None) -> Markup | None:
    return None if path is None else draw_figure(path, "real samples", "real")


def _slider(steps: list[int]) -> Markup:
    # Hidden until the script that moves it runs.
    play = element("button", "Play", type="button")
    at = len(steps) - 1
    bar = {"type": "range", "min": 0, "max": at, "value": at, "step": 1}
    slider = element("input", aria_label="step of the picture", **bar)
    first, last = (element("span", f"{step:,}") for step in (steps[0], steps[-1]))
    return element("div", play, first, slider, last, class_="slider", hidden=True)


def _image(path: Path, alt: str, attributes: Mapping | None = None) -> Markup:
    try:
        png = read_file(path, _MOST_BYTES)
    except UserError as error:
        # The page is drawn from what is sound.
        return element("p", str(error), class_="note", **(attributes or {}))
    png = png or b""  # removed meanwhile
    # The size is in the first chunk: a page that knows it does not jump.
    width, height = struct.unpack(">II", png[16:24]) if len(png) > 24 else (0, 0)
    size = {"width": width, "height": height} if width else {}
    return picture(png, alt, **size, **(attributes or {}))
