"""Copies Flax parameters into PyTorch modules, and reads gradients back.

Names match (`dense`, `dcgan`, `resnet`); layouts do not: Flax kernels end in the output
axis and images end in the channels. It knows layers and nothing of training.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

Compared = tuple[str, np.ndarray, np.ndarray]

LEAVES = {"kernel": "weight", "scale": "weight", "bias": "bias"}


def copy_params(params: Mapping[str, Any], module: nn.Module) -> None:
    """Overwrites a module's weights.

    Args:
        params: a Flax parameter tree of the same network, numpy or JAX leaves.
        module: the PyTorch twin.
    """
    with torch.no_grad():
        for _, ours, theirs in _paired(params, module):
            theirs.copy_(torch.from_numpy(ours))


def copy_start(state: Any, game: Any) -> None:
    """Lets a game start where ours does: both networks, and the spectral vectors.

    Args:
        state: a train state of ours, numpy or JAX leaves.
        game: `game.Game` of the same networks, before its first step.
    """
    copy_params(state.generator.params, game.generator)
    copy_params(state.critic.params, game.critic)
    if game.vectors:
        vectors = {path: entry["u"] for path, entry in state.constraint.items()}
        game.vectors = vectors_like(vectors, game.critic)


def copy_gradients(gradients: Mapping[str, Any], module: nn.Module) -> None:
    """Sets every `.grad` of a module from a Flax tree of gradients."""
    for _, ours, theirs in _paired(gradients, module):
        # Fused optimisers walk through memory: the strides have to be the weight's.
        theirs.grad = torch.empty_like(theirs).copy_(torch.from_numpy(ours))


def params_like(params: Mapping[str, Any], module: nn.Module) -> list[Compared]:
    """Pairs a Flax tree of parameters with a module's weights, in PyTorch's layout.

    Args:
        params: a Flax tree of the same network.
        module: the PyTorch twin.

    Returns:
        (name, from Flax, from PyTorch) for every parameter.
    """
    return [
        (name, ours, theirs.detach().numpy().copy())
        for name, ours, theirs in _paired(params, module)
    ]


def gradients_like(gradients: Mapping[str, Any], module: nn.Module) -> list[Compared]:
    """Pairs a Flax tree of gradients with every `.grad`, like `params_like`."""
    return [
        (name, ours, np.zeros_like(ours) if grad is None else grad.numpy())
        for name, ours, theirs in _paired(gradients, module)
        for grad in (theirs.grad,)
    ]


def vectors_like(vectors: Mapping[str, Any], module: nn.Module) -> dict[str, Any]:
    """Renames spectral vectors, from Flax paths of kernels to PyTorch's names."""
    names = {id(param): name for name, param in module.named_parameters()}
    renamed = {}
    for path, vector in vectors.items():
        *parents, leaf = path.split("/")
        layer = module
        for name in parents:
            layer = _child(layer, name)
        weight = getattr(layer, LEAVES[leaf])
        renamed[names[id(weight)]] = torch.from_numpy(np.array(vector))
    return renamed


def to_torch_layout(array: np.ndarray, layer: nn.Module, leaf: str) -> np.ndarray:
    """Brings one Flax leaf into the layout of its PyTorch layer."""
    if leaf != "kernel":
        channels = getattr(layer, "map_out", None)
        return array.reshape(-1, channels).T.ravel() if channels else array
    if array.ndim == 4:
        # Both libraries correlate; a transposed convolution keeps the kernel of the
        # convolution that it transposes, so both kinds move axes alike.
        return array.transpose(3, 2, 0, 1)
    kernel = array.T
    # A flattened map is ordered [H, W, C] in Flax and [C, H, W] here.
    if channels := getattr(layer, "map_in", None):
        kernel = kernel.reshape(len(kernel), -1, channels).swapaxes(1, 2)
        return kernel.reshape(len(kernel), -1)
    if channels := getattr(layer, "map_out", None):
        kernel = kernel.reshape(-1, channels, kernel.shape[-1]).swapaxes(0, 1)
        return kernel.reshape(-1, kernel.shape[-1])
    return kernel


def _paired(
    params: Mapping[str, Any], module: nn.Module, prefix: str = ""
) -> Iterator[tuple[str, np.ndarray, nn.Parameter]]:
    for name, entry in params.items():
        if isinstance(entry, Mapping):
            yield from _paired(entry, _child(module, name), f"{prefix}{name}/")
        else:
            array = np.array(to_torch_layout(np.asarray(entry), module, name))
            yield prefix + name, array, getattr(module, LEAVES[name])


def _child(module: nn.Module, name: str) -> nn.Module:
    if hasattr(module, name):
        return getattr(module, name)
    kind, index = name.rsplit("_", 1)
    return getattr(module, kind)[int(index)]
