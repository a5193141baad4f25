"""Every loss against its closed form, its finite differences and its extremes."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax import objectives
from wgan_jax.objectives import pulling_away

pytestmark = pytest.mark.usefixtures("several_devices")

MEMBERS = {
    "minimax": objectives.minimax(),
    "non_saturating": objectives.non_saturating(),
    "least_squares": objectives.least_squares(),
    "wasserstein": objectives.wasserstein(),
    "hinge": objectives.hinge(),
    "relativistic": objectives.relativistic(),
    "energy_based": objectives.energy_based(1.0),
}
REAL, FAKE = [0.5, -2.0, 3.0], [1.5, -0.25, 0.0]


def sp(x):
    return np.log1p(np.exp(x))


# Worked out from the table of formulas, not from the code.
CLOSED_FORMS = {
    "minimax": (
        (sp(-0.5) + sp(2) + sp(-3)) / 3 + (sp(1.5) + sp(-0.25) + sp(0)) / 3,
        -(sp(1.5) + sp(-0.25) + sp(0)) / 3,
    ),
    "non_saturating": (
        (sp(-0.5) + sp(2) + sp(-3)) / 3 + (sp(1.5) + sp(-0.25) + sp(0)) / 3,
        (sp(-1.5) + sp(0.25) + sp(0)) / 3,
    ),
    # ((.25 + 9 + 4) + (2.25 + .0625 + 0)) / 3 / 2; (.25 + 1.5625 + 1) / 3 / 2
    "least_squares": (15.5625 / 6, 2.8125 / 6),
    "wasserstein": (1.25 / 3 - 1.5 / 3, -1.25 / 3),
    # (.5 + 3 + 0) / 3 + (2.5 + .75 + 1) / 3
    "hinge": (7.75 / 3, -1.25 / 3),
    # f - r is 1, 1.75, -3
    "relativistic": (
        (sp(1.0) + sp(1.75) + sp(-3.0)) / 3,
        (sp(-1.0) + sp(-1.75) + sp(3.0)) / 3,
    ),
    # mean energy .5, plus (0 + 1.25 + 1) / 3
    "energy_based": (0.5 + 2.25 / 3, 1.25 / 3),
}


def generator_loss(name, real):
    """The generator's loss by generated scores alone."""
    objective = MEMBERS[name]
    if objective.relativistic:
        return lambda fake: objective.generator_loss(fake, real)
    return objective.generator_loss


@pytest.mark.parametrize("name", MEMBERS)
def test_losses_have_their_closed_forms(name):
    critic, generator = CLOSED_FORMS[name]
    objective = MEMBERS[name]
    real, fake = jnp.asarray(REAL), jnp.asarray(FAKE)
    assert float(objective.critic_loss(real, fake)) == pytest.approx(critic, rel=1e-6)
    loss = generator_loss(name, real)(fake)
    assert float(loss) == pytest.approx(generator, rel=1e-6)


@pytest.mark.parametrize("name", MEMBERS)
def test_gradients_are_the_finite_differences(name):
    objective = MEMBERS[name]
    with jax.enable_x64(True):
        real, fake = jnp.asarray(REAL, jnp.float64), jnp.asarray(FAKE, jnp.float64)
        losses = [
            (lambda r: objective.critic_loss(r, fake), real),
            (lambda f: objective.critic_loss(real, f), fake),
            (generator_loss(name, real), fake),
        ]
        for loss, scores in losses:
            ours = jax.grad(loss)(scores)
            for i in range(3):
                shift = 1e-6 * jnp.eye(3)[i]
                numeric = (loss(scores + shift) - loss(scores - shift)) / 2e-6
                # rtol: second differences of float64 at steps of 1e-6.
                assert float(ours[i]) == pytest.approx(float(numeric), abs=1e-8)


@pytest.mark.parametrize("name", MEMBERS)
@pytest.mark.parametrize("score", [-1e4, 1e4])
def test_extreme_scores_stay_finite(name, score):
    objective = MEMBERS[name]
    scores = jnp.full(4, score)
    critic = jax.value_and_grad(objective.critic_loss, argnums=(0, 1))
    chex.assert_tree_all_finite(critic(scores, -scores))
    generator = jax.value_and_grad(generator_loss(name, -scores))
    chex.assert_tree_all_finite(generator(scores))


def test_only_the_non_saturating_generator_learns_from_a_confident_critic():
    fake = jnp.full(1, -20.0)
    vanishing = jax.grad(objectives.minimax().generator_loss)(fake)
    alive = jax.grad(objectives.non_saturating().generator_loss)(fake)
    assert abs(float(vanishing[0])) < 1e-8
    assert float(alive[0]) == pytest.approx(-1, abs=1e-6)


