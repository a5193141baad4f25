"""Every experiment in small: its claims hold and its files are written."""

import json

import pytest

from experiments.theory.__main__ import main
from experiments.theory.registry import EXPERIMENTS


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_claim_holds_in_the_small_run(name, tmp_path, capsys):
    assert main([name, "--quick", "--out", str(tmp_path)]) == 0, capsys.readouterr().out
    record = json.loads((tmp_path / f"{name}.json").read_text())
    assert record["experiment"] == name
    assert record["claims"]
    assert all(claim["holds"] for claim in record["claims"])
    assert (tmp_path / f"{name}.png").stat().st_size > 5000
