"""The checks for an accelerator pass on a CPU, and see what is wrong."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from experiments.accelerator import __main__ as command
from experiments.accelerator import agreement, host, members, resuming
from experiments.accelerator.checks import Check


def test_each_line_says_whether_it_passed(monkeypatch, capsys):
    checks = [Check(True, "one"), Check(False, "two")]
    monkeypatch.setitem(command.CHECKS, "host", lambda *_: iter(checks))
    assert command.main(["host"]) == 1
    assert capsys.readouterr().out == "ok     one\nFAILED two\n"
    checks.pop()
    assert command.main(["host"]) == 0


def test_unknown_names_and_ctrl_c_end_with_a_line(monkeypatch, capsys):
    assert command.main(["resume", "--networks", "mpl"]) == 2
    assert "Did you mean 'mlp'" in capsys.readouterr().err

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setitem(command.CHECKS, "host", stop)
    assert command.main(["host"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_the_host_is_measured():
    (check,) = host.check([], [])
    assert check.passed
    assert check.text.count(" ms") == 4


def test_members_train_and_say_at_what_precision(monkeypatch):
    monkeypatch.setattr(members, "STEPS", 3)
    monkeypatch.setitem(members.WIDTHS, "toy", 8)
    (check,) = members.check(["gan"], ["toy"])
    assert check.passed
    assert "toy/gan: finite after 3 steps, float32" in check.text
    monkeypatch.setattr(members, "_train", lambda *_: "diverged: step 1")
    assert not next(members.check(["gan"], ["toy"])).passed


def test_gradients_of_another_direction_are_seen(monkeypatch):
    network = SimpleNamespace(critic=SimpleNamespace(stats={}))
    game = SimpleNamespace(state=network)
    monkeypatch.setattr(agreement, "make_game", lambda *_: game)
    by_precision = {None: [1.0, 0.0], "bf16": [1.0, 0.03]}

    def gradients(game, precision, device=None):
        vector = agreement.np.array(by_precision.get(precision, [1.0, 1e-6]))
        return [vector, vector]

    monkeypatch.setattr(agreement, "gradients", gradients)
    found = list(agreement.check(["gp"], ["mlp"]))
    assert [check.passed for check in found] == [True, True, True]
    by_precision["bf16"] = [1.0, 0.1]
    assert [c.passed for c in agreement.check(["gp"], ["mlp"])] == [True, True, False]


def test_a_generator_behind_a_critic_with_batch_norm_may_turn_more():
    usual = agreement.least_cosines("dcgan", "bf16")
    behind = agreement.least_cosines("dcgan", "bf16", critic_batch_norm=True)
    assert (usual, behind) == ((0.999, 0.999), (0.999, 0.997))


@pytest.mark.parametrize("gpu", [False, True])
def test_the_second_process_takes_the_kernels_of_the_first(gpu, tmp_path, monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--a=1")
    kernels: Path = tmp_path / "kernels.txt"
    first = resuming.flags(kernels, gpu=gpu)
    kernels.write_text("")
    second = resuming.flags(kernels, gpu=gpu)
    if not gpu:
        assert first == second == "--a=1"
        return
    common = "--a=1 --xla_gpu_deterministic_ops=true --xla_gpu_"
    assert first == f"{common}dump_autotune_results_to={kernels}"
    assert second == f"{common}load_autotune_results_from={kernels}"
