"""What the cells on record say: claims counted, sentences written."""

from experiments.wasserstein_truth.cells import (
    Cell,
)
from experiments.wasserstein_truth.findings import find, is_bound
from experiments.wasserstein_truth.record import (
    read_published,
)
from experiments.wasserstein_truth.sentences import sentences, sigma_words

LINE = Cell("line", "drawn-0", 1, 1, "trivial", 0, "reduced")


def _means(**figures):
    truth = {"w1": 1.585, "w1_error": 0.005, "excess_error": 0.001, "seeds": 1}
    return truth | {"cos": 0.91, "value": 1.58} | figures


def test_claims_are_counted_cell_by_cell():
    published = read_published()
    table = {
        ((8, 16), "trivial"): _means(),
        ((2, 4), "trivial"): _means(w1=0.9),
        ((8, 16), "gp"): _means(cos=0.86),
        ((8, 16), "lp"): _means(cos=0.96),
        ((2, 16), "lp"): _means(cos=0.81),
        ((8, 16), "cones"): _means(cos=0.93, value=1.587),
        ((8, 16), "sorted"): _means(value=1.589),
    }
    full = {((8, 16), "gp"): _means(cos=0.88)}
    tables = {"reduced": table, "published": full}
    found = {f.claim.text: f for f in find(tables, published)}
    true = found["W1 agrees with the published one (3 standard errors)"]
    assert (true.holds, true.fails) == ([(8, 16)], [(2, 4)])
    assert len(true.missing) == 26
    near = "cos of {} within .05 of the published, d >= 8, {} budget"
    assert found[near.format("gp", "reduced")].fails == [(8, 16)]
    assert found[near.format("gp", "published")].holds == [(8, 16)]
    lp = found[near.format("lp", "reduced")]
    assert (lp.holds, len(lp.missing)) == ([(8, 16)], 19)
    assert found["cos of cones above published gp"].holds == [(8, 16)]
    low = found["cos of sorted above published gp, d < 32"]
    assert (low.fails, len(low.missing)) == ([(8, 16)], 15)
    bound = "value at most W1 + 3 standard errors"
    assert found[f"`cones`' {bound}"].holds == [(8, 16)]
    assert found[f"`sorted`' {bound}"].fails == [(8, 16)]


def test_an_exact_w1_is_compared_with_the_values_own_error():
    cell = _means(w1=0.5, value=0.503, value_error=0.002, excess_error=1e-6)
    assert is_bound(cell | {"w1_error": 0.0})
    assert not is_bound(cell | {"w1_error": 0.002})


def test_what_does_not_hold_is_said_in_the_sentences():
    bad = LINE._asdict() | _means(row="sorted", value=1.6, cpu_seconds=3600.0)
    lines = [
        LINE._asdict() | _means(row=row, seed=seed, cos=cos, cpu_seconds=0.0)
        for row, seed, cos in (("lp", 0, 0.99), ("gp", 1, 0.98), ("gp", 0, 0.001))
    ]
    sphere = {((8, 1), "cones"): _means(cos=0.3), ((8, 1), "gp"): _means(cos=0.4)}
    everything = {"sphere": sphere, "segments": {}, "funnels": {}}
    cells = {((8, 16), "gp"): _means(cos=0.86), ((8, 16), "sorted"): _means(cos=0.93)}
    tables = {"reduced": cells, "published": {((8, 16), "gp"): _means(cos=0.9)}}
    published = read_published()
    findings = find(tables, published)
    results = [bad, *lines]
    text = "\n".join(sentences(results, findings, tables, everything, published))
    assert "4 cells are on record" in text
    assert "in 0 of 1 cells, all families and seeds" in text
    assert "15.0 standard errors above" in text
    assert "with all of them, 8, 16: 0.860 grows to 0.900" in text
    assert "1 of 1 cells of d >= 8 measured, short of the six" in text
    assert "sphere it loses to the best of the critics measured: cos 0.300" in text
    assert "above published gp not in every cell: in 1 of 1." in text
    # A mean over both seeds, .49, would be no critic's.
    assert "penalty is stuck with 1 of 2 seeds (cos by seed 0.001, 0.980;" in text
    assert "(lp: cos 0.990)" in text
    text = "\n".join(sentences(results[:-1], findings, tables, everything, published))
    assert "stuck" not in text


def test_what_hardly_learns_or_is_below_its_own_kind_is_said():
    published = read_published()
    assert published[8, 16]["sort_cos"] == 0.75
    funnels = {
        ((8, 16), "cones"): _means(cos=0.30),
        ((8, 16), "trivial"): _means(cos=0.29),
        ((8, 16), "sorted"): _means(cos=0.744),
        ((8, 4), "cones"): _means(cos=0.9),
        ((8, 4), "trivial"): _means(cos=0.2),
        ((8, 4), "sorted"): _means(cos=0.99),
    }
    sphere = {((8, 1), r): _means(cos=c) for r, c in (("cones", 0.3), ("gp", 0.39))}
    everything = {"sphere": sphere, "segments": {}, "funnels": funnels}
    tables = {"reduced": funnels, "published": {}}
    given = [LINE._asdict() | _means(cpu_seconds=0.0)], find(tables, published), tables
    text = "\n".join(sentences(*given, everything, published))
    assert "In 8, 16 it is not 0.02 above `trivial`" in text
    assert "sorts too in 1 (8, 16: 0.744 of 0.75)." in text
    assert "None is above" not in text
    sphere[(8, 1), "trivial"] = _means(cos=0.4)
    text = "\n".join(sentences(*given, everything, published))
    assert "None is above `trivial`" in text


def test_what_a_constant_sigma_costs_is_of_the_record():
    funnels = {((8, 4), "sn-fixed"): _means(cos=0.3), ((8, 4), "sn"): _means(cos=0.7)}
    text = sigma_words(funnels, read_published())
    assert text.endswith(
        "(published 0.35, 0.59); the derivative through sigma, `sn`, gives cos 0.700."
    )
    assert "cos 0.300, value 1.580" in text
    del funnels[(8, 4), "sn"]
    assert sigma_words(funnels, read_published()) == "."
