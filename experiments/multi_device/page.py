"""Where does the all-reduce overtake the compute? The tables of scaling.md.

    python -m experiments.multi_device.page            # prints the tables
    python -m experiments.multi_device.page --write    # puts them into the page

What is counted and assumed is in `all_reduce`.
"""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from experiments.multi_device.all_reduce import (
    BATCH,
    LINKS,
    Link,
    StepCost,
    efficiency,
    parity,
    samples_at_parity,
    step_costs,
)
from experiments.words import exit_code, make_parser

PAGE = Path(__file__).with_name("scaling.md")


def _links_table(costs: list[StepCost]) -> str:
    rows = [
        f"{x.name} | {x.speed / 1e12:.0f} TFLOP/s | {x.bandwidth / 1e9:g} GB/s | "
        f"{x.seconds(1, 0, 2) * 1e6:.0f} us | {x.seconds(1, 0, 8) * 1e6:.0f} us | "
        f"{x.seconds(1, 0, 64) * 1e6:.0f} us"
        for x in LINKS
    ]
    head = (
        "link | one device sustains | bandwidth | empty reduction, 2 | 8 | 64 devices"
    )
    return _table(head, rows)


def _work_table(costs: list[StepCost]) -> str:
    rows = [
        f"{c.name} | {c.generator / 1e6:.2f} M | {c.critic / 1e6:.2f} M | "
        f"{c.bytes / 1e6:.1f} MB | {float(f'{c.flops / 1e9:.2g}'):g} GFLOP | "
        f"{_round(c.flops * BATCH / c.bytes)} | {c.rounds}"
        for c in costs
    ]
    head = (
        "network | generator | critic | gradients a step | compute a sample | "
        f"FLOP per byte at {BATCH} | reductions in a row"
    )
    return _table(head, rows)


def _parity_table(costs: list[StepCost]) -> str:
    rows = [
        " | ".join([c.name, *(f"{parity(c, x)}, {parity(c, x, 512)}" for x in LINKS)])
        for c in costs
    ]
    return _table(" | ".join(["network", *(x.name for x in LINKS)]), rows)


def _samples_table(costs: list[StepCost]) -> str:
    def cell(cost: StepCost, link: Link) -> str:
        each = (samples_at_parity(cost, link, n) for n in (8, 64))
        return ", ".join(_round(samples) for samples in each)

    rows = [" | ".join([c.name, *(cell(c, x) for x in LINKS)]) for c in costs]
    return _table(" | ".join(["network", *(x.name for x in LINKS)]), rows)


def _remedies_table(costs: list[StepCost]) -> str:
    def variants(cost: StepCost, link: Link) -> list[float]:
        half = link._replace(bandwidth=2 * link.bandwidth)
        return [
            efficiency(cost, link, 8),
            efficiency(cost, link, 8, 4 * BATCH),
            efficiency(cost._replace(norms=0), link, 8),
            efficiency(cost, half, 8),
            efficiency(cost._replace(norms=0), half, 8, 4 * BATCH),
        ]

    rows = [
        " | ".join([f"{c.name}, {x.name}", *(f"{e:.0%}" for e in variants(c, x))])
        for c in costs
        for x in LINKS
    ]
    head = (
        "8 devices | 64 a device | 256 a device | no batch norm | bfloat16 gradients | "
        "all three"
    )
    return _table(head, rows)


def _round(number: float) -> str:
    """Two digits: more would say more than the assumptions do."""
    return f"{float(f'{max(number, 1):.2g}'):,.0f}"


def _table(head: str, rows: list[str]) -> str:
    rule = "|".join(["---"] * (head.count("|") + 1))
    return "\n".join(f"| {row} |" for row in [head, rule, *rows]).replace(
        f"| {rule} |", f"|{rule}|"
    )


TABLES: dict[str, Callable[[list[StepCost]], str]] = {
    "work": _work_table,
    "links": _links_table,
    "parity": _parity_table,
    "samples": _samples_table,
    "remedies": _remedies_table,
}


def refreshed(page: str) -> str:
    """Replaces every table between its markers.

    Args:
        page: the text of the page.

    Returns:
        The page with the tables as computed now.
    """
    costs = step_costs()
    for name, table in TABLES.items():
        between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text = table(costs) + "\n"
        page, found = between.subn(lambda m, t=text: m[1] + t + m[2], page)
        if found != 1:
            raise ValueError(f"the page has {found} places for the table {name!r}.")
    return page


def main() -> int:
    """Prints the tables, or writes them into the page.

    Returns:
        0 when done, 130 when it was interrupted.
    """
    parser = make_parser("experiments.multi_device.page", __doc__)
    parser.add_argument("--write", action="store_true", help=f"rewrite {PAGE.name}")
    options = parser.parse_args()
    return exit_code("page", lambda: _main(options), "the page is as it was")


def _main(options: argparse.Namespace) -> None:
    if options.write:
        PAGE.write_text(refreshed(PAGE.read_text()))
        return
    costs = step_costs()
    for name, table in TABLES.items():
        print(f"{name}\n{table(costs)}\n")


if __name__ == "__main__":
    sys.exit(main())
