"""PyTorch's side makes steps in every form that needs no compiler."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from experiments.benchmark.cases import make_case  # noqa: E402
from experiments.benchmark.side_torch import TorchSide  # noqa: E402
from experiments.torch_baseline.forms import FORMS, PUBLISHED  # noqa: E402

FORM_NAMES = [form.name for form in (*FORMS, PUBLISHED) if not form.compiled]


@pytest.mark.parametrize("form", FORM_NAMES)
def test_it_makes_steps(form: str, capsys) -> None:
    case = make_case("gp", "dcgan", width=2, batch_size=4, n_critic=1)
    data = np.random.default_rng(0).integers(0, 256, (9, *case.shape), np.uint8)
    side = TorchSide(case.config, data, form, threads=1)
    before = [p.clone() for p in side._game.generator.parameters()]
    side.run(3)
    after = side._game.generator.parameters()
    assert any((b != a).any() for b, a in zip(before, after, strict=True))
    assert side.description()["form"] == form
    printed = capsys.readouterr().err.count("D loss")
    assert printed == (3 if form == PUBLISHED.name else 0)
