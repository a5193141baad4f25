"""What a check says, and what it is made on when nothing is named."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

NINE = ("gan", "nsgan", "lsgan", "wgan", "gp", "lp", "sn", "gn", "ebgan")


class Check(NamedTuple):
    """One line: whether it passed, and what was seen."""

    passed: bool
    text: str


def product(
    variants: Sequence[str],
    networks: Sequence[str],
    usual_variants: Iterable[str],
    usual_networks: Iterable[str],
) -> Iterator[tuple[str, str]]:
    """Every named member on every named network, or the usual ones."""
    for network in networks or usual_networks:
        for variant in variants or usual_variants:
            yield variant, network
