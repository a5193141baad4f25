"""How well critics estimate W1 where W1 is known."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
# Cells as they are made; kept out of the repository, which holds them collected.
CELLS = ROOT / "runs" / "wasserstein_truth"
RECORD = ROOT / "experiments" / "results" / "wasserstein-truth.json"
