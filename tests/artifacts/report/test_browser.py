"""The pages in a real browser, wide and narrow, light and dark.

Needs Chromium (Debian's package `chromium`) and playwright, which downloads nothing
here; without them these tests are skipped.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.artifacts.report.visits import (
    SIZES,
    TEXTS,
    Visit,
    contrast,
    luminance,
    make_pages,
)

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed (extra dev)"
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium: install the package chromium"
)
LOOKS = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def browser():
    # As root, which CI is, Chromium has no sandbox.
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=BROWSER, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    return make_pages(tmp_path_factory.mktemp("browser"))


@pytest.fixture
def visit(browser, pages):
    opened = []

    def open_page(name: str, size: str = "wide", **more: Any) -> Visit:
        opened.append(Visit(browser, pages[name], size, **more))
        return opened[-1]

    yield open_page
    for each in opened:
        each.context.close()


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
@pytest.mark.parametrize("name", ["run", "hostile", "comparison"])
def test_a_page_is_quiet_asks_nobody_and_can_be_read(name, size, scheme, visit):
    opened = visit(name, size, color_scheme=scheme)
    width = SIZES[size][0]
    assert opened.ask("document.documentElement.scrollWidth") <= width
    texts = opened.ask(TEXTS)
    assert len(texts) > 20
    assert [t for t in texts if t["size"] < 11] == []
    assert [t for t in texts if contrast(t["ink"], t["ground"]) < 4.5] == []
    outside = [
        t for t in texts if not t["scrolls"] and (t["left"] < 0 or t["right"] > width)
    ]
    assert outside == []
    dark = luminance(opened.ask("getComputedStyle(document.body).backgroundColor"))
    assert (dark < 0.05) == (scheme == "dark")
    asked = [url for url in opened.requests if not url.startswith("data:")]
    assert len(asked) == 1  # the page itself
    assert opened.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_stand_out_from_the_paper(scheme, visit):
    opened = visit("comparison", color_scheme=scheme)
    paper = opened.ask("getComputedStyle(document.body).backgroundColor")
    colours = opened.ask(
        """() => [...Array(7).keys()].map((i) => {
          const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
          path.setAttribute("class", "line c" + i);
          document.querySelector("svg").append(path);
          return getComputedStyle(path).stroke;
        })"""
    )
    assert len(set(colours)) == 7
    assert [c for c in colours if contrast(c, paper) < 3] == []


SHOWN = """() => [...document.querySelectorAll(".shown img")]
  .filter((image) => image.clientWidth).map((image) => image.dataset.step)"""


@pytest.mark.parametrize("size", SIZES)
def test_the_slider_moves_the_picture_by_key_and_by_hand(size, visit):
    opened = visit("run", size)
    slider = opened.page.locator(".slider input")
    assert opened.ask(SHOWN) == ["3000"]
    slider.focus()
    opened.page.keyboard.press("ArrowLeft")
    assert opened.ask(SHOWN) == ["1500"]
    assert slider.get_attribute("aria-valuetext") == "step 1500"
    opened.page.keyboard.press("Home")
    assert opened.ask(SHOWN) == ["0"]
    caption = opened.page.locator(".shown figcaption")
    assert caption.inner_text() == "generated, step 0: untrained"
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    opened.page.mouse.click(box["x"] + box["width"] - 3, middle)
    assert opened.ask(SHOWN) == ["3000"]
    assert opened.problems == []


def test_playing_ends_at_the_last_picture(visit):
    opened = visit("run")
    opened.page.clock.install()
    play = opened.page.locator(".slider button")
    play.click()
    assert opened.ask(SHOWN) == ["0"]
    assert play.inner_text() == "Pause"
    opened.page.clock.run_for(20_000)
    assert opened.ask(SHOWN) == ["3000"]
    assert play.inner_text() == "Play"
    play.click()
    assert opened.ask(SHOWN) == ["0"]
    play.click()
    opened.page.clock.run_for(20_000)
    assert opened.ask(SHOWN) == ["0"]


def told(opened: Visit, title: str) -> tuple[Any, dict[str, Any]]:
    """The plot under a title, and the values that it carries."""
    chart = opened.page.locator("figure.chart").filter(has_text=title).first
    plot = chart.locator(".plot")
    return plot, json.loads(plot.get_attribute("data-chart"))


@pytest.mark.parametrize("size", SIZES)
def test_the_pointer_is_shown_step_and_value(size, visit):
    opened = visit("run", size)
    plot, data = told(opened, "gradient penalty")
    assert plot.locator(".tip").is_hidden()
    plot.scroll_into_view_if_needed()
    box = plot.locator("svg").first.bounding_box()
    opened.page.mouse.move(box["x"] + box["width"] / 3, box["y"] + 40)
    words = plot.locator(".tip").inner_text().split("\n")
    step = int(words[0].removeprefix("step ").replace(",", ""))
    assert step == pytest.approx(1000, abs=30)
    index = data["lines"][0]["steps"].index(step)
    shown = float(words[1].split()[1])
    assert shown == pytest.approx(data["lines"][0]["values"][index], rel=1e-3)
    cross = plot.locator(".cross").bounding_box()
    assert cross["x"] == pytest.approx(box["x"] + box["width"] / 3, abs=8)
    tip = plot.locator(".tip").bounding_box()
    assert tip["x"] >= 0
    assert tip["x"] + tip["width"] <= SIZES[size][0]
    opened.page.mouse.move(0, 0)
    assert plot.locator(".tip").is_hidden()
    assert opened.problems == []


def test_a_finger_and_the_arrow_keys_are_shown_values_too(visit):
    opened = visit("run", "narrow", has_touch=True)
    plot, data = told(opened, "depth")
    plot.scroll_into_view_if_needed()
    box = plot.locator("svg").first.bounding_box()
    opened.page.touchscreen.tap(box["x"] + box["width"] - 2, box["y"] + 30)
    words = plot.locator(".tip").inner_text()
    assert words.startswith("step 3,000")
    assert "428.6  raw weights" in words
    assert "428.6  ema weights" in words
    plot.focus()
    opened.page.keyboard.press("ArrowLeft")
    assert plot.locator(".tip").inner_text().startswith("step 2,700")
    opened.page.keyboard.press("Escape")
    assert plot.locator(".tip").is_hidden()


def test_the_pointer_tells_no_run_beyond_its_end(visit):
    """The first run has 3,000 steps, the others 40."""
    opened = visit("comparison")
    plot, data = told(opened, "generator loss")
    ends = sorted(line["steps"][-1] for line in data["lines"])
    assert ends == [40, 40, 3000]
    plot.scroll_into_view_if_needed()
    box = plot.locator("svg").first.bounding_box()
    opened.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    words = plot.locator(".tip").inner_text().split("\n")
    assert int(words[0].removeprefix("step ").replace(",", "")) > 1000
    assert len(words) == 2
    cross = plot.locator(".cross").bounding_box()
    assert cross["x"] == pytest.approx(box["x"] + box["width"] / 2, abs=10)
    opened.page.keyboard.press("Escape")
    plot.focus()
    for _ in range(3):  # from the first step on, of whichever run
        opened.page.keyboard.press("ArrowLeft")
    assert "step" in plot.locator(".tip").inner_text()
    assert opened.problems == []


def test_a_picture_that_cannot_be_read_leaves_the_script_alive(visit):
    opened = visit("broken")
    assert opened.page.locator(".slider").is_visible()
    opened.page.locator(".slider input").focus()
    opened.page.keyboard.press("Home")
    assert opened.page.locator(".shown p:visible").count() == 1
    opened.page.keyboard.press("End")
    assert opened.ask(SHOWN) == ["40"]
    assert opened.page.locator(".command button").first.is_visible()
    assert opened.problems == []


RENDERING = """() => [...document.querySelectorAll("img")].filter((i) => i.clientWidth)
  .map((i) => [i.clientWidth * devicePixelRatio / i.naturalWidth,
    getComputedStyle(i).imageRendering])"""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("ratio", [1, 3])
def test_no_picture_is_shrunk_by_nearest_neighbour(size, ratio, visit):
    opened = visit("run", size, device_scale_factor=ratio)
    opened.page.locator(".slider input").focus()
    seen = []
    for _ in range(3):
        seen += opened.ask(RENDERING)
        opened.page.keyboard.press("ArrowLeft")
    for scale, rendering in seen:
        assert rendering == ("pixelated" if scale >= 2 else "auto")
    enlarged = [scale for scale, _ in seen if scale >= 2]
    assert bool(enlarged) == (ratio == 3)


def test_charts_stand_side_by_side_or_one_below_the_other(visit):
    lefts = """() => [...document.querySelectorAll(".plot > svg")].map(
      (svg) => Math.round(svg.getBoundingClientRect().left))"""
    assert len(set(visit("run", "wide").ask(lefts))) == 2
    assert len(set(visit("run", "narrow").ask(lefts))) == 1


def test_without_a_script_the_page_is_whole(visit):
    opened = visit("run", java_script_enabled=False)
    page = opened.page
    visible = page.locator(".shown img:visible")
    assert visible.count() == 1
    assert visible.get_attribute("data-step") == "3000"
    assert page.locator(".slider").is_hidden()
    assert page.locator("button:visible").count() == 0
    assert page.locator(".plot path.line").count() >= 5


def test_lines_to_copy_are_copied_or_selected(visit):
    opened = visit("run")
    command = opened.page.locator(".command").filter(has_text="Measure quality")
    command.locator("button").click()
    done = playwright.expect(command.locator("button"))
    done.not_to_have_text("Copy")
    assert command.locator("button").inner_text() in ("Copied", "Selected")
    assert opened.problems == []


def test_paper_has_no_buttons(visit):
    opened = visit("run")
    opened.page.emulate_media(media="print")
    assert opened.page.locator("button:visible").count() == 0
    assert opened.page.locator(".slider").is_hidden()
    assert opened.page.locator(".shown img:visible").count() == 1
