"""PyTorch's side makes steps in every form that needs no compiler."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from experiments.benchmark.cases import SAMPLES, make_case, write_samples  # noqa: E402
from experiments.benchmark.side_torch import TorchSide  # noqa: E402
from experiments.torch_baseline.data import as_published, in_memory  # noqa: E402
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


@pytest.mark.parametrize("form", ["eager, channels last", PUBLISHED.name])
def test_it_makes_steps_in_colour(form: str, tmp_path: Path) -> None:
    case = make_case("gp", "resnet", width=2, batch_size=4, n_critic=1)
    data = np.load(write_samples("resnet", tmp_path), mmap_mode="r")
    assert data.shape == (SAMPLES, *case.shape)
    side = TorchSide(case.config, np.array(data[:9]), form, threads=1)
    before = [p.clone() for p in side.game.critic.parameters()]
    side.run(1)
    after = side.game.critic.parameters()
    assert any((b != a).any() for b, a in zip(before, after, strict=True))


def test_both_ways_of_reading_give_the_same_colours() -> None:
    data = np.random.default_rng(0).integers(0, 256, (1, 4, 4, 3), np.uint8)
    plain = next(in_memory(data, 1, "cpu", channels_last=False))
    published = next(as_published(data, 1, "cpu"))
    torch.testing.assert_close(plain, published, rtol=0, atol=1e-6)


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
