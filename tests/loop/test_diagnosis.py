"""What is said, once, of a game whose numbers show that it is wrong."""

import pytest

from tests.runs import points, tiny_run, train
from wgan_jax.loop import diagnosis
from wgan_jax.loop.diagnosis import HingeWatch

MARGIN = 2.0


def rows(count, real=0.3, fake=0.2, beyond=0.0):
    """Rows of a hinge: mean energies, and how far some lie beyond the margin."""
    loss = real + MARGIN - fake + beyond
    metrics = {"critic_loss": loss, "wasserstein_estimate": real - fake}
    return [{"step": step + 1, **metrics} for step in range(count)]


def said(capsys, watch, *dispatches) -> list[str]:
    for dispatch in dispatches:
        watch.look(dispatch)
    return capsys.readouterr().err.splitlines()


def test_a_hinge_that_never_closes_is_said_once(capsys):
    watch = HingeWatch(MARGIN)
    assert said(capsys, watch, rows(300), rows(199)) == []
    [line] = said(capsys, watch, rows(1), rows(1000))
    assert "the hinge never closes" in line
    assert "critic_loss stays at the margin (2.1 in the mean over 500" in line
    assert "--margin, such as 0.4" in line


@pytest.mark.parametrize(
    "healthy",
    [
        {"beyond": 0.01},  # some samples have more than the margin
        {"real": 0.1, "fake": 0.2},  # loss at .95 of it: they are told apart
    ],
)
def test_a_healthy_hinge_is_left_alone(capsys, healthy):
    assert said(capsys, HingeWatch(MARGIN), rows(2000, **healthy)) == []


def test_one_batch_beyond_the_margin_starts_the_count_again(capsys):
    watch = HingeWatch(MARGIN)
    assert said(capsys, watch, rows(499), rows(1, beyond=0.5), rows(499)) == []
    assert len(said(capsys, watch, rows(1))) == 1


def test_other_members_have_no_margin(capsys):
    assert said(capsys, HingeWatch(None), rows(2000)) == []


@pytest.mark.parametrize(("margin", "warned"), [(1e3, 1), (1e-3, 0)])
def test_a_run_warns_of_a_margin_that_nothing_comes_near(
    tmp_path, monkeypatch, capsys, margin, warned
):
    monkeypatch.setattr(diagnosis, "WINDOW", 5)
    config = tiny_run(tmp_path / "run", "ebgan", steps=12, margin=margin)
    train(config, points())
    assert capsys.readouterr().err.count("the hinge never closes") == warned


@pytest.mark.parametrize(("steps", "said"), [(4, 0), (5, 1)])
def test_steps_after_the_decay_are_said_to_be_idle(tmp_path, capsys, steps, said):
    config = tiny_run(tmp_path / "run", "gp", steps=steps, decay_steps=4)
    train(config, points())
    shown = capsys.readouterr().err
    assert shown.count("up to step 5, changes no parameter") == said
    assert shown.count("--decay-steps 5") == said
