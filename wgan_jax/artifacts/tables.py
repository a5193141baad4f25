"""Tables and paragraphs for the terminal, 80 columns, without colours elsewhere."""

import io
import sys
import textwrap
from collections.abc import Sequence

WIDTH = 80


def format_table(
    title: str, header: Sequence[str], rows: Sequence[Sequence[str]]
) -> str:
    """Formats a table.

    Args:
        title: above it.
        header: the names of the columns; all but the first are aligned to the right.
        rows: the cells.

    Returns:
        Its lines, with emphasis where stdout is a terminal.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colours = sys.stdout is not None and sys.stdout.isatty()
    output = io.StringIO()
    console = Console(file=output, force_terminal=colours, width=WIDTH, highlight=False)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for number, name in enumerate(header):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(Text(title, style="bold"))
    console.print(table)
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines())


def format_paragraph(words: str) -> str:
    """Wraps a paragraph."""
    return textwrap.fill(words, WIDTH, break_long_words=False, break_on_hyphens=False)
