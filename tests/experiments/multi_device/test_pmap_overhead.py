"""The command times both programs of a small game and prints its two rows."""

import functools

import pytest

from experiments.multi_device import pmap_overhead

pytestmark = pytest.mark.usefixtures("several_devices")


def test_both_programs_are_timed(monkeypatch, capsys) -> None:
    small = functools.partial(pmap_overhead.make_case, width=8, batch_size=8)
    monkeypatch.setattr(pmap_overhead, "make_case", small)
    pmap_overhead.main(["toy", "--rounds", "2", "--variant", "gan"])
    *_, full, empty = capsys.readouterr().out.splitlines()
    name, steps, jit, pmap, overhead, _ = (c.strip() for c in full.split("|")[1:-1])
    assert (name, steps) == ("toy gan, 8", "4")
    assert float(jit) > 0
    assert float(pmap) > 0
    assert overhead.endswith("%")
    assert empty.startswith("| toy gan, 8 | 0 |")
    assert empty.endswith("ms | |")


def test_one_round_is_refused(capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        pmap_overhead.main(["toy", "--rounds", "1"])
    assert "two rounds" in capsys.readouterr().err
