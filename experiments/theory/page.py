"""Fills the tables of README.md in this folder; its prose is written by hand."""

import re
from pathlib import Path

from experiments.theory.claims import Claim
from experiments.theory.record import read_record
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.errors import UserError
from wgan_jax.files import disk_errors, write_atomic

HERE = Path(__file__).parent
PAGE, RESULTS = HERE / "README.md", HERE / "results"

# <!-- table NAME --> what is generated <!-- end -->
_SLOT = re.compile(r"(<!-- table ([a-z0-9-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def write_page(page: Path = PAGE, results: Path = RESULTS) -> None:
    """Puts the claims of the results on file between the page's markers.

    Args:
        page: the page; text outside the markers stays.
        results: the folder with NAME.json.

    Raises:
        UserError: the page has no marker, or a result is missing.
        ArtifactError: the page cannot be written.
    """
    text = page.read_text("utf-8")
    if not _SLOT.search(text):
        raise UserError(f"{page} has no '<!-- table NAME -->': nothing to fill.")

    def fill(slot: re.Match[str]) -> str:
        result = read_record(results / f"{slot[2]}.json")
        return slot[1] + claims_table(result.claims) + slot[3]

    with disk_errors(f"write {page}", ADVICE):
        write_atomic(page, _SLOT.sub(fill, text).encode())


def claims_table(claims: list[Claim]) -> str:
    """A Markdown table, one line a claim."""
    lines = ["| number | measured | has to be | source |", "|---|---|---|---|"]
    for claim in claims:
        value = f"{claim.value:.4g}" if claim.holds else f"**{claim.value:.4g}**"
        cells = (claim.name, value, claim.target, claim.source)
        lines.append(
            "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        )
    return "\n".join(lines) + "\n"
