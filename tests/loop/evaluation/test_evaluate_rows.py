"""Rows that are added to the metrics are measured and shown, or say why not."""

import json

import pytest

from tests.runs import tiny_run, train
from wgan_jax.evaluate import main
from wgan_jax.metrics import registry
from wgan_jax.metrics.registry import MetricRow, Quantity


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run on points, and a cache of this module's own."""
    base = tmp_path_factory.mktemp("rows")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFDS_DATA_DIR", str(base / "cache"))
        yield train(tiny_run(base / "ring8", dataset="ring8", steps=2)).run_dir


def test_a_new_row_is_in_the_table_and_in_the_file(run, monkeypatch, capsys):
    row = MetricRow(
        "gap",
        (Quantity("mean_gap", "gap of means", "lower"),),
        frozenset({"points"}),
        lambda comparison: {
            "mean_gap": float(
                abs(comparison.real.samples.mean() - comparison.fake.samples.mean())
            )
        },
        registry.METRICS["mode_coverage"].interval,
    )
    monkeypatch.setitem(registry.METRICS, "gap", row)
    assert main([str(run), "--count", "30"]) == 0
    assert "gap of means" in capsys.readouterr().out
    found = json.loads((run / "evaluation.json").read_text())
    measured = found["results"]["raw"]["mean_gap"]
    assert measured["low"] <= measured["value"] <= measured["high"]
    assert measured["floor"] < measured["value"]


def test_a_metric_that_fails_says_why_instead_of_a_number(run, monkeypatch, capsys):
    def fails(comparison):
        raise ValueError("five samples are too few")

    row = MetricRow(
        "gap", (Quantity("gap", "gap", "lower"),), frozenset({"points"}), fails
    )
    monkeypatch.setitem(registry.METRICS, "gap", row)
    assert main([str(run), "--count", "30"]) == 0
    assert "Not measured: gap: five samples are too few." in capsys.readouterr().out
    found = json.loads((run / "evaluation.json").read_text())
    assert found["not_measured"]["gap"] == "five samples are too few"
    assert "gap" not in found["results"]["raw"]
