"""PyTorch's side makes steps in every form that needs no compiler."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from experiments.benchmark.cases import make_case  # noqa: E402
from experiments.benchmark.side_torch import TorchSide  # noqa: E402
from experiments.torch_baseline.forms import FORMS, PUBLISHED  # noqa: E402

FORM_NAMES = [f.name for f in (*FORMS, PUBLISHED) if not f.compiled]


@pytest.mark.parametrize("form", FORM_NAMES)
def test_it_makes_steps(form: str, capsys) -> None:
    case = make_case("gp", "dcgan", width=2, batch_size=4, n_critic=1)
    data = np.random.default_rng(0).integers(0, 256, (9, *case.shape), np.uint8)
    side = TorchSide(case.config, data, form, threads=1)
    before = [p.clone() for p in side.game.generator.parameters()]
    side.run(3)
    after = side.game.generator.parameters()
    assert any((b != a).any() for b, a in zip(before, after, strict=True))
    assert side.description()["form"] == form
    printed = capsys.readouterr().err.count("D loss")
    assert printed == (3 if form == PUBLISHED.name else 0)


@pytest.mark.parametrize("variant", ["gn", "sn"])
def test_a_graph_makes_the_steps_that_it_was_captured_from(variant: str) -> None:
    """On a CPU there is no graph; the copies around it are the same."""
    case = make_case(variant, "toy", width=8, batch_size=4, n_critic=2)
    data = np.random.default_rng(0).normal(size=(8, 2)).astype(np.float32)
    ends = []
    for form in ("eager", "CUDA graph"):
        side = TorchSide(case.config, data, form, threads=1)
        side.run(3)
        ends.append([p.detach() for p in side.game.critic.parameters()])
    assert side.description()["precision"] == "float32"
    for plain, graph in zip(*ends, strict=True):
        torch.testing.assert_close(plain, graph, rtol=0, atol=0)
