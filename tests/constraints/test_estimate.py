"""What the words on an estimate promise, held against optimal critics on histograms."""

import numpy as np
import pytest

from wgan_jax.constraints.estimate import (
    ESTIMATE,
    estimate_words,
    metric_words,
    penalty_weight,
)
from wgan_jax.constraints.registry import CONSTRAINTS
from wgan_jax.objectives.registry import OBJECTIVES
from wgan_jax.transport import kullback_leibler

P, Q = np.array([0.6, 0.3, 0.1]), np.array([0.2, 0.3, 0.5])


@pytest.mark.parametrize("name", OBJECTIVES)
def test_only_the_wasserstein_objective_leaves_it_to_the_constraint(name):
    said = {
        constraint: estimate_words({"objective": name, "constraint": constraint})
        for constraint in CONSTRAINTS
    }
    assert all(said.values())
    assert (len(set(said.values())) > 1) == (name == "wasserstein")


@pytest.mark.parametrize(
    ("name", "critic", "difference"),
    [
        ("minimax", np.log(P / Q), kullback_leibler(P, Q) + kullback_leibler(Q, P)),
        ("least_squares", P / (P + Q), 0.5 * ((P - Q) ** 2 / (P + Q)).sum()),
    ],
)
def test_the_best_critic_of_an_objective_differs_by_what_the_words_say(
    name, critic, difference
):
    loss = OBJECTIVES[name].build({}).critic_loss
    slopes = []
    for change in (1e-2, -1e-2):  # no change of any score makes the loss smaller
        for place in range(3):
            other = critic + change * (np.arange(3) == place)
            slopes.append(weighted(loss, other) - weighted(loss, critic))
    assert min(slopes) > 0
    np.testing.assert_allclose(P @ critic - Q @ critic, difference, rtol=1e-9)


def weighted(loss, scores):
    """The loss under P and Q: means over ten samples, as many as their tenths."""
    real, fake = (np.repeat(scores, np.round(10 * p).astype(int)) for p in (P, Q))
    return float(loss(real, fake))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_critic_that_bounds_itself_certifies_under_every_objective(name):
    config = {"objective": name, "constraint": "none", "network": "lipschitz_mlp"}
    assert str(estimate_words(config)).startswith("a certified lower bound of W1")


def test_options_stand_in_their_places():
    config = {"objective": "wasserstein", "constraint": "penalty"}
    words = metric_words(config | {"penalty_weight": 0.5})
    assert "W + W^2 / (2 x 0.5)" in words[ESTIMATE]
    assert set(words) == {ESTIMATE, "gradient_penalty", "gradient_norm"}
    assert metric_words({"objective": None, "constraint": None}) == {}


def test_other_distributions_than_the_samples_are_said_and_follow_no_law():
    config = {
        "objective": "wasserstein",
        "constraint": "penalty",
        "penalty_weight": 0.5,
    }
    assert penalty_weight(config) == 0.5
    plain = str(estimate_words(config))
    for field, value, words in (
        ("conditional", True, "; conditional: a mean over the classes"),
        ("augment", "contrast", "; of augmented samples"),
    ):
        changed = config | {field: value}
        assert str(estimate_words(changed)).startswith(plain + words)
        assert penalty_weight(changed) is None
    bounded = config | {"network": "lipschitz_mlp", "augment": "contrast"}
    assert "; of augmented samples" in str(estimate_words(bounded))
