"""The registry of the networks: one row each, with its source and what it fits.

A new network is one builder in its own file plus one row here. This file must stay free
of JAX: it is read while the command line is parsed.
"""

from __future__ import annotations

from collections.abc import Callable

from wgan_jax.networks import builders
from wgan_jax.networks.row import Network, NetworkSpec, SampleShape
from wgan_jax.options import Option, Preset

# Sides whose halves, rounded up, end at exactly 4, the smallest map of the layouts.
DCGAN_SIZES = (8, 16, 28, 32, 64)
RESNET_SIZES = (32,)


def _square(sizes: tuple[int, ...]) -> Callable[[SampleShape], str | None]:
    def why_not(shape: SampleShape) -> str | None:
        if reason := _not_images(shape):
            return reason
        if shape[0] == shape[1] and shape[0] in sizes:
            return None
        allowed = ", ".join(f"{n}x{n}" for n in sizes)
        return f"it makes images of {allowed} pixels, in any number of channels"

    return why_not


def _not_images(shape: SampleShape) -> str | None:
    return None if len(shape) == 3 else "it makes images [height, width, channels]"


def _neither(shape: SampleShape) -> str | None:
    return None if len(shape) in (1, 3) else "it makes images and points"


def _dcgan_batch_norm(spec: NetworkSpec) -> str | None:
    if spec.sample_shape[0] > 8 or spec.energies:
        return None
    return "at 8x8 it has a single convolution, whose map is never normalised"


def _pooled_energies(spec: NetworkSpec) -> str | None:
    if not (spec.energies and spec.options.get("sum_pooling")):
        return None
    return (
        "sum_pooling has no effect: a critic of energies scores no pooled map. Leave "
        "it out."
    )


def _odd_width(spec: NetworkSpec) -> str | None:
    if spec.width % 2 == 0:
        return None
    return (
        f"width is {spec.width}, but network 'lipschitz_mlp' sorts pairs of units: "
        "choose an even one."
    )


def _not_points(shape: SampleShape) -> str | None:
    return None if len(shape) == 1 else "it makes points [d], not images"


def _batches(
    source: str, batch_size: int, latent_dim: int
) -> Callable[[SampleShape], Preset]:
    preset = Preset(source, {"batch_size": batch_size, "latent_dim": latent_dim})
    return lambda shape: preset


_MLP_SETTINGS = _batches("PyTorch-GAN", 64, 100)
_TOY_SETTINGS = _batches("Gulrajani et al. 2017, gan_toy.py", 256, 2)


def _borrowed(shape: SampleShape) -> Preset:
    """A run trains with the settings of the generator that it borrows."""
    return (_TOY_SETTINGS if len(shape) == 1 else _MLP_SETTINGS)(shape)


NETWORKS = {
    row.name: row
    for row in (
        Network(
            "mlp",
            "Linder-Noren, PyTorch-GAN, wgan_gp.py (128-256-512-1024; 512-256-1)",
            builders.build_mlp,
            _not_images,
            settings=_MLP_SETTINGS,
            conditional=True,
        ),
        Network(
            "toy",
            "Gulrajani et al. 2017, arXiv 1704.00028, gan_toy.py (3 x 512, ReLU)",
            builders.build_toy,
            _not_points,
            settings=_TOY_SETTINGS,
            default_width=512,
            conditional=True,
        ),
        Network(
            "dcgan",
            "Radford et al. 2015, arXiv 1511.06434; widths and the 7x7 crop as in "
            "Gulrajani et al. 2017, gan_mnist.py",
            builders.build_dcgan,
            _square(DCGAN_SIZES),
            settings=_batches("Radford et al. 2015", 64, 100),
            default_width=64,
            why_no_batch_norm=_dcgan_batch_norm,
            conditional=True,
        ),
        Network(
            "resnet",
            "Gulrajani et al. 2017, gan_cifar_resnet.py; Wu et al. 2021, "
            "arXiv 2109.02235",
            builders.build_resnet,
            _square(RESNET_SIZES),
            settings=_batches("Gulrajani et al. 2017, app. C", 64, 128),
            default_width=128,
            conditional=True,
            options=(
                Option(
                    *("generator_width", 0, "width of the generator, 0 for --width"),
                    at_least=0,
                    below=2**14,
                ),
                Option(
                    *(
                        "sum_pooling",
                        False,
                        "score the sum of the last map, not its mean",
                    )
                ),
            ),
            problem=_pooled_energies,
        ),
        Network(
            "lipschitz_mlp",
            "Anil et al. 2019, arXiv 1811.05381 (3 x 128, sorted pairs); generators of "
            "mlp and toy",
            builders.build_lipschitz_mlp,
            _neither,
            settings=_borrowed,
            default_width=128,
            estimate="a certified lower bound of W1, up to the sampling error of a "
            "batch: the critic is 1-Lipschitz by construction",
            why_no_energies="a reconstruction error is not 1-Lipschitz",
            problem=_odd_width,
        ),
    )
}
