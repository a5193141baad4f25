"""What every command line of experiments shares: names, numbers, and how it ends."""

import pytest

from experiments import augmentation, coverage, words
from experiments.leaderboard import __main__ as leaderboard
from experiments.parity import __main__ as parity
from experiments.theory import __main__ as theory
from experiments.tuning import __main__ as tuning
from experiments.wasserstein_truth import __main__ as truth
from wgan_jax.errors import DivergedError, InterruptedRunError, UserError


def test_a_name_given_twice_is_one() -> None:
    assert words.read_names("member", "gp,gn,gp", ["gn", "gp"]) == ["gp", "gn"]
    assert words.read_names("member", "", ["gn", "gp"]) == ["gn", "gp"]
    with pytest.raises(UserError, match="unknown member ''"):
        words.read_names("member", "gp,", ["gn", "gp"])


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (UserError("no such thing."), 2, "it: no such thing."),
        (DivergedError("NaN."), 3, "it: NaN."),
        (InterruptedRunError("stopped.", 143), 143, "it: stopped."),
        (KeyboardInterrupt(), 130, "it: interrupted; the same command goes on."),
    ],
)
def test_a_command_ends_in_one_line(error, code, line, capsys) -> None:
    def work() -> None:
        raise error

    assert words.exit_code("it", work) == code
    assert capsys.readouterr().err == f"{line}\n"


def test_a_command_that_is_done_returns_what_its_work_returned() -> None:
    assert words.exit_code("it", lambda: None) == 0
    assert words.exit_code("it", lambda: 1) == 1


@pytest.mark.parametrize(
    ("main", "arguments", "place"),
    [
        (augmentation.main, [], "experiments.augmentation._main"),
        (coverage.main, [], "experiments.coverage._main"),
        (tuning.main, [], "experiments.tuning.__main__._main"),
        (leaderboard.main, ["list"], "experiments.leaderboard.__main__._cells"),
        (parity.main, ["list"], "experiments.parity.__main__._planned"),
        (theory.main, ["list"], "experiments.theory.__main__._main"),
        (truth.main, ["list"], "experiments.wasserstein_truth.__main__._cells"),
    ],
)
def test_ctrl_c_ends_every_command_without_a_traceback(
    main, arguments, place, monkeypatch, capsys
) -> None:
    def interrupt(options) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, interrupt)
    assert main(arguments) == 130
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("main", "arguments"),
    [
        (augmentation.main, ["--seeds", "0"]),
        (augmentation.main, ["--steps", "0"]),
        (coverage.main, ["--seeds", "0"]),
        (coverage.main, ["--steps", "0"]),
        (coverage.main, ["--piece", "0"]),
        (tuning.main, ["--seeds", "0"]),
        (tuning.main, ["--steps", "0"]),
        (truth.main, ["--processes", "0"]),
    ],
)
def test_a_number_below_one_is_refused(main, arguments, tmp_path, capsys) -> None:
    assert main([*arguments]) == 2
    name = arguments[0].removeprefix("--")
    assert f"{name} is 0, but has to be at least 1" in capsys.readouterr().err
