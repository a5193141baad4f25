"""The page of one run: report.html, which needs nothing but a browser.

It is made from the other artifacts alone, so it can be made again at any time, also in
the middle of a run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.report.again import commands_of
from wgan_jax.artifacts.report.cards import draw_cards
from wgan_jax.artifacts.report.chart import Chart, draw_chart, draw_legend
from wgan_jax.artifacts.report.curves import (
    evaluation_charts,
    how_it_was_drawn,
    training_charts,
)
from wgan_jax.artifacts.report.gallery import draw_gallery
from wgan_jax.artifacts.report.markup import Markup, document, element, join
from wgan_jax.artifacts.report.member import introduce, what_is_healthy
from wgan_jax.artifacts.report.record import Record, read_record
from wgan_jax.artifacts.report.tables import (
    draw_config,
    draw_evaluation,
    draw_facts,
    facts_of,
)
from wgan_jax.files import disk_errors, write_atomic


def write_report(folder: RunFolder, elapsed: Mapping[str, Any] | None = None) -> Path:
    """Writes report.html from what is in the run folder.

    Args:
        folder: the run; everything but config.json may be missing.
        elapsed: `wall_seconds`, `steps_per_second` and `starts` of a run that is under
            way; None for those of its summary or its newest checkpoint.

    Returns:
        The file.

    Raises:
        UserError: a file of the run is damaged; the message names it.
        ArtifactError: the page cannot be written.
    """
    record = read_record(folder)
    if elapsed is not None and not record.summary:
        record = record._replace(elapsed=dict(elapsed))
    return write_page(folder.report, draw_page(record))


def write_page(path: Path, page: bytes) -> Path:
    """Writes a page, whole or not at all.

    Raises:
        ArtifactError: it cannot be written; the old page is still there.
    """
    with disk_errors(f"write {path}", "Free some space or mend its permissions."):
        write_atomic(path, page)
    return path


def draw_page(record: Record) -> bytes:
    """Draws the page of a run.

    Args:
        record: the run.

    Returns:
        The whole file.
    """
    body = join(
        element("header", *introduce(record), draw_facts(facts_of(record))),
        draw_cards(record),
        section("Samples", draw_gallery(record)),
        section("Quality", draw_evaluation(record.evaluation)),
        section("Quality while it trained", _curves(evaluation_charts(record))),
        section("Training", what_is_healthy(record), _training(record)),
        section("What to do with it", _commands(record)),
        section("Configuration", draw_config(record)),
        section("Versions", *_versions(record)),
    )
    return document(record.title, element("main", body))


def section(title: str, *content: Markup | None) -> Markup | None:
    """Draws a part of a page under its title; nothing where it has no content."""
    if not any(content):
        return None
    return element("section", element("h2", title), *content)


def _training(record: Record) -> Markup:
    curves = _curves(training_charts(record))
    if curves is None:
        return element("p", "Nothing has been logged yet.")
    words = how_it_was_drawn([record], kept=True)
    return join(element("p", words, class_="note"), curves)


def _curves(charts: list[Chart]) -> Markup | None:
    if not charts:
        return None
    drawn = (draw_chart(chart, draw_legend(chart.lines)) for chart in charts)
    return element("div", *drawn, class_="charts")


def _commands(record: Record) -> Markup:
    copy = element("button", "Copy", type="button", hidden=True)
    return join(
        *(
            element(
                "div",
                element("h3", title),
                element("pre", element("code", lines)),
                copy,
                class_="command",
            )
            for title, lines in commands_of(record).items()
        )
    )


def _versions(record: Record) -> list[Markup]:
    versions = record.summary.get("versions") or record.environment.get("versions", {})
    digest = record.summary.get("params_sha256", "the run has not finished")
    words = element("p", "sha256 of the final parameters: ", element("code", digest))
    return [draw_facts(versions), words] if versions else [words]
