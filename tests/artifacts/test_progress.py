import io

import pytest

from wgan_jax.artifacts.progress import duration, progress, words


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Gone(Terminal):
    tried = 0

    def write(self, *_):
        self.tried += 1
        raise OSError(5, "Input/output error")


def test_a_terminal_that_is_gone_does_not_end_a_run():
    stream = Gone()
    with progress(10, stream=stream) as shown:
        shown.update(5, {"critic_loss": 1.0})
    assert stream.tried


def test_plain_lines_stand_alone_and_come_every_five_seconds():
    stream, clock = io.StringIO(), Clock()
    with progress(1000, stream=stream, clock=clock) as shown:
        for step in range(1, 1001):
            shown.update(step, {"critic_loss": -0.31234, "penalty": 0.01})
            clock.now += 0.125
    lines = stream.getvalue().splitlines()
    assert lines[0] == "step 1/1,000  critic -0.312  penalty 0.01"
    assert lines[1] == (
        "step 41/1,000  8.0 steps/s  eta 2m00s  critic -0.312  penalty 0.01"
    )
    assert lines[-1].startswith("step 1,000/1,000  8.0 steps/s  critic")
    assert len(lines) == 26
    assert "\r" not in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_a_resumed_run_does_not_count_the_steps_it_did_not_make():
    stream, clock = io.StringIO(), Clock()
    with progress(1000, start=900, stream=stream, clock=clock) as shown:
        shown.update(910, {})
        clock.now += 10
        shown.update(930, {})
    assert "2.0 steps/s  eta 35s" in stream.getvalue()


def test_the_compilation_before_the_first_report_does_not_count():
    stream, clock = io.StringIO(), Clock()
    with progress(100, stream=stream, clock=clock) as shown:
        clock.now += 60
        shown.update(10, {})
        clock.now += 10
        shown.update(20, {})
    assert "1.0 steps/s" in stream.getvalue()


def test_quiet_is_silent():
    stream = Terminal()
    with progress(10, quiet=True, stream=stream) as shown:
        shown.update(10, {"critic_loss": 1.0})
    assert stream.getvalue() == ""


@pytest.mark.parametrize("error", [None, KeyboardInterrupt, ValueError])
def test_the_bar_shows_the_run_and_gives_the_terminal_back(error, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    stream, clock = Terminal(), Clock()

    def run():
        with progress(5000, start=100, stream=stream, clock=clock) as shown:
            shown.update(150, {})
            clock.now += 10
            shown.update(200, {"wasserstein_estimate": 0.5})
            if error:
                raise error

    if error:
        with pytest.raises(error):
            run()
    else:
        run()
    text = stream.getvalue()
    assert "200/5000" in text
    assert "5.0 steps/s" in text
    assert "eta 16m00s" in text
    assert "estimate 0.5" in text
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")  # the cursor is back
    assert text.endswith(("\n", "\x1b[?25h"))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0s"), (59.6, "1m00s"), (312, "5m12s"), (3599.9, "1h00m"), (11100, "3h05m")],
)
def test_duration(seconds, text):
    assert duration(seconds) == text


def test_words_skip_what_is_no_figure():
    assert words({"step": 3, "a_b": 1234.5, "c": None}) == "a b 1.23e+03"
