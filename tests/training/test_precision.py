"""Mixed precision: networks in bfloat16, everything else as it always was."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from experiments.accelerator.agreement import cosine, gradients, least_cosines
from experiments.accelerator.games import make_game
from experiments.accelerator.lowering import CONVOLUTIONS, trace
from tests.games import play, solo
from wgan_jax.errors import UserError
from wgan_jax.training.dispatch import make_dispatch
from wgan_jax.training.inference import critic_scores, sample
from wgan_jax.training.parts import check_parts
from wgan_jax.training.precision import run_network
from wgan_jax.training.state import Weights


# All members on all networks: `python -m experiments.accelerator gradients`.
@pytest.mark.parametrize(
    ("variant", "network"), [("gp", "mlp"), ("gn", "dcgan"), ("ebgan", "dcgan")]
)
def test_gradients_point_where_those_of_float32_do(variant, network):
    game = make_game(variant, network)
    exact, rounded = (gradients(game, precision) for precision in (None, "bf16"))
    least = least_cosines(network, "bf16")
    for a, b, smallest in zip(exact, rounded, least, strict=True):
        assert smallest < cosine(a, b) < 1 - 1e-9


ROUNDED = CONVOLUTIONS | {
    *("dot_general", "tanh", "max", "mul", "add", "add_any", "sub", "neg", "select_n"),
    *("convert_element_type", "reshape", "transpose", "broadcast_in_dim", "squeeze"),
    *("concatenate", "slice", "pad", "jit", "pjit", "custom_jvp_call", "while"),
}


@pytest.mark.parametrize(
    ("variant", "network"),
    [("gn", "dcgan"), ("gp", "mlp"), ("sn", "dcgan"), ("ebgan", "dcgan")],
)
def test_only_networks_are_rounded(variant, network):
    """Every product is, and no sum, mean, root, quotient or logarithm."""
    made = trace(variant, network, precision="bf16", ema_decay=0.9)
    products, sums = set(), 0
    for equation in made.equations():
        name, results = equation.primitive.name, [v.aval for v in equation.outvars]
        if name == "reduce_sum" and results[0].dtype == "bfloat16":
            summed = [equation.invars[0].aval.shape[a] for a in equation.params["axes"]]
            sums += max(summed) > 1
        # No scalars: the slope of a LeakyReLU has a derivative that nobody asks for.
        elif any(r.dtype == "bfloat16" and r.shape for r in results):
            assert name in ROUNDED, equation
        if name in CONVOLUTIONS or name == "dot_general":
            products |= {str(r.dtype) for r in results}
    # The kernel of the critic's last layer is each sample's gradient there: its own
    # gradient is the sum of theirs, real and generated.
    assert sums <= 2
    # Power iteration and the pulling-away term multiply outside of networks.
    outside = {"float32"} if variant in ("sn", "ebgan") else set()
    assert products == {"bfloat16"} | outside


def test_clipping_is_exact_and_the_state_stays_float32():
    game, _ = solo("wgan")
    recipe = game.recipe._replace(precision="bf16", ema_decay=0.9)
    state = game.state.replace(ema=Weights(game.state.generator.params, {}))
    done = play(jax.jit(make_dispatch(recipe)), game, 2, state)
    largest = max(
        jnp.max(jnp.abs(w)) for w in jax.tree.leaves(done.state.critic.params)
    )
    assert float(largest) == np.float32(0.5)  # the limit of this game
    before, after = (jax.tree.map(lambda x: x.dtype, s) for s in (state, done.state))
    assert before == after
    assert {str(x) for x in jax.tree.leaves(after)} == {"float32", "int32"}
    assert {x.dtype for x in done.metrics.values()} == {np.dtype("float32")}


def test_samples_and_scores_come_back_in_float32():
    game, _ = solo("gp")
    recipe = game.recipe._replace(precision="bf16")
    latents = jax.random.normal(jax.random.key(1), (8, 4))
    exact, rounded = (sample(r, game.state, latents) for r in (game.recipe, recipe))
    scores = critic_scores(recipe, game.state, exact)
    assert rounded.dtype == scores.dtype == np.float32
    assert 1e-5 < float(jnp.max(jnp.abs(exact - rounded))) < 0.05
    # Of bfloat16 numbers, which end in 16 zeros.
    assert not (np.asarray(scores).view(np.uint32) & 0xFFFF).any()


def test_batch_statistics_are_those_of_float32():
    """A mean of 65,536 ones and twos, which bfloat16 could not even count."""
    ones = jnp.ones((2**16, 1)).at[::2].set(2.0)
    norm = nn.BatchNorm(use_running_average=False, momentum=0.0)
    variables: Any = norm.init(jax.random.key(0), ones)
    _, new = run_network(norm, "bf16", variables, ones, mutable=["batch_stats"])
    np.testing.assert_allclose(new["batch_stats"]["mean"], 1.5, rtol=1e-6)
    assert new["batch_stats"]["var"].dtype == np.float32


def test_labels_are_not_rounded():
    class Echo(nn.Module):
        @nn.compact
        def __call__(self, x):
            return x

    numbers = jnp.arange(1000)
    returned = run_network(Echo(), "bf16", {"params": {}}, numbers)
    np.testing.assert_array_equal(returned, numbers)


def test_an_unknown_precision_is_refused():
    recipe = solo("gp")[0].recipe._replace(precision="float16")
    with pytest.raises(UserError, match="precision.*float32, tf32, bf16"):
        check_parts(recipe)
