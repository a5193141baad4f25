"""Every experiment in small: its claims hold; what is on file is of this version."""

import json
import re

import pytest

from experiments.theory.__main__ import main
from experiments.theory.page import PAGE, RESULTS, write_page
from experiments.theory.record import plain
from experiments.theory.registry import EXPERIMENTS, load_experiment


def _kinds(record):
    """The claims' names and sources without the numbers that settings put into them."""
    claims = ((claim["name"], claim["source"]) for claim in record["claims"])
    return {tuple(re.sub(r"-?[\d.]+", "#", word) for word in claim) for claim in claims}


def _on_file(name):
    return json.loads((RESULTS / f"{name}.json").read_text())


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_claim_holds_in_the_small_run(name, tmp_path, capsys):
    assert main([name, "--quick", "--out", str(tmp_path)]) == 0, capsys.readouterr().out
    record = json.loads((tmp_path / f"{name}.json").read_text())
    assert record["experiment"] == name
    assert record["claims"]
    assert all(claim["holds"] for claim in record["claims"])
    assert (tmp_path / f"{name}.png").stat().st_size > 5000
    assert _kinds(record) <= _kinds(_on_file(name)), "made by another version"


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_results_on_file_are_of_the_settings(name):
    record = _on_file(name)
    assert record["settings"] == plain(load_experiment(name).FULL)
    assert all(claim["holds"] for claim in record["claims"])


def test_the_tables_of_the_page_are_those_of_the_results(tmp_path):
    page = tmp_path / "README.md"
    page.write_text(PAGE.read_text("utf-8"), "utf-8")
    write_page(page)
    assert page.read_text("utf-8") == PAGE.read_text("utf-8")
