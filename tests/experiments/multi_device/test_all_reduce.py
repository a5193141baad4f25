"""The page on scaling says what its script computes, and the model obeys its limits."""

import pytest

from experiments.multi_device import page
from experiments.multi_device.all_reduce import (
    LINKS,
    Link,
    StepCost,
    efficiency,
    parity,
    samples_at_parity,
)

COST = StepCost("game", n_critic=5, generator=100, critic=10, norms=3, flops=1e9)


@pytest.mark.slow
def test_the_page_is_up_to_date():
    text = page.PAGE.read_text()
    assert page.refreshed(text) == text, (
        "run python -m experiments.multi_device.page --write and commit the page"
    )


def test_bytes_and_reductions_of_a_step():
    assert COST.bytes == 4 * (5 * 10 + 100)
    # Counted in the compiled MLP step: 4 a critic update, 7 in the generator's.
    assert COST.rounds == 5 * 4 + 7
    assert COST._replace(norms=0).rounds == 5 + 1


def test_an_all_reduce_is_free_alone_and_sends_everything_twice_among_many():
    link = Link("wire", bandwidth=1e9, launch=0.0, hop=0.0, speed=1e12)
    assert link.seconds(3, 1e9, 1) == 0
    assert link.seconds(3, 1e9, 2) == pytest.approx(1.0)
    assert link.seconds(3, 1e9, 1024) == pytest.approx(2.0, rel=1e-3)
    slow = link._replace(launch=1e-3, hop=1e-4)
    assert slow.seconds(10, 0.0, 8) == pytest.approx(10 * (1e-3 + 6e-4))


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.name)
def test_parity_is_where_half_of_the_time_is_compute(link):
    samples = samples_at_parity(COST, link, 8)
    assert efficiency(COST, link, 8, samples) == pytest.approx(0.5)
    assert parity(COST, link, batch=1e9) == "> 64"
    assert parity(COST, link, batch=1) == "2"
