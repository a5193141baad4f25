"""Pages opened in a browser, and what can be seen of them there."""

from pathlib import Path
from typing import Any

import numpy as np

from tests.artifacts.report.pages import (
    ENVIRONMENT,
    EVIL,
    GN,
    SUMMARY,
    evaluated,
    make_rows,
    make_run,
)
from wgan_jax.artifacts.plots import save_point_plot
from wgan_jax.artifacts.report import compare_runs

SIZES = {"wide": (1280, 800), "narrow": (400, 800)}


def make_pages(root: Path) -> dict[str, Path]:
    """A run's page with everything on it, a hostile one, and a comparison."""
    gp = GN | {"variant": "gp", "constraint": "penalty", "penalty_weight": 10.0}
    rows = make_rows(3000, gradient_norm=1.1)
    for row in rows:
        row["gradient_penalty"] = 10.0 ** (-row["step"] / 1000)
        row["critic_loss"] += 0.5
    many = {
        f"a_rather_long_name_of_a_metric_{i}": (12345.678, 0.5, 0.01) for i in range(6)
    }
    sources = {"variant": "given", "constraint": "preset: Gulrajani et al. 2017"}
    files = {"summary": SUMMARY | {"steps": 3000}, "environment": ENVIRONMENT}
    evaluations = [
        {"step": s, "weights": w, "count": 9, "depth": s / 7}
        for s in range(0, 3001, 300)
        for w in ("raw", "ema")
    ]
    config = gp | {"steps": 3000, "sources": sources}
    run = make_run(
        root / "run",
        config,
        rows,
        (0, 1500),
        evaluation=evaluated(**many),
        evaluations=evaluations,
        **files,
    )
    points = np.random.default_rng(0).normal(size=(50, 2))
    save_point_plot(run.sample_path(3000), points, points, None, "gp, step 3,000")
    other = make_run(root / "other", GN | {"seed": 1}, pictures=(40,))
    third = make_run(root / "third", GN, pictures=(40,))
    evil = {"variant": EVIL, "dataset": EVIL, EVIL: EVIL, "steps": 2}
    hostile = make_run(root / "hostile", evil, [{"step": 1, EVIL: 1.0}])
    broken = make_run(root / "broken", GN | {"seed": 2}, pictures=(0, 40))
    broken.sample_path(0).unlink()
    broken.sample_path(0).mkdir()
    compared = compare_runs([f.path for f in (run, other, third)], root / "all.html")
    return {
        "run": compare_runs([run.path]),
        "hostile": compare_runs([hostile.path]),
        "broken": compare_runs([broken.path]),
        "comparison": compared,
    }


class Visit:
    """A page that was opened, and what went wrong while it was used."""

    def __init__(self, browser: Any, path: Path, size: str = "wide", **more: Any):
        width, height = SIZES[size]
        viewport = {"width": width, "height": height}
        self.context = browser.new_context(viewport=viewport, **more)
        self.page = self.context.new_page()
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("dialog", lambda dialog: self.problems.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def ask(self, script: str) -> Any:
        return self.page.evaluate(script)


# Every element with text of its own: size on the screen, colours, edges.
TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const scale = element.getScreenCTM ? element.getScreenCTM().d : 1;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    let ground = element;
    while (ground && getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)")
      ground = ground.parentElement;
    found.push({
      text: node.data.trim().slice(0, 40),
      size: parseFloat(style.fontSize) * scale,
      ink: element.tagName === "text" ? style.fill : style.color,
      ground: ground ? getComputedStyle(ground).backgroundColor : "none",
      left: box.left, right: box.right, scrolls: !!element.closest(".scroll"),
    });
  }
  return found;
}"""


def luminance(colour: str) -> float:
    """Relative luminance of `rgb(r, g, b)`, WCAG 2.1."""
    parts = [float(n) for n in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in (part / 255 for part in parts)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)
