"""Which member a run trains, and what its curves look like when all is well."""

import re

from wgan_jax.artifacts.report.markup import Markup, element
from wgan_jax.artifacts.report.record import Record
from wgan_jax.variants import VARIANTS, Variant

_CONDITIONAL = "Miyato & Koyama 2018, arXiv 1802.05637"
_ARXIV = re.compile(r"arXiv (\d{4}\.\d{4,5})")


def introduce(record: Record) -> list[Markup]:
    """Names a run: the member on its data, one sentence, and the paper."""
    title = element("h1", record.title)
    if record.own.get("own_parts"):
        return [title, element("p", "Own parts, see Configuration.", class_="lead")]
    row = VARIANTS.get(str(record.config.get("variant")))
    if row is None:
        return [title]
    summary = row.summary[0].upper() + row.summary[1:]
    lead = [f"{summary}. ", _paper(row)]
    if record.config.get("conditional"):
        lead.append(f", conditional on the class ({_CONDITIONAL})")
    return [title, element("p", *lead, class_="lead")]


def what_is_healthy(record: Record) -> Markup | None:
    """What a good run of the member looks like; None where parts were exchanged."""
    row = VARIANTS.get(str(record.config.get("variant")))
    own = bool(record.own.get("own_parts"))
    if row is None or own or not row.healthy or _exchanged(record, row):
        return None
    return element("p", element("b", "When all is well: "), row.healthy, class_="lead")


def _exchanged(record: Record, row: Variant) -> bool:
    config = record.config
    return any(config.get(p) != getattr(row, p) for p in ("objective", "constraint"))


def _paper(row: Variant) -> Markup:
    found = _ARXIV.search(row.paper)
    if not found:
        return element("cite", row.paper)
    address = f"https://arxiv.org/abs/{found[1]}"
    return element("a", row.paper, href=address, rel="noreferrer")
