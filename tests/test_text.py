"""What is printed reaches its reader, and nothing that a user gave commands a terminal.

Without a stream that takes the text a run goes on, and its exit code is the same.
"""

import io
import os

import pytest

from wgan_jax import text


class Gone(io.StringIO):
    """A stream whose reader is gone."""

    asked = False

    def write(self, words: str) -> int:
        self.asked = True
        raise BrokenPipeError


@pytest.mark.parametrize(
    ("stream", "printer"),
    [("stdout", text.print_result), ("stderr", text.print_error)],
)
def test_nobody_has_to_listen(stream, printer, monkeypatch):
    gone = Gone()
    for nobody in (None, gone):
        monkeypatch.setattr(f"sys.{stream}", nobody)
        printer("nobody")
    assert gone.asked


@pytest.mark.parametrize(
    ("encoding", "printed"),
    [("ascii", rb"l\xe4uft r\udcff"), ("utf-8", b"l\xc3\xa4uft " + rb"r\udcff")],
)
def test_what_a_stream_cannot_encode_is_printed_as_numbers(
    encoding, printed, monkeypatch
):
    output = io.BytesIO()
    stream = io.TextIOWrapper(output, encoding=encoding, errors="strict")
    monkeypatch.setattr("sys.stdout", stream)
    text.print_result("läuft r\udcff")
    assert output.getvalue() == printed + os.linesep.encode()


def test_errors_do_not_command_the_terminal(capsys):
    text.print_error("--x\x1b[31m\rred\x9b\n  next\tline")
    assert capsys.readouterr().err == "--x\\x1b[31m\\x0dred\\x9b\n  next\tline\n"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("läuft", "'läuft'"),
        ("a\nb\x1b[0m", r"'a\nb\x1b[0m'"),
        ("r\udcff", r"'r\udcff'"),
        ("9" * 5000, f"'{'9' * 39}...{'9' * 19}'"),
        (123, "123"),
    ],
)
def test_a_value_is_shown_in_one_printable_line(value, words):
    assert text.shown(value) == words


def test_a_number_that_python_does_not_print_is_shown_by_its_length():
    assert text.shown(10**400) == "a number of about 401 digits"
    assert text.shown(-(10**5000)) == "a number of about 5,001 digits"


@pytest.mark.parametrize(
    ("encoding", "name", "problem"),
    [
        ("utf-8", "läuft", None),
        ("utf-8", "a\0b", "NUL"),
        ("utf-8", "r\udcff", "rename it"),
        ("ascii", "l\udcc3\udca4uft", "set PYTHONUTF8=1"),
        ("ascii", "läuft", "set PYTHONUTF8=1"),
    ],
)
def test_a_name_is_one_that_files_and_json_can_have(
    encoding, name, problem, monkeypatch
):
    monkeypatch.setattr("sys.getfilesystemencoding", lambda: encoding)
    # As an interpreter of that encoding has it, which is fixed when it starts.
    monkeypatch.setattr("os.fsencode", lambda n: n.encode(encoding, "surrogateescape"))
    found = text.name_problem(name)
    assert found is None if problem is None else problem in (found or "")
