"""What an experiment says, number by number, beside what it has to be."""

from typing import Any, NamedTuple


class Claim(NamedTuple):
    """One number and the interval that the theory, or an earlier measurement, allows.

    Attributes:
        name: what the number is.
        value: what came out.
        low: smallest value for which the claim holds; -inf for none.
        high: largest one; inf for none.
        target: the interval in words, as tables show it.
        source: where the target comes from: paper and equation, or "derived".
    """

    name: str
    value: float
    low: float
    high: float
    target: str
    source: str

    @property
    def holds(self) -> bool:
        """Whether the value lies in the interval; NaN never does."""
        return bool(self.low <= self.value <= self.high)


class Result(NamedTuple):
    """What an experiment found.

    Attributes:
        claims: every number beside its target.
        series: what the figure draws; numbers, text, lists and dicts of them.
    """

    claims: list[Claim]
    series: dict[str, Any]


def near(name: str, value: Any, target: float, within: float, source: str) -> Claim:
    """A claim that a value differs from its target by at most `within`."""
    words = f"{target:.5g} ± {within:.2g}"
    return Claim(name, float(value), target - within, target + within, words, source)


def at_least(name: str, value: Any, bound: float, source: str) -> Claim:
    """A claim that a value is not below a bound."""
    return Claim(
        name, float(value), bound, float("inf"), f"at least {bound:.5g}", source
    )


def at_most(name: str, value: Any, bound: float, source: str) -> Claim:
    """A claim that a value is not above a bound."""
    return Claim(
        name, float(value), -float("inf"), bound, f"at most {bound:.5g}", source
    )


def between(name: str, value: Any, low: float, high: float, source: str) -> Claim:
    """A claim that a value lies in an interval."""
    return Claim(name, float(value), low, high, f"{low:.5g} to {high:.5g}", source)


def reported(name: str, value: Any, expected: str, source: str) -> Claim:
    """A number that is measured and not judged; it only has to be a number."""
    infinite = float("inf")
    return Claim(name, float(value), -infinite, infinite, expected, source)
