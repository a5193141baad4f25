"""How counts and sizes are written."""

from experiments.wasserstein_truth.findings import Finding, Size


def share(found: Finding) -> str:
    """`26 of 28`."""
    return f"{len(found.holds)} of {len(found.holds) + len(found.fails)}"


def but(found: Finding) -> str:
    """Where a claim does not hold; "" where it does."""
    return f" (not in {sizes_text(found.fails)})" if found.fails else ""


def sizes_text(sizes: list[Size]) -> str:
    """Sizes as d, n; - for none."""
    return "; ".join(f"{d}, {n}" for d, n in sizes) or "-"
