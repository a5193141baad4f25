import base64
import hashlib
import re

import pytest

from tests.artifacts.report.pages import EVIL, Page
from wgan_jax.artifacts.report.markup import (
    Markup,
    document,
    element,
    join,
    json_attribute,
    table,
)


def test_values_are_escaped_once_and_markup_never():
    inner = element("b", "a < b & c")
    assert inner == "<b>a &lt; b &amp; c</b>"
    assert element("p", inner, None, "<") == "<p><b>a &lt; b &amp; c</b>&lt;</p>"
    assert join("<", None, Markup("<br>"), by="|") == "&lt;|<br>"


def test_attributes_are_escaped_named_and_left_out():
    made = element("img", alt='" onload="x', data_step=0, hidden=True, title=None)
    assert made == '<img alt="&quot; onload=&quot;x" data-step="0" hidden>'
    assert element("p", class_="a", hidden=False) == '<p class="a"></p>'


@pytest.mark.parametrize(
    "build",
    [
        lambda: element("p", EVIL, title=EVIL),
        lambda: table([EVIL], [[EVIL, EVIL]]),
        lambda: element("i", data_chart=json_attribute({EVIL: EVIL})),
    ],
)
def test_no_value_becomes_a_tag(build):
    page = Page(document(EVIL, build()))
    assert page.tags.count("script") == 1  # the page's own
    assert "b" not in page.tags
    assert EVIL in page.text


def test_the_policy_allows_the_pages_own_script_and_style_alone():
    text = document("t", Markup("")).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy
    for name in ("script", "style"):
        (body,) = re.findall(f"<{name}>(.*?)</{name}>", text, re.S)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
