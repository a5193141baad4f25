import sys

from wgan_jax.artifacts.tables import WIDTH, format_paragraph, format_table

ROWS = [("exact W1", "0.5", "0.4 to 0.6"), ("a [b]name[/b]", "", "-")]


def test_columns_are_aligned_and_nothing_is_markup():
    lines = format_table("gp on ring8", ("metric", "value", "interval"), ROWS)
    title, header, first, second = lines.splitlines()
    assert title == "gp on ring8"
    assert header.split() == ["metric", "value", "interval"]
    assert first.index("0.5") + 3 == header.index("value") + 5  # to the right
    assert second.startswith("a [b]name[/b]")
    assert "\x1b" not in lines
    assert all(line == line.rstrip() for line in lines.splitlines())


def test_a_terminal_gets_emphasis(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[1m" in format_table("title", ("a",), [])


def test_paragraphs_are_wrapped():
    lines = format_paragraph("word " * 40).splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) <= WIDTH
