"""From result files to BENCHMARKS.md. Nothing is measured or drawn here."""

import json
import re
from pathlib import Path

from experiments.benchmark import ROOT
from experiments.benchmark.cases import SHAPES, every_variant
from experiments.benchmark.tables import PARTS, Row
from wgan_jax.errors import UserError

RESULTS = ROOT / "experiments" / "results"
PAGE = ROOT / "BENCHMARKS.md"

_INTRO = """# Benchmarks

What was measured of `wgan_jax`, generated from result files; every table states the
command that made it and the machine. One *step* is one generator update with its
n_critic critic updates.

* [Speed beside PyTorch](#speed-how-it-is-measured)
* [How well critics estimate W1](#how-well-critics-estimate-w1), where it is known
* [Parity](#parity-with-pytorch-on-mnist-quality-and-time): how good training becomes
* [Leaderboard](#leaderboard-every-member-by-one-protocol): every member, six data sets

## Speed: how it is measured

How fast `wgan_jax` trains, beside PyTorch at its best.

* **Same work.** Same networks, initialisation, optimisers, batches, losses and order of
  updates; batch norm's epsilon is 1e-5 on both sides (the widely copied
  `BatchNorm1d(n, 0.8)` sets it to .8 by mistake). `tests/experiments/` copies weights
  over and shows equal losses and equal gradients for every member. One shortcut is
  ours alone: `gn`'s critic is piecewise linear, so that Euler's identity spares its
  second derivative (`wgan_jax/constraints/gradient_normalization.py`); PyTorch's side
  differentiates twice, as published, and the ratio of `gn` holds the difference.
* **PyTorch tuned** is the fastest of several forms, named in the table: data in memory,
  no synchronisation, generated samples without a graph, fused optimisers, real and fake
  samples in one pass or two, channels last, `torch.compile`. In the files of November
  2026 a form was chosen by one trial, whose noise is 10 to 40 % and more than forms
  often differ by (`gan` and `nsgan` of the MLP are one computation, and their PyTorch
  made 64 and 49 steps/s); today by the median of three. **As published** is how
  the widely used scripts run: a DataLoader with PIL per sample, losses printed at every
  step.
* **Interleaved.** Each side has its own process with the same number of threads, and
  they take turns; a ratio is the median over pairs of turns, with the smallest and the
  largest in brackets.
* **Least work** is what matrix products and direct convolutions of a step cannot do
  without, derived by hand in `experiments/benchmark/least_work.py`; **of the peak** is
  that work per second over the fastest square float32 matrix product of either library
  in the same run. Activations, batch norm, noise and optimisers count as no work. On
  CPU most of DCGAN's convolutions are not direct: they make 9 of 16 multiplications and
  more additions (`wgan_jax/networks/convolution/winograd.py`), so XLA counts less than
  this work. Of a ResNet's resampling the folded form counts, which this package
  computes; PyTorch's side has the published layers, with more taps.
* **Memory** on CPU was read after the matrix products in the files of 22 November 2026,
  which adds 43 to 84 MB to ours.
* Samples are the digits inside scikit-learn (28 x 28 and 32 x 32), `ring8` and, for
  ResNets, `patches` (32 x 32 x 3), repeated to 60,000.
"""


def load_results() -> list[Row]:
    """Reads every result file, speed first; quick ones count where no others are."""
    results = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))]
    results = [r for r in results if r.get("kind") in PARTS]
    if any(r["kind"] == "speed" and not r["quick"] for r in results):
        results = [r for r in results if not r["quick"]]
    order = list(PARTS)
    return sorted(results, key=lambda r: order.index(r["kind"]))


def load_result(name: str) -> Row:
    """Reads one result file.

    Raises:
        UserError: when there is none for this machine.
    """
    path = RESULTS / f"{name}.json"
    if not path.exists():
        raise UserError(
            f"{path} does not exist: measure first (python -m experiments.benchmark)."
        )
    return json.loads(path.read_text())


def merged(name: str, result: Row) -> Row:
    """Keeps the cases on file that a new speed result did not measure again.

    Only those of the same machine and versions stay, so that a run can be made in
    pieces; the commands are those that the cases came from.
    """
    path = RESULTS / f"{name}.json"
    if result["kind"] != "speed" or not path.exists():
        return result
    old = json.loads(path.read_text())
    if old["machine"] != result["machine"]:
        return result
    cases = {(c["network"], c["variant"]): c for c in old["cases"] + result["cases"]}
    rows = [cases[key] for key in sorted(cases, key=_place)]
    commands = dict.fromkeys(row["command"] for row in rows)
    return {**result, "cases": rows, "command": "\n".join(commands)}


def _place(key: tuple[str, str]) -> tuple[int, int]:
    return list(SHAPES).index(key[0]), every_variant().index(key[1])


def save_result(name: str, result: Row) -> Path:
    """Writes one result file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    return path


# <!-- part NAME --> what another command generates <!-- end NAME -->
_PART = re.compile(r"<!-- part ([\w-]+) -->\n.*?<!-- end \1 -->\n", re.DOTALL)


def put_part(page: str, name: str, content: str) -> str:
    """Puts what another command generates between its markers on the page.

    Args:
        page: the text of the page.
        name: of the part; a page without it gets it at its end.
        content: what stands between the markers.

    Returns:
        The new text; the rest is as it was.
    """
    part = f"<!-- part {name} -->\n{content}<!-- end {name} -->\n"
    for old in _PART.finditer(page):
        if old[1] == name:
            return page[: old.start()] + part + page[old.end() :]
    return f"{page.rstrip()}\n\n{part}".lstrip()


def picture(path: Path, text: str) -> str:
    """A picture of the page, with what it shows in words."""
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"![{text}]({shown})\n"


def write_page() -> Path:
    """Regenerates BENCHMARKS.md from the files on record; parts of others stay.

    Returns:
        The page.
    """
    parts = [_INTRO]
    for result in load_results():
        parts += [PARTS[result["kind"]](result, _plot(result))]
    old = PAGE.read_text() if PAGE.exists() else ""
    kept = [part[0] for part in _PART.finditer(old)]
    PAGE.write_text("\n".join([*parts, *kept]))
    return PAGE


def _plot(result: Row) -> str | None:
    path = RESULTS / f"{result['name']}.png"
    return str(path.relative_to(ROOT)) if path.exists() else None
