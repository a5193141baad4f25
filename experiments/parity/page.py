"""The comparison's part of BENCHMARKS.md, from the cells on record."""

from pathlib import Path

from experiments.benchmark.report import PAGE, picture, put_part
from experiments.parity.figures import draw_curves
from experiments.parity.tables import Comparison, summary
from experiments.spread import ERRORS
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.files import disk_errors, write_atomic

_RUN = "python -m experiments.parity"
_INTRO = f"""## Parity with PyTorch on {{dataset}}: quality and time

    {{command}}          # the missing cells; resumable, `--shard i/n`
    {{page}}     # this part, from the cells on record

* **Same start.** PyTorch begins with the weights that our initialisation makes for the
  seed, with the same samples, batch size, optimisers, losses and order of updates, by
  the paper's preset, on the MLP. Batches and noise are drawn by either side itself.
* **Same judge.** Both generate from the same latents in evaluation mode, batch norm by
  its running statistics (PyTorch updates them at each pass of the generator, ours at
  the generator's own updates), rounded to bytes; the distance is the leaderboard's.
* **Criterion.** *Inside* means that the means over the seeds differ by at most {ERRORS}
  standard errors.
"""


def write_part(
    comparison: Comparison, command: str, drawing: Path, page: Path = PAGE
) -> Path:
    """Writes the part and its figure; what else the page holds stays.

    Args:
        comparison: what is on record.
        command: the words that choose the same cells.
        drawing: the PNG of the curves.
        page: BENCHMARKS.md.

    Returns:
        The page.

    Raises:
        ArtifactError: one of them cannot be written.
    """
    with disk_errors(f"write {page}", ADVICE):
        text = page.read_text("utf-8") if page.exists() else ""
        name = f"parity-{comparison.dataset}"  # other data sets have parts of their own
        content = _INTRO.format(
            dataset=comparison.dataset,
            command=f"{_RUN} {command}".strip(),
            page=f"{_RUN} page {command}".strip(),
        )
        content += "\n" + summary(comparison)
        if draw_curves(comparison, drawing):
            content += "\n" + picture(drawing, "FD against seconds, ours and PyTorch")
        write_atomic(page, put_part(text, name, content).encode())
    return page
