"""Each metric of the registry as a function of a comparison.

A comparison holds everything; a metric takes what it needs. Modules are imported when a
function is called: scipy and JAX take a second that a refusal does not wait.
"""

from collections.abc import Callable, Mapping

import numpy as np

from wgan_jax.metrics.comparison import Comparison

Values = Mapping[str, float]
Compute = Callable[[Comparison], Values]

_KNOWN = 0.5  # of real samples' classes: far above any chance, far below any net
NEIGHBORS_OF = 1000  # samples: enough for .016 on a share, and 10 s where all take 100


def wasserstein1(comparison: Comparison) -> Values:
    """Exact W1 between the points."""
    from wgan_jax.metrics.wasserstein import exact_wasserstein1

    real, fake = comparison.real.samples, comparison.fake.samples
    return {"wasserstein1": exact_wasserstein1(real, fake)}


def sliced_wasserstein1(comparison: Comparison) -> Values:
    """Sliced W1 between the points."""
    from wgan_jax.metrics.wasserstein import sliced_wasserstein1 as sliced

    real, fake = comparison.real.samples, comparison.fake.samples
    return {"sliced_wasserstein1": sliced(real, fake)}


def mode_coverage(comparison: Comparison) -> Values:
    """How the generated points cover the known modes."""
    from wgan_jax.metrics import modes

    centers, std = comparison.centers, comparison.std
    assert centers is not None  # NEEDS: modes
    assert std is not None
    return modes.mode_coverage(comparison.fake.samples, centers, std)


def mode_accuracy(comparison: Comparison) -> Values:
    """Share of points whose nearest mode is the one that was asked for."""
    from wgan_jax.metrics import modes

    centers, labels = comparison.centers, comparison.fake.labels
    assert centers is not None  # NEEDS: modes
    assert labels is not None  # NEEDS: labels
    nearest, _ = modes.nearest_modes(comparison.fake.samples, centers)
    return {"mode_accuracy": float(np.mean(nearest == labels))}


def frechet_distance(comparison: Comparison) -> Values:
    """Frechet distance between the features."""
    from wgan_jax.metrics import frechet

    return {"frechet_distance": frechet.frechet_distance(*features_of(comparison))}


def kernel_distance(comparison: Comparison) -> Values:
    """Kernel distance between the features."""
    from wgan_jax.metrics import kernel

    return {"kernel_distance": kernel.kernel_distance(*features_of(comparison))}


def prdc(comparison: Comparison) -> Values:
    """Precision, recall, density and coverage of the features."""
    from wgan_jax.metrics import precision_recall

    return precision_recall.prdc(*features_of(comparison))


def memorisation(comparison: Comparison) -> Values:
    """Authenticity and data copying of 1,000 samples, by their features."""
    from wgan_jax.metrics import neighbors

    train = comparison.train
    assert train is not None  # NEEDS: train
    held_out, fake = (side[:NEIGHBORS_OF] for side in features_of(comparison))
    found = {"authenticity": neighbors.authenticity(fake, train)}
    if comparison.fake is comparison.real:  # a floor: beside themselves Z is 0
        return found
    distances = [neighbors.nearest_neighbors(x, train)[0] for x in (fake, held_out)]
    return found | {"data_copying": neighbors.data_copying(*distances)}


def class_spread(comparison: Comparison) -> Values:
    """KL and entropy of the classes that the feature net sees."""
    from wgan_jax.metrics import classes

    real, fake = comparison.real.classes, comparison.fake.classes
    assert real is not None  # NEEDS: classes
    assert fake is not None
    return classes.class_spread(fake, real)


def class_accuracy(comparison: Comparison) -> Values:
    """Share of samples in which the net sees the class that was asked for.

    Raises:
        ValueError: it does not see the classes of real samples either: they are
            numbered in another way than those that it was trained on.
    """
    shares = []
    for side in (comparison.real, comparison.fake):
        assert side.classes is not None  # NEEDS: classes
        assert side.labels is not None  # NEEDS: labels
        shares.append(float(np.mean(side.classes == side.labels)))
    real, fake = shares
    if real < _KNOWN:
        raise ValueError(
            f"the feature net finds the class of {real:.0%} of the real samples: their "
            "labels are not the classes that it was trained to tell"
        )
    return {"class_accuracy": fake}


def class_frechet_distance(comparison: Comparison) -> Values:
    """Frechet distance within each class, averaged over the classes."""
    from wgan_jax.metrics import frechet

    pairs = within_classes(comparison)
    distances = [frechet.frechet_distance(*pair) for pair in pairs]
    return {"class_frechet_distance": float(np.mean(distances))}


def within_classes(comparison: Comparison) -> list[tuple[np.ndarray, np.ndarray]]:
    """The features of both sides, class by class.

    Raises:
        ValueError: a class has fewer than two samples on a side.
    """
    sides = comparison.real, comparison.fake
    labels = [side.labels for side in sides if side.labels is not None]
    assert len(labels) == 2  # NEEDS: labels
    classes = 1 + int(max(map(np.max, labels)))
    counts = [np.bincount(each, minlength=classes) for each in labels]
    if np.min(counts) < 2:
        few = int(np.argmin(np.min(counts, axis=0)))
        raise ValueError(f"of class {few} there are fewer than two samples on a side")
    pairs = zip(labels, features_of(comparison), strict=True)
    by_side = [[x[each == c] for c in range(classes)] for each, x in pairs]
    return list(zip(*by_side, strict=True))


def stacked_mnist(comparison: Comparison) -> Values:
    """Modes and their KL, by the digit that the net reads on each channel."""
    from wgan_jax.metrics.stacked_mnist import stacked_mnist_modes

    digits = comparison.fake.classes
    assert digits is not None  # NEEDS: stacked
    found = stacked_mnist_modes(digits)
    return {"stacked_modes": found["modes"], "stacked_kl": found["reverse_kl"]}


def lipschitz(comparison: Comparison) -> Values:
    """Slopes of the critic at real and generated samples and between them."""
    import jax

    from wgan_jax.metrics.lipschitz import gradient_norms, largest_ratios

    probe = comparison.probe
    assert probe is not None  # NEEDS: probe
    given = (probe.apply, probe.params, probe.real, probe.fake)
    key, labels = jax.random.key(probe.seed), probe.labels
    norms = gradient_norms(*given, key, labels=labels)
    means = {f"gradient_norm_{n}": float(v.mean()) for n, v in norms._asdict().items()}
    return {**means, "lipschitz_ratio": largest_ratios(*given, labels=labels).close}


def features_of(comparison: Comparison) -> tuple[np.ndarray, np.ndarray]:
    """The features of both sides, of a metric that needs them."""
    real, fake = comparison.real.features, comparison.fake.features
    assert real is not None  # NEEDS: features
    assert fake is not None
    return real, fake
