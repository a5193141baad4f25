"""Results on file become a page; pieces of a run are put together."""

import json

import pytest

from experiments.benchmark import report
from experiments.benchmark.cases import make_case
from wgan_jax.errors import UserError

MACHINE = {
    "device": "cpu",
    "processor": "a processor",
    "system": "Linux",
    "threads": 2,
    "versions": {"Python": "3.12.1", "jax": "0.12"},
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "ROOT", tmp_path)
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(report, "PAGE", tmp_path / "BENCHMARKS.md")
    return tmp_path


def _side(speed: float) -> dict:
    spread = {"median": speed, "low": speed, "high": speed}
    return {
        "steps_per_second": spread,
        "form": "eager",
        "first_step_seconds": 3.0,
        "peak_rss": 2**30,
        "peak_device": None,
    }


def _case(variant: str, ours: float = 30.0) -> dict:
    ratio = {"median": ours / 10, "low": ours / 11, "high": ours / 9}
    pair = {
        "ours": _side(ours),
        "torch": _side(10.0),
        "ratio": ratio,
        "xla_flops": 2e9,
    }
    return {
        **make_case(variant, "mlp")._asdict(),
        "trials": {"eager": 10.0},
        "tuned": pair,
        "published": pair,
        "least_flops": 1.5e9,
        "peak_flops_per_second": 180e9,
        "of_peak": 0.75,
    }


def _result(*cases: dict, quick: bool = False, command: str = "run it") -> dict:
    return {
        "name": "speed-cpu" + "-quick" * quick,
        "kind": "speed",
        "quick": quick,
        "command": command,
        "date": "2026-01-01",
        "machine": MACHINE,
        "cases": [case | {"command": command} for case in cases],
    }


def _save(result: dict) -> None:
    name = result["name"]
    report.save_result(name, report.merged(name, result))


def test_page_has_every_form_and_of_a_gpu_no_time_measured_beside_others(folder):
    case = _case("gn")
    for side in ("ours", "torch"):
        case["tuned"][side]["first_step_seconds"] = None
    case["trials"] = {"eager": 10.0, "CUDA graph": 20.0, "compiled": "an error"}
    _save(_result(case) | {"machine": MACHINE | {"device": "a GPU"}})
    page = report.write_page().read_text()
    assert "| ours, over PyTorch's | eager | CUDA graph | compiled |" in page
    assert "| gn | 3.00 | 1.50 | does not run |" in page
    assert "* compiled does not run: an error." in page
    assert "first step" not in page
    assert "| 75 % | 1,024 | 1,024 |" in page


def test_page_tells_ratio_spread_form_machine_and_command(folder) -> None:
    _save(_result(_case("gn")))
    page = report.write_page().read_text()
    for words in ("**3.00** (2.73 to 3.33)", "eager", "a processor", "run it", "75 %"):
        assert words in page


def test_pieces_of_a_run_are_put_together_in_order(folder) -> None:
    _save(_result(_case("gn"), _case("gan"), command="first"))
    _save(_result(_case("gp"), _case("gn", 20.0), command="second"))
    filed = report.load_result("speed-cpu")
    assert [case["variant"] for case in filed["cases"]] == ["gan", "gp", "gn"]
    assert filed["cases"][2]["tuned"]["ratio"]["median"] == 2
    assert filed["command"] == "first\nsecond"
    _save(_result(_case("gan"), command="third"))
    assert report.load_result("speed-cpu")["command"] == "third\nsecond"


def test_another_machine_starts_afresh(folder) -> None:
    _save(_result(_case("gn")))
    _save(_result(_case("gp")) | {"machine": MACHINE | {"threads": 4}})
    filed = report.load_result("speed-cpu")
    assert [case["variant"] for case in filed["cases"]] == ["gp"]


def test_quick_results_give_way_to_full_ones(folder) -> None:
    _save(_result(_case("gn"), quick=True, command="--quick"))
    assert "quick run" in report.write_page().read_text()
    _save(_result(_case("gn")))
    assert "quick run" not in report.write_page().read_text()


def test_missing_results_are_named(folder) -> None:
    with pytest.raises(UserError, match="measure first"):
        report.load_result("speed-cpu")


def test_result_files_are_json(folder) -> None:
    path = report.save_result("speed-cpu", _result(_case("gn")))
    assert json.loads(path.read_text())["kind"] == "speed"
