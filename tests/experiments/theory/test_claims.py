"""Claims, their record and the page's tables."""

import json
import math
from typing import NamedTuple

import numpy as np
import pytest

from experiments.theory import claims, page, record
from experiments.theory.claims import Result
from wgan_jax.errors import UserError


class Settings(NamedTuple):
    steps: int = 3


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        (claims.near("a", 1.05, 1, 0.05, "s"), True),
        (claims.near("a", 1.06, 1, 0.05, "s"), False),
        (claims.near("a", 0.94, 1, 0.05, "s"), False),
        (claims.at_least("a", 2, 2, "s"), True),
        (claims.at_least("a", 1.9, 2, "s"), False),
        (claims.at_most("a", 2, 2, "s"), True),
        (claims.at_most("a", 2.1, 2, "s"), False),
        (claims.between("a", 0.5, 0, 1, "s"), True),
        (claims.between("a", 1.5, 0, 1, "s"), False),
        (claims.reported("a", 1e9, "large", "s"), True),
        (claims.reported("a", math.nan, "large", "s"), False),
        (claims.at_most("a", math.nan, 2, "s"), False),
    ],
)
def test_a_claim_holds_inside_its_interval_and_nan_never(claim, holds):
    assert claim.holds is holds


def test_a_record_is_read_back(tmp_path):
    path = tmp_path / "x.json"
    found = [claims.near("gap", np.float32(0.5), 0.5, 0.1, "eq. 2")]
    found.append(claims.at_least("norm", math.inf, 1, "derived"))
    result = Result(found, {"curve": np.arange(3.0), "names": ["a"]})
    record.write_record(path, "x", Settings(), result)
    stored = json.loads(path.read_text())
    assert stored["settings"] == {"steps": 3}
    assert [claim["holds"] for claim in stored["claims"]] == [True, True]
    again = record.read_record(path)
    assert again.claims == found
    assert again.series == {"curve": [0, 1, 2], "names": ["a"]}


def test_a_missing_or_damaged_record_is_named(tmp_path):
    with pytest.raises(UserError, match=r"x\.json is no result.*theory x"):
        record.read_record(tmp_path / "x.json")
    (tmp_path / "y.json").write_text("{}")
    with pytest.raises(UserError, match="KeyError"):
        record.read_record(tmp_path / "y.json")


def test_the_page_keeps_its_prose_and_marks_what_does_not_hold(tmp_path):
    text = "before\n<!-- table x -->\nold\n<!-- end -->\nafter\n"
    written = tmp_path / "README.md"
    written.write_text(text)
    found = [
        claims.at_most("|f|", 3, 2, "eq. 1"),
        claims.at_most("g", 1, 2, "eq. 2"),
    ]
    record.write_record(tmp_path / "x.json", "x", Settings(), Result(found, {}))
    page.write_page(written, tmp_path)
    lines = written.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert "| \\|f\\| | **3** | at most 2 | eq. 1 |" in lines
    assert "| g | 1 | at most 2 | eq. 2 |" in lines
    assert "old" not in lines
    written.write_text("no marker")
    with pytest.raises(UserError, match="nothing to fill"):
        page.write_page(written, tmp_path)
