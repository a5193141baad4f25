"""The forms in which PyTorch is measured, by name. This module imports no PyTorch."""

from typing import NamedTuple


class Form(NamedTuple):
    """One way of running the same step.

    Attributes:
        name: how reports call it.
        joined: real and fake samples go through the critic in one pass.
        channels_last: images and convolution kernels in channels-last memory.
        compiled: `torch.compile` on networks and losses.
        fused: optimisers as one kernel.
        graph: the whole step as one CUDA graph, on GPUs alone.
    """

    name: str
    joined: bool = True
    channels_last: bool = False
    compiled: bool = False
    fused: bool = True
    graph: bool = False


PUBLISHED = Form("as published", joined=False, fused=False)
FORMS = (
    Form("eager"),
    Form("eager, real and fake apart", joined=False),
    Form("eager, channels last", channels_last=True),
    Form("compiled", compiled=True),
    Form("compiled, channels last", channels_last=True, compiled=True),
    Form("CUDA graph", graph=True),
    Form("CUDA graph, channels last", channels_last=True, graph=True),
)


def tuned_forms(network: str, compiled: bool, graphs: bool = False) -> list[str]:
    """Names the tuned forms that can differ on a network.

    Args:
        network: `mlp`, `toy`, `dcgan`, `dcgan64` or `resnet`.
        compiled: whether `torch.compile` is among them.
        graphs: whether CUDA graphs are, which need a GPU.

    Returns:
        Names in `FORMS`.
    """
    return [
        form.name
        for form in FORMS
        if (network.startswith(("dcgan", "resnet")) or not form.channels_last)
        and (compiled or not form.compiled)
        and (graphs or not form.graph)
    ]
