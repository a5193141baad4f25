import numpy as np
import pytest

from wgan_jax.data import batch_indices


@pytest.mark.parametrize("size", [1, 7, 64])
def test_every_epoch_visits_every_sample_once(size):
    epochs = batch_indices(3, size, 0, (5, size))
    np.testing.assert_array_equal(
        np.sort(epochs, axis=1), np.tile(np.arange(size), (5, 1))
    )


def test_any_stretch_of_the_stream_is_the_same_however_it_is_cut():
    # restarting an epoch on resume, or dropping the last short batch, would differ
    whole = batch_indices(11, 10, 0, (97,))
    for start in (0, 3, 9, 10, 28):
        for count in (1, 4, 31):
            piece = batch_indices(11, 10, start, (count,))
            np.testing.assert_array_equal(piece, whole[start : start + count])


def test_shape_is_filled_in_stream_order():
    block = batch_indices(0, 50, 20, (4, 3, 2))
    np.testing.assert_array_equal(block.ravel(), batch_indices(0, 50, 20, (24,)))
    assert block.dtype == np.int32


def test_order_depends_on_seed_and_on_epoch():
    first, second = batch_indices(0, 1000, 0, (2, 1000))
    other = batch_indices(1, 1000, 0, (1000,))
    # two independent permutations agree in about one place of a thousand
    assert np.mean(first == second) < 0.02
    assert np.mean(first == other) < 0.02
    # (seed, epoch) must not be folded into seed + epoch
    assert np.mean(second == other) < 0.02


def test_the_cached_order_cannot_be_changed_through_an_answer():
    batch_indices(5, 8, 0, (8,))[:] = 0
    assert set(batch_indices(5, 8, 0, (8,))) == set(range(8))


def test_a_far_position_is_as_cheap_as_the_first():
    late = 10**12 * 6 + 5
    np.testing.assert_array_equal(
        batch_indices(0, 6, late, (1,)), batch_indices(0, 6, late - 5, (6,))[5:]
    )
