"""An evaluation in words: what is said of which numbers."""

import pytest

from wgan_jax.loop.evaluation import words


def measured(value, half, floor):
    return {"value": value, "low": value - half, "high": value + half, "floor": floor}


def result(**numbers):
    return {
        "variant": "gp",
        "dataset": "ring8",
        "step": 1200,
        "seed": 3,
        "count": 5000,
        "split": "test",
        "features": None,
        "features_sha256": None,
        "features_title": None,
        "results": {"raw": numbers},
        "not_measured": {},
        "estimate": None,
    }


@pytest.mark.parametrize(
    ("name", "numbers", "told"),
    [
        ("wasserstein1", (0.5, 0.1, 0.3), True),
        ("wasserstein1", (0.5, 0.1, 0.4), False),  # within the error of both draws
        ("wasserstein1", (0.2, 0.01, 0.3), True),  # better: real ones do not reach it
        ("wasserstein1", (0.29, 0.01, 0.3), False),
        ("high_quality", (0.5, 0.1, 0.7), True),
        ("high_quality", (0.5, 0.1, 0.6), False),
        ("high_quality", (0.9, 0.1, 0.5), True),
        ("modes", (7, 0, 8), True),
        ("modes", (8, 0, 8), False),
    ],
)
def test_the_verdict_holds_the_gap_against_the_error_of_both(name, numbers, told):
    verdict = words.verdict(result(**{name: measured(*numbers)}), "raw")
    assert verdict.startswith("They can be told" if told else "With 5,000 samples they")


def test_the_verdict_names_both_kinds():
    found = result(
        wasserstein1=measured(0.5, 0.1, 0.01),
        modes=measured(8, 0, 8),
        high_quality=measured(0.1, 0.01, 0.99),
    )
    assert words.verdict(found, "raw") == (
        "They can be told from real samples: worse than the floor, by more than "
        "chance, in exact W1 and samples at a mode; not by modes reached."
    )


def test_without_a_floor_or_a_direction_there_is_no_verdict():
    found = result(gradient_norm_real={**measured(1, 0.1, None), "low": None})
    assert "Nothing was measured" in words.verdict(found, "raw")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0123456, "0.0123"),
        (12.3456, "12.3"),
        (1234.5, "1234"),
        (99999.9, "100000"),
        (123456.0, "1.2e+05"),
        (0.00001, "1.0e-05"),
        (-0.5, "-0.500"),
        (0.0, "0"),
        (8, "8"),
        (1000, "1000"),
        (None, "-"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_have_three_digits(value, shown):
    assert words.number(value) == shown


def test_the_ends_of_a_count_are_whole():
    found = result(modes={"value": 6, "low": 4.2, "high": 7.1, "floor": 8})
    assert words.table(found, "raw") == [
        ("modes reached", "6", "4 to 8", "8", "higher")
    ]


def test_the_feature_net_names_its_distance():
    found = result(frechet_distance=measured(12.0, 1.0, 2.0))
    found |= {"features": "mnist", "features_title": "FD-mnist"}
    found["features_sha256"] = "0123456789abcdef"
    assert words.table(found, "raw")[0][0] == "FD-mnist"
    assert "features mnist (FD-mnist, 01234567)" in words.conditions(found)


def test_notes_say_what_a_reader_has_to_know():
    found = result(data_copying=measured(-5.0, 1.0, 0.0))
    found |= {"split": "train", "estimate": {"words": "It is no distance."}}
    found["not_measured"] = {
        "modes": "the modes are not known",
        "reverse_kl": "the modes are not known",
        "frechet_distance": "the samples are points",
    }
    notes = " ".join(words.notes(found))
    assert "Nothing is held out" in notes
    assert "raw weights copy" in notes
    assert "Not measured: modes and reverse_kl: the modes are not known." in notes
    assert "frechet_distance" not in notes  # of another kind of samples
    assert notes.endswith("It is no distance.")
    assert "copy" not in " ".join(words.notes(result()))


def test_exact_w1_stands_beside_the_estimate():
    found = result(wasserstein1=measured(0.0792, 0.01, 0.03))
    found["results"]["ema"] = {"wasserstein1": measured(0.5, 0.1, 0.03)}
    found["estimate"] = {"words": "It is no distance."}
    assert words.notes(found)[-1] == (
        "It is no distance. Exact W1 of the samples is 0.0792 (raw weights) and 0.500 "
        "(ema weights)."
    )
    found["results"] = {"raw": {"modes": measured(8, 0, 8)}}
    assert words.notes(found)[-1] == "It is no distance."


def test_what_is_better_than_real_samples_can_be_told_and_is_no_merit():
    found = result(
        frechet_distance=measured(42.7, 4.0, 50.3) | {"high": 46.0},
        precision=measured(0.5, 0.01, 0.1),
        recall=measured(0.5, 0.1, 0.55),
    )
    found |= {"features_title": "FD-pca64"}
    assert words.verdict(found, "raw") == (
        "They can be told from real samples: better than the floor, by more than "
        "chance, in FD-pca64 and precision; not by recall."
    )
    (note,) = (n for n in words.notes(found) if "no merit" in n)
    assert note.startswith("Better than real training samples in FD-pca64 and prec")


def test_modes_that_are_missed_count_without_an_interval():
    lost = {"value": 7, "low": None, "high": None, "floor": 8}
    found = result(modes=lost, high_quality=measured(0.9, 0.1, 0.9))
    assert "in modes reached; not by samples at a mode" in words.verdict(found, "raw")
    infinite = {"value": float("inf"), "low": None, "high": None, "floor": 0.1}
    assert "in KL of classes." in words.verdict(result(class_kl=infinite), "raw")


def test_a_checkpoint_that_was_chosen_for_its_number_says_so():
    found = result(frechet_distance=measured(12.0, 1.0, 2.0))
    found |= {"features_title": "FD-mnist", "chosen_by": "frechet_distance"}
    assert "chosen for its FD-mnist on samples" in " ".join(words.notes(found))


def test_samples_that_overlap_are_said_to():
    found = result() | {"dataset": "patches"}
    assert "Of patches: its crops overlap" in " ".join(words.notes(found))
    assert "overlap" not in " ".join(words.notes(result()))
