"""Every member on six data sets, by one protocol: `--help` of the module says how.

`boards` says what is played, `cells` in which order and where a result is kept, `play`
trains a cell, `judge` measures it and `collapse` marks what has collapsed. `record`
collects results; `tables`, `figures` and `page` make their part of BENCHMARKS.md.
`speeds` turns seconds into steps.
"""

from experiments.benchmark import ROOT

# Run folders and the cells as they are made; the repository holds them collected.
RUNS = ROOT / "runs" / "leaderboard"
RESULTS = ROOT / "experiments" / "results"
RECORD = RESULTS / "leaderboard.json"
STRIPS = RESULTS / "leaderboard"  # a row of samples a member
SECOND_JUDGES = RESULTS / "second_judges"  # weights by the name of the first net
