"""The same training in PyTorch, from the same weights: is the quality the same?

`cells` says what is trained, `play` trains and judges a cell on either side, `verdicts`
compares the sides and turns steps into seconds, `page` writes it all into
BENCHMARKS.md. PyTorch is imported where its side is played and nowhere else.
"""

from experiments.benchmark import ROOT

RUNS = ROOT / "runs" / "parity"  # the cells as they are made
RESULTS = ROOT / "experiments" / "results"  # and collected, a record a data set
