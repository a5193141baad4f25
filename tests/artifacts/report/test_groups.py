"""Repeats of one experiment are told from different ones, and have mean and spread."""

import statistics

import pytest

from tests.artifacts.report.pages import GN, SUMMARY, evaluated, make_record, make_rows
from wgan_jax.artifacts.report.groups import (
    NO_DIFFERENCE,
    differences,
    group_runs,
    quality,
    spread,
)
from wgan_jax.config import FIELDS


def record(path, name, rows=None, **fields):
    return make_record(path / name, GN | fields, rows, (), summary=SUMMARY)


def test_runs_that_differ_by_their_seed_alone_are_one_group(tmp_path):
    a = record(tmp_path, "a", seed=0, run_dir="a", log_every=1)
    b = record(tmp_path, "b", seed=1, run_dir="b", log_every=2)
    c = record(tmp_path, "c", seed=0, variant="gp", constraint="penalty")
    groups = group_runs([a, c, b])
    assert [group.records for group in groups] == [[a, b], [c]]
    assert [group.label for group in groups] == ["gn", "gp"]
    assert groups[0].name(b) == "gn, seed 1"
    assert groups[1].name(c) == "gp"


def test_a_seed_that_comes_twice_is_no_second_observation(tmp_path):
    a, b = (record(tmp_path, name, seed=3) for name in "ab")
    groups = group_runs([a, b])
    assert [group.label for group in groups] == ["gn on digits (a)", "gn on digits (b)"]


def test_half_a_run_is_no_repeat_of_a_whole_one(tmp_path):
    whole = record(tmp_path, "a", seed=0)
    half = record(tmp_path, "b", make_rows(20), seed=1)
    groups = group_runs([whole, half])
    assert [group.label for group in groups] == ["steps 40", "steps 20"]


def test_labels_take_as_few_fields_as_tell_the_groups_apart(tmp_path):
    runs = [
        record(tmp_path, f"r{i}", critic_learning_rate=rate, beta1=rate, n_critic=n)
        for i, (rate, n) in enumerate([(0.1, 1), (0.2, 1), (0.2, 5)])
    ]
    labels = [group.label for group in group_runs(runs)]
    assert labels == [
        "critic learning rate 0.1, n critic 1",
        "critic learning rate 0.2, n critic 1",
        "critic learning rate 0.2, n critic 5",
    ]


def test_only_fields_that_differ_are_differences(tmp_path):
    a = record(tmp_path, "a", n_critic=1, seed=0)
    b = record(tmp_path, "b", n_critic=5, seed=1, margin=2.0)
    found = differences(group_runs([a, b]))
    assert found == {"n_critic": [1, 5], "margin": [None, 2.0]}


def test_mean_and_spread_are_those_of_the_seeds():
    values = [1.0, 2.0, 4.5]
    found = spread([1.0, None, 2.0, float("nan"), 4.5, "x", True])
    assert found == (pytest.approx(2.5), pytest.approx(statistics.stdev(values)), 3)
    assert spread([7.0]) == (7.0, None, 1)
    assert spread([None]) is None


def test_an_evaluation_counts_before_those_of_the_training(tmp_path):
    rows = [{"step": 40, "weights": "raw", "count": 5, "modes": 3}]
    trained = make_record(tmp_path / "a", GN, None, (), evaluations=rows)
    assert quality(trained) == {"modes": {"value": 3}}
    evaluation = evaluated(modes=(8, 0, 8))
    both = make_record(
        tmp_path / "b", GN, None, (), evaluations=rows, evaluation=evaluation
    )
    assert quality(both)["modes"]["value"] == 8


def test_what_changes_no_number_is_what_a_resumed_run_may_change():
    """But for the steps, which are compared as they were made."""
    free = {name for name, field in FIELDS.items() if not field.fixed_on_resume}
    assert NO_DIFFERENCE & set(FIELDS) == free - {"steps"}
