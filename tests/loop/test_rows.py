"""What goes wrong in a dispatch is named, and stands in the log."""

import math

from wgan_jax.loop.rows import first_divergence

ROWS = [{"step": s, "critic_loss": 0.5} for s in (1, 2, 3)]


def test_the_first_number_that_is_not_finite_is_named_and_ends_the_rows():
    rows = [ROWS[0], ROWS[1] | {"critic_loss": math.inf}, ROWS[2]]
    good, problem = first_divergence(rows, {"critic": True})
    assert (good, problem) == (rows[:2], "step 2: critic_loss is inf")
    assert first_divergence(ROWS, {"critic": True}) == (ROWS, None)


def test_parameters_that_are_not_finite_leave_a_trace_in_the_log():
    good, problem = first_divergence(ROWS, {"generator": True, "critic": False})
    assert problem == "steps 1 to 3: parameters of the critic are not finite"
    assert good[:2] == ROWS[:2]
    assert math.isnan(good[2].pop("critic_parameters"))
    assert good[2] == ROWS[2]
