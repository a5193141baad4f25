"""The least work that a step needs in its direct form, by hand from the layer sizes.

Counted are multiplications and additions inside matrix products and convolutions: two
for each tap of the direct sum, zeros of the padding left out. Activations, batch norm,
losses and optimisers come on top and count nothing. Write C for a forward pass of the
critic over one batch, C' for the same without its last layer, c for its first layer,
and G, g likewise for the generator.

* A chain's parameter gradient after its forward pass: every layer's kernel gradient (C)
  and every layer's input gradient but the first layer's (C - c).
* Critic update: one generator pass for the fakes, G, then on real and fake samples
  2 (C + C + C - c).
* Gradient penalty (gp, lp), at interpolates, for critics that are piecewise linear: the
  masks need C', the gradient C' on the way down (the last layer's is its weights), its
  derivative C' on the way up, kernel gradients C. With an autoencoder or another smooth
  critic it would be more.
* Gradient normalisation by Euler's identity, on 2 B samples: forward C, down C', up C',
  kernel gradients C; it replaces the plain critic pass.
* Spectral normalisation: two products of kernel and vector, and a rank-one term of the
  gradient: 6 for each element of a kernel, each critic update.
* ResNet: the folded form counts, which is the cheaper one. Published are a 3 x 3
  convolution with a 2 x 2 mean behind it, or an upsampling before it: at 2 H x 2 W
  pixels 36 taps for each of the H x W. As one 4 x 4 convolution of stride 2, or its
  transpose, they are 16; a kernel has its 9 elements, and folding it counts nothing.
  Shortcuts of 1 x 1 commute with both and count at the lower resolution. The layers are
  no chain, but the sums above are over layers and hold; two of the critic's read the
  image, and c is their sum.
* Generator update, every member: G + C forward, C for the critic's input gradient (no
  kernel gradients), G + G - g for the generator's own.
"""

from typing import NamedTuple

from experiments.benchmark.cases import Case


class Layer(NamedTuple):
    """One linear layer: its forward work for one sample, and its kernel's elements."""

    work: int
    kernel: int


def dense(*sizes: int) -> list[Layer]:
    """A chain of dense layers through these sizes."""
    pairs = zip(sizes, sizes[1:], strict=False)
    return [Layer(2 * a * b, a * b) for a, b in pairs]


def conv(size: int, inputs: int, outputs: int) -> Layer:
    """4 x 4, stride 2, padding 1, from size x size; also for the transpose."""
    taps = 4 * (size // 2) - 2  # two of them per axis fall on the padding
    return Layer(2 * taps**2 * inputs * outputs, 16 * inputs * outputs)


def conv3(size: int, inputs: int, outputs: int) -> Layer:
    """3 x 3, stride 1, padding 1, on size x size."""
    taps = 3 * size - 2
    return Layer(2 * taps**2 * inputs * outputs, 9 * inputs * outputs)


def conv1(size: int, inputs: int, outputs: int) -> Layer:
    """1 x 1 on size x size."""
    return Layer(2 * size**2 * inputs * outputs, inputs * outputs)


def resampled(size: int, inputs: int, outputs: int) -> Layer:
    """3 x 3 and a mean from size x size, or an upsampling to it and 3 x 3, as one."""
    return conv(size, inputs, outputs)._replace(kernel=9 * inputs * outputs)


def critic_layers(case: Case) -> list[Layer]:
    """The critic's layers in order, an autoencoder's decoder included."""
    energies = case.config["objective"] == "energy_based"
    size, width = case.shape[0], case.config["width"]
    if case.network == "mlp":
        pixels = size * size
        return dense(pixels, 512, 256, *((512, pixels) if energies else (1,)))
    if case.network == "toy":
        if energies:
            return dense(size, width, width, width, size)
        return dense(size, width, width, width, 1)
    if case.network == "resnet" and not energies:
        return _resnet_critic(case.shape[-1], width)
    down = _convolutions(size, case.shape[-1], width)
    if energies:
        return [*down, *down[::-1]]
    return [*down, *dense(16 * _widest(size, width), 1)]


def _resnet_critic(channels: int, width: int) -> list[Layer]:
    """Of 32 x 32; the two layers that read the image come first."""
    first = [conv3(32, channels, width), conv1(16, channels, width)]
    down = [resampled(32, width, width)]
    down += [conv3(16, width, width), resampled(16, width, width)]
    plain = 4 * [conv3(8, width, width)]
    return [*first, *down, conv1(8, width, width), *plain, *dense(width, 1)]


def _resnet_generator(latent: int, channels: int, width: int) -> list[Layer]:
    layers = dense(latent, 16 * width)
    for size in (8, 16, 32):
        layers += [resampled(size, width, width), conv3(size, width, width)]
        layers += [conv1(size // 2, width, width)]
    return [*layers, conv3(32, width, channels)]


def _reads_input(case: Case, critic: list[Layer]) -> list[Layer]:
    """The critic's layers whose input is the sample."""
    shortcut = case.network == "resnet" and case.config["objective"] != "energy_based"
    return critic[:2] if shortcut else critic[:1]


def _convolutions(size: int, image: int, width: int) -> list[Layer]:
    """From `image` channels to a 4 x 4 map; channels double as sides halve."""
    halvings = range((size // 4).bit_length() - 1)
    channels = [image, *(width << i for i in halvings)]
    return [conv(size >> i, channels[i], channels[i + 1]) for i in halvings]


def _widest(size: int, width: int) -> int:
    return width * size // 8


def generator_layers(case: Case) -> list[Layer]:
    """The generator's layers in order."""
    size, width, latent = case.shape[0], case.config["width"], case.config["latent_dim"]
    if case.network == "mlp":
        return dense(latent, 128, 256, 512, 1024, size * size)
    if case.network == "toy":
        return dense(latent, width, width, width, size)
    channels = case.shape[-1]
    if case.network == "resnet":
        wide = case.config["generator_width"] or width
        return _resnet_generator(latent, channels, wide)
    widest = _widest(size, width)
    up = _convolutions(size, channels, width)[::-1]
    return [*dense(latent, 16 * widest), *up]


# How many gradients for each real sample a penalty takes.
_PENALISED = {
    "penalty": 1,
    "one_sided_penalty": 1,
    "perturbed_penalty": 1,
    "divergence": 1,
    "r1": 1,
    "r2": 1,
    "r1_r2": 2,
}


def least_work(case: Case) -> float:
    """Floating-point operations that one step of a case cannot do without.

    Args:
        case: member, network and sizes.

    Returns:
        Operations of n_critic critic updates and one generator update.
    """
    critic, generator = critic_layers(case), generator_layers(case)
    whole, first = _work(critic), _work(_reads_input(case, critic))
    headless = whole - critic[-1].work
    making, making_first = _work(generator), generator[0].work
    constraint = case.config["constraint"]
    if constraint == "normalization":
        update = making + 2 * (2 * whole + 2 * headless)
    else:
        update = making + 2 * (3 * whole - first)
    update += _PENALISED.get(constraint, 0) * (3 * headless + whole)
    per_batch = 6 * sum(layer.kernel for layer in critic)
    spectral = per_batch if constraint == "spectral" else 0
    generator_update = 3 * making - making_first + 2 * whole
    if case.config["objective"] == "relativistic":
        generator_update += whole  # the scores of real samples
    batch, n_critic = case.config["batch_size"], case.config["n_critic"]
    made = batch * (case.config.get("generator_batch") or 1)
    return n_critic * (batch * update + spectral) + made * generator_update


def _work(layers: list[Layer]) -> int:
    return sum(layer.work for layer in layers)