def test_both_generators_of_the_first_game_push_scores_up():
    fake = jnp.asarray(FAKE)
    for objective in (objectives.minimax(), objectives.non_saturating()):
        assert bool(jnp.all(jax.grad(objective.generator_loss)(fake) < 0))


def test_the_energy_hinge_is_taken_sample_by_sample():
    # The mean energy, 2, is above the margin: a hinge on the mean would be 0.
    loss = objectives.energy_based(1.0).critic_loss(jnp.zeros(2), jnp.asarray([0, 4.0]))
    assert float(loss) == pytest.approx(0.5)


def test_a_relativistic_pair_counts_by_its_difference_alone():
    real, fake = jnp.asarray(REAL), jnp.asarray(FAKE)
    objective = MEMBERS["relativistic"]
    moved = objective.generator_loss(fake + 7, real + 7)
    assert float(moved) == pytest.approx(CLOSED_FORMS["relativistic"][1], rel=1e-6)
    # Pairs, and not the averages of both sides: another order is another loss.
    other = objective.critic_loss(real[::-1], fake)
    assert abs(float(other) - CLOSED_FORMS["relativistic"][0]) > 0.1


@pytest.mark.parametrize("margin", [0.0, -1.0, float("nan")])
def test_a_margin_has_to_be_positive(margin):
    with pytest.raises(ValueError, match="margin"):
        objectives.energy_based(margin)


def test_only_the_energy_based_objective_takes_energies():
    assert {name for name, o in MEMBERS.items() if o.energies} == {"energy_based"}


def test_pulling_away_is_the_mean_squared_cosine():
    # Cosines: (a, b) .6, (a, c) -1, (b, c) -.6; both orders of a pair count.
    embeddings = jnp.asarray([[2.0, 0], [0.3, 0.4], [-5, 0]])
    expected = 2 * (0.36 + 1 + 0.36) / (3 * 2)
    assert float(pulling_away(embeddings)) == pytest.approx(expected, rel=1e-6)


def test_pulling_away_does_not_let_opposite_samples_cancel():
    # Cosines 1 and -1 sum to 0 without the square.
    embeddings = jnp.asarray([[1.0, 0], [1, 0], [-1, 0]])
    assert float(pulling_away(embeddings)) == pytest.approx(1, rel=1e-6)


def test_pulling_away_ignores_lengths_and_one_sample_has_none():
    embeddings = jnp.asarray(np.random.default_rng(0).standard_normal((5, 3)), "f4")
    scaled = embeddings * jnp.asarray([[1.0], [7], [0.1], [100], [3]])
    chex.assert_trees_all_close(
        pulling_away(embeddings), pulling_away(scaled), rtol=1e-5
    )
    assert float(pulling_away(embeddings[:1])) == pytest.approx(0, abs=1e-6)


def test_shares_of_pulling_away_average_to_the_whole_batch():
    embeddings = jnp.asarray(np.random.default_rng(0).standard_normal((8, 3)), "f4")
    shares = [pulling_away(embeddings[i : i + 2], embeddings) for i in (0, 2, 4, 6)]
    chex.assert_trees_all_close(
        jnp.mean(jnp.stack(shares)), pulling_away(embeddings), rtol=1e-5
    )


def test_pulling_away_gathered_over_devices_has_the_whole_batch_gradient():
    embeddings = jnp.asarray(np.random.default_rng(0).standard_normal((8, 3)), "f4")

    @functools.partial(jax.pmap, axis_name="i", devices=jax.devices()[:4])
    def sharded(share):
        def loss(share):
            return pulling_away(share, jax.lax.all_gather(share, "i", tiled=True))

        value, gradient = jax.value_and_grad(loss)(share)
        # The mean over devices is what the update takes; a share has 1/4 of it.
        return jax.lax.pmean(value, "i"), gradient / 4

    value, gradient = sharded(embeddings.reshape(4, 2, 3))
    whole, expected = jax.value_and_grad(pulling_away)(embeddings)
    chex.assert_trees_all_close(value[0], whole, rtol=1e-5)
    chex.assert_trees_all_close(gradient.reshape(8, 3), expected, atol=1e-6)


def test_pulling_away_is_finite_where_an_embedding_is_zero():
    value, gradient = jax.value_and_grad(pulling_away)(jnp.zeros((3, 2)))
    chex.assert_tree_all_finite((value, gradient))
    assert float(value) == 0
