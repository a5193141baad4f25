"""When a generator makes too little of what there is, held against real samples."""

# Number -> the share of what real samples reach, below which a run has collapsed.
COLLAPSED = {
    "class_entropy": 0.5,
    "coverage": 0.1,
    "recall": 0.01,
    "stacked_modes": 0.1,
    "modes": 0.5,
}


def collapsed(values: dict[str, float], floors: dict[str, float]) -> list[str]:
    """Which numbers say that a generator makes little of what there is.

    Args:
        values: of one set of weights.
        floors: of real samples.

    Returns:
        Their names; none for a healthy run.
    """
    # Where modes can be counted they say it: coverage is that of sharp samples.
    counted = [name for name in ("stacked_modes", "modes") if name in values]
    return [
        name
        for name, share in COLLAPSED.items()
        if name in (counted or values)
        and name in floors
        and values[name] < share * floors[name]
    ]
