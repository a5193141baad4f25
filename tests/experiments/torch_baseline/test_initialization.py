"""Both sides draw their weights by the same laws."""

import pytest

torch = pytest.importorskip("torch")

from experiments.torch_baseline import weights  # noqa: E402
from experiments.torch_baseline.game import Game  # noqa: E402
from tests.experiments.torch_baseline.pairs import (  # noqa: E402
    JOINED,
    SHAPES,
    make_pair,
)

FEW = 60  # entries, of which a deviation is known to one part in 11


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("network", ["dcgan", "resnet"])
def test_weights_start_with_equal_deviations(network: str, conditional: bool) -> None:
    width = 64 if network == "resnet" else 32
    pair = make_pair("gan", network, width=width, conditional=conditional)
    torch.manual_seed(0)
    shape = SHAPES[network]
    fresh = Game(pair.torch_game.settings, (shape[-1], *shape[:-1]), JOINED, "cpu")
    sides = (
        (pair.state.generator.params, fresh.generator),
        (pair.state.critic.params, fresh.critic),
    )
    for params, module in sides:
        compared = weights.params_like(params, module)
        for name, ours, theirs in compared:
            if ours.std() == 0:  # biases, and scales of 1
                assert (ours == theirs).all(), name
            elif ours.size >= FEW:
                assert 0.75 < theirs.std() / ours.std() < 1.33, name
        assert sum(ours.size >= FEW for _, ours, _ in compared) >= 4
