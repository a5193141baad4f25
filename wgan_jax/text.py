"""Text that reaches its reader: printed on any stream, and a user's words made safe.

Streams may be closed, full or unread, or know ASCII alone; names may hold bytes that
are no UTF-8, and characters that command a terminal. A finished run fails for none of
it. Only the standard library is imported, and nothing of the package.
"""

import contextlib
import math
import os
import sys
from typing import Any, TextIO

_MOST = 80  # characters of a value that are shown
# Escape, carriage return and the like would reach the terminal as commands.
_ESCAPES = {
    code: f"\\x{code:02x}"
    for code in (*range(32), *range(127, 160))
    if chr(code) not in "\n\t"
}


def shown(value: Any) -> str:
    """Shows what a user gave: in one line of printable characters, and not too long.

    Args:
        value: anything.

    Returns:
        As `repr`, with its middle left out where it is long; of a whole number that is
        too long, the count of its digits.
    """
    if isinstance(value, int) and value.bit_length() > 4 * _MOST:
        # Python itself refuses to write more than 4,300 digits.
        digits = math.floor(value.bit_length() * math.log10(2)) + 1
        return f"a number of about {digits:,} digits"
    text = repr(value)
    if len(text) > _MOST:
        text = f"{text[: _MOST // 2]}...{text[-_MOST // 4 :]}"
    return text.translate(_ESCAPES)


def name_problem(name: str) -> str | None:
    """Says why a text cannot name a file, or be kept in a file of text.

    Args:
        name: a path, as this Python received it.

    Returns:
        What is wrong and what to do, after `but `; None where all is well.
    """
    if "\0" in name:
        return "it holds a NUL character: give it another name"
    try:
        name.encode()
        os.fsencode(name)
    except UnicodeEncodeError:
        encoding = sys.getfilesystemencoding()
        if encoding == "utf-8":
            return "its bytes are no UTF-8: rename it, or give a link to it"
        return f"this Python takes names for {encoding}: set PYTHONUTF8=1, or rename it"
    return None


def print_error(text: str) -> None:
    """Prints on stderr; exit codes and runs do not depend on a reader."""
    # Without a console sys.stderr is None, which print takes for stdout.
    if sys.stderr is not None:
        _print(text.translate(_ESCAPES), sys.stderr)


def print_result(text: str) -> None:
    """Prints to stdout; finished work does not fail for want of a reader."""
    if sys.stdout is not None:
        _print(text, sys.stdout)


def _print(text: str, stream: TextIO) -> None:
    try:
        print(_encodable(text, stream), file=stream, flush=True)
    except OSError:
        # Otherwise Python tries again at exit, and fails. Some streams are no files.
        with contextlib.suppress(AttributeError, OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _encodable(text: str, stream: TextIO) -> str:
    """Writes what a stream's encoding does not have as backslashes and numbers."""
    encoding = getattr(stream, "encoding", None) or "utf-8"  # in memory there is none
    return text.encode(encoding, "backslashreplace").decode(encoding)
