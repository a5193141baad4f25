"""The command that samples a run: words -> what was given -> files -> exit code.

What can be refused by names alone is refused before anything heavy is imported, and
only the standard library before a package that is missing can be named.
"""

import argparse
import functools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wgan_jax.commands import (
    Parser,
    require_address_space,
    run_command,
    version_line,
    without_traceback,
)
from wgan_jax.errors import UserError
from wgan_jax.places import expand, is_folder
from wgan_jax.text import print_result, shown

_EXAMPLES = """\
examples:
  python -m wgan_jax.sample RUN --count 1000 --out samples.npz
  python -m wgan_jax.sample RUN --out grid.png
  python -m wgan_jax.sample RUN --count 1000 --out folder/
  python -m wgan_jax.sample RUN --classes 0,1,2 --out rows.png
  python -m wgan_jax.sample RUN --gif training.gif
  python -m wgan_jax.sample RUN --interpolate 8 --out walk.png --gif walk.gif
  python -m wgan_jax.sample RUN --export generator/
"""
_WALKS = (2, 1000)  # samples from one latent vector to the next


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        The exit code, see `commands.run_command`.
    """
    words = without_traceback(sys.argv[1:] if arguments is None else arguments)
    return run_command(lambda: _sample(words))


def _sample(words: Sequence[str]) -> None:
    if "--version" in words:
        print_result(version_line())
        return
    given = vars(_parser().parse(words))
    for name in ("out", "gif", "export"):
        given[name] = given[name] and expand(given[name], f"--{name}")
    require_address_space()
    _check(given)

    from wgan_jax.loop.trained.sampling import Request, write_requested

    fields = {name: given[name] for name in Request._fields if given[name] is not None}
    for line in write_requested(Request(**fields)):
        print_result(line)


def _parser() -> Parser:
    parser = Parser(
        prog="python -m wgan_jax.sample",
        description="Samples a trained run: arrays, pictures, films, an export.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("run_dir", metavar="RUN", help="the run folder")
    _add_outputs(parser)
    _add_choices(parser)
    return parser


def _add_outputs(parser: Parser) -> None:
    add = functools.partial(parser.add_argument, type=Path)
    add(
        "--out",
        metavar="FILE",
        help="FILE.npz (array `samples`), FILE.png (one picture), or a folder for one "
        "PNG each",
    )
    add(
        "--gif",
        metavar="FILE",
        help="the training as a film, or latent walks with --interpolate",
    )
    add(
        "--export",
        metavar="FOLDER",
        help="the generator as StableHLO, its weights, and how to run them without "
        "this package",
    )


def _add_choices(parser: Parser) -> None:
    add = parser.add_argument
    add(
        "--count",
        type=int,
        metavar="N",
        help="samples (default 1000 in an .npz file, 64 images or 2000 points "
        "elsewhere), or walks (default 8, in a film 16 images or 500 points)",
    )
    add("--seed", type=int, metavar="N", help="of the latent vectors; default 0")
    add("--step", metavar="N|best", help="which checkpoint; default the newest")
    add(
        "--weights",
        choices=("raw", "ema", "auto"),
        help="of the generator; auto, the default: its moving average if there is one",
    )
    add(
        "--interpolate",
        type=int,
        metavar="N",
        help="walk from latent vector to latent vector, N samples each",
    )
    add(
        "--interpolation",
        choices=("linear", "spherical"),
        help="how to walk; default spherical",
    )
    add(
        "--classes",
        metavar="N,N,...",
        help="of a conditional run: make these classes, in turn or, in a picture, one "
        "row each (--count is filled up to whole rows); default all",
    )
    add("--data-dir", metavar="FOLDER", help="where the data are, as in training")
    add("--overwrite", action="store_true", help="replace what exists")
    add("--version", action="store_true", help="print the versions and stop")


def _check(given: dict[str, Any]) -> None:
    """Refuses what cannot be right, and reads --step."""
    from wgan_jax.artifacts.folder import RunFolder

    RunFolder.open(given["run_dir"])
    if not any(given[name] for name in ("out", "gif", "export")):
        raise UserError(
            "nothing to write: give --out FILE, --gif FILE or --export FOLDER. See "
            "--help for examples."
        )
    _refuse_without_effect(given)
    _check_numbers(given)
    _check_outputs(given["out"], given["gif"], given["export"], given)


def _refuse_without_effect(given: dict[str, Any]) -> None:
    walking = given["interpolate"] is not None
    if given["interpolation"] is not None and not walking:
        raise UserError(
            "--interpolation would have no effect here: it says how a walk goes. Give "
            "--interpolate N too, or leave it out."
        )
    idle: list[str] = []
    if given["out"] is None and not walking:
        idle += ["count", "seed", "data_dir", "classes"]
        if given["export"] is None:
            idle += ["step", "weights"]
    for name in idle:
        if given[name] is not None:
            raise UserError(
                f"--{name.replace('_', '-')} would have no effect here: without "
                "--interpolate or --out a film shows the run's own pictures, and an "
                "export holds no samples. Leave it out."
            )


def _check_numbers(given: dict[str, Any]) -> None:
    step, count, length = given["step"], given["count"], given["interpolate"]
    if step not in (None, "best"):
        if not step.isdecimal():
            raise UserError(f"step is {shown(step)}, but has to be a number or best.")
        given["step"] = int(step)
    if length is not None and not _WALKS[0] <= length <= _WALKS[1]:
        raise UserError(
            f"interpolate is {shown(length)}, but has to be from {_WALKS[0]} to "
            f"{_WALKS[1]:,}."
        )
    if given["classes"] is not None:
        given["classes"] = _read_classes(given["classes"])
    if count is not None and count < 1:
        raise UserError(f"count is {shown(count)}, but has to be at least 1.")


def _read_classes(words: str) -> tuple[int, ...]:
    found = words.split(",")
    if not all(word.strip().isdecimal() and len(word) <= 10 for word in found):
        raise UserError(
            f"classes is {shown(words)}, but has to be whole numbers with commas "
            "between them, such as 0,1,2."
        )
    return tuple(map(int, found))


def _check_outputs(
    out: Path | None, gif: Path | None, export: Path | None, given: dict[str, Any]
) -> None:
    from wgan_jax.artifacts import exported, images, outputs

    overwrite = given["overwrite"]
    named = [path.resolve() for path in (out, gif, export) if path is not None]
    if len(set(named)) < len(named):
        raise UserError(
            "--out, --gif and --export name one place twice, where the second would "
            "replace the first. Name a place for each."
        )
    if gif is not None:
        if gif.suffix.lower() != ".gif":
            raise UserError(f"--gif is {str(gif)!r}, but has to end in .gif.")
        outputs.check_file(gif, overwrite=overwrite)
    if export is not None:
        outputs.check_folder(export, exported.NAMES, overwrite=overwrite)
    if out is None:
        return
    suffix = out.suffix.lower()
    if suffix in (".npz", ".png"):
        outputs.check_file(out, overwrite=overwrite)
    elif suffix and not is_folder(out):
        raise UserError(
            f"--out is {str(out)!r}, but has to end in .npz (an array) or .png (one "
            "picture), or to be a folder without a suffix; a film is --gif."
        )
    elif given["interpolate"] is not None:
        raise UserError("walks go to a .png or an .npz file, and not to a folder.")
    else:
        outputs.check_folder(out, images.NAMES, overwrite=overwrite)


if __name__ == "__main__":
    sys.exit(main())
