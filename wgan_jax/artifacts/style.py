"""One look for every figure with axes: colours, sizes and how a figure is kept.

Colours are those of Okabe and Ito 2008, told apart by every kind of colour vision. Text
is large enough to be read at half size. This module knows no figure.
"""

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from wgan_jax.files import disk_errors, write_atomic
from wgan_jax.startup import is_command

ADVICE = "Free some space or mend the permissions, and run it again."

BLUE, ORANGE, GREEN, RED = "#0072b2", "#e69f00", "#009e73", "#d55e00"
SKY, PURPLE, YELLOW, BLACK = "#56b4e9", "#cc79a7", "#c5b50a", "#202124"
COLORS = (BLUE, RED, GREEN, ORANGE, PURPLE, SKY, BLACK, YELLOW)
GREY = "#8a8f94"  # what is only there to compare with
DASHES = ("-", "--", "-.", ":")  # lines differ by more than colour

_DPI = 120
_RULES: Any = {
    "font.size": 14,
    "axes.titlesize": 15,
    "axes.titlelocation": "left",
    "axes.labelsize": 14,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e6e8",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "lines.linewidth": 2.2,
    "lines.markersize": 7,
    "legend.frameon": False,
    "legend.fontsize": 13,
    "xtick.labelsize": 13,
    "ytick.labelsize": 13,
    "image.cmap": "viridis",
    "figure.facecolor": "white",
}


@contextlib.contextmanager
def default_rules(rules: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Draws by matplotlib's own defaults, whatever a matplotlibrc or the caller set.

    Args:
        rules: what differs from the defaults.
    """
    mpl = _matplotlib()
    defaults = {n: v for n, v in mpl.rcParamsDefault.items() if n != "backend"}
    with mpl.rc_context({**defaults, **(rules or {})}):
        yield


def _matplotlib() -> Any:
    # A file matplotlibrc of the working directory is read at the import: one of a
    # hostile or unlucky name may be no text, or a pipe. In a program of the user's it
    # is his. Only where there is one, because threads share the working directory.
    beside = is_command() and "matplotlib" not in sys.modules
    if not (beside and os.path.lexists("matplotlibrc")):
        return import_module("matplotlib")
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(Path(__file__).parent)
        return import_module("matplotlib")
    finally:
        os.fchdir(here)
        os.close(here)


@contextlib.contextmanager
def figure(
    path: Path,
    *,
    rows: int = 1,
    columns: int = 1,
    size: tuple[float, float] = (9, 5),
    **options: Any,
) -> Iterator[tuple[Any, Any]]:
    """Draws a figure in the project's style and keeps it as PNG when the block ends.

    Args:
        path: the PNG to write, 120 dots an inch; written whole or not at all.
        rows: panels below each other.
        columns: panels beside each other.
        size: width and height in inches.
        **options: what `Figure.subplots` takes.

    Yields:
        The figure, and its axes: one, or an array [rows, columns] without axes of
        length 1.

    Raises:
        ArtifactError: the file cannot be written.
    """
    with default_rules(_RULES):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        drawn = Figure(figsize=size, dpi=_DPI, layout="constrained")
        FigureCanvasAgg(drawn)  # attaches itself: draws to memory, needs no display
        yield drawn, drawn.subplots(rows, columns, **options)
        buffer = io.BytesIO()
        # Without the version of matplotlib inside: the same figure is the same bytes.
        drawn.savefig(buffer, format="png", metadata={"Software": None})
    with disk_errors(f"write the figure {path}", ADVICE):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, buffer.getvalue())
