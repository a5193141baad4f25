"""HTML and SVG from values: what is no markup already is escaped.

Every page is built by `element`, so that no name or value of a run can become a tag.
This module knows nothing of runs.
"""

import base64
import functools
import hashlib
import html
import json
from pathlib import Path
from string import Template
from typing import Any

_FOLDER = Path(__file__).parent
# Elements that have no content and no end tag in HTML.
_VOID = {"img", "input", "br", "meta"}


class Markup(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


def escape(value: Any) -> Markup:
    """Turns a value into text for content and attributes; leaves `Markup` alone."""
    return value if isinstance(value, Markup) else Markup(html.escape(str(value)))


def join(*parts: Any, by: str = "\n") -> Markup:
    """Joins values and markup, None left out."""
    return Markup(by.join(escape(part) for part in parts if part is not None))


def element(name: str, *content: Any, **attributes: Any) -> Markup:
    """Builds an element.

    Args:
        name: the tag's.
        *content: markup, or values to be escaped; None is left out.
        **attributes: without a last underscore, the other underscores as dashes; True
            stands for an attribute without a value, None and False for none.

    Returns:
        The markup.

    Example:
        >>> element("p", "a < b", class_="note")
        '<p class="note">a &lt; b</p>'
    """
    words = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        word = key.rstrip("_").replace("_", "-")
        words.append(word if value is True else f'{word}="{escape(value)}"')
    start = f"<{' '.join(words)}>"
    if name in _VOID:
        return Markup(start)
    return Markup(f"{start}{join(*content, by='')}</{name}>")


def picture(png: bytes, alt: str, **attributes: Any) -> Markup:
    """Embeds a PNG, so that the page is one file; base64 takes a third more space."""
    data = base64.b64encode(png).decode()
    source = Markup(f"data:image/png;base64,{data}")  # nothing in it needs escaping
    return element("img", src=source, alt=alt, **attributes)


def table(head: list[Any], rows: list[list[Any]], **attributes: Any) -> Markup:
    """Builds a table whose first column names the rows, in a frame that may scroll."""
    cells = [element("th", cell, scope="col") for cell in head]
    body = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(cell if _is_cell(cell) else element("td", cell) for cell in row[1:]),
        )
        for row in rows
    ]
    top = element("thead", element("tr", *cells)) if head else None
    whole = element("table", top, element("tbody", *body), **attributes)
    return element("div", whole, class_="scroll", tabindex=0 if head else None)


def json_attribute(value: Any) -> Markup:
    """Encodes a value for an attribute that the page's script reads."""
    return escape(json.dumps(value, allow_nan=False, separators=(",", ":")))


def document(title: str, body: Markup) -> bytes:
    """Builds a whole page with its style and script inside.

    The page's policy forbids every request and every script but its own, so that even
    markup that slipped through could neither run nor call anybody.

    Args:
        title: of the window.
        body: everything between the body's tags.

    Returns:
        The file.
    """
    page, style, script = map(_asset, ("page.html", "page.css", "page.js"))
    return (
        Template(page)
        .substitute(
            title=escape(title),
            style=style,
            script=script,
            script_hash=_policy_hash(script),
            style_hash=_policy_hash(style),
            body=body,
        )
        .encode()
    )


@functools.cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _policy_hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _is_cell(value: Any) -> bool:
    return isinstance(value, Markup) and value.startswith("<td")
