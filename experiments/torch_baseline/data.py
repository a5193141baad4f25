"""How the PyTorch side reads its samples: from memory, or as published.

The published way is `torchvision.datasets.MNIST` under a DataLoader in the main
process, with the transforms of the widely used scripts. torchvision is not needed for
it: `PerSample` does per sample what its `__getitem__`, `Resize`, `ToTensor` and
`Normalize` do, PIL image included. This module knows no networks.
"""

import warnings
from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


def in_memory(
    data: np.ndarray, batch_size: int, device: str, *, channels_last: bool
) -> Iterator[torch.Tensor]:
    """Batches for ever, each epoch in a new order, from tensors on the device.

    Args:
        data: uint8 images [N, H, W, C] or float points [N, d].
        batch_size: B.
        device: where the samples are kept.
        channels_last: the memory format of images.

    Yields:
        [B, C, H, W] in [-1, 1], or [B, d].
    """
    samples = _shared(data).to(device)
    if samples.ndim == 4:
        layout = torch.channels_last if channels_last else torch.contiguous_format
        samples = samples.permute(0, 3, 1, 2).contiguous(memory_format=layout)
    while True:
        order = torch.randperm(len(samples), device=device)
        for start in range(0, len(order) - batch_size + 1, batch_size):
            batch = samples[order[start : start + batch_size]]
            yield batch / 127.5 - 1 if batch.dtype == torch.uint8 else batch


def _shared(data: np.ndarray) -> torch.Tensor:
    """A tensor in the memory of an array, which may be read-only: only read."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(data)


class PerSample(Dataset):
    """Samples one at a time, images through PIL."""

    def __init__(self, data: np.ndarray) -> None:
        """Keeps uint8 images [N, H, W, 1 or 3] or float points [N, d]."""
        self.samples = _shared(data)

    def __len__(self) -> int:
        """Counts the samples."""
        return len(self.samples)

    def __getitem__(self, index: int) -> torch.Tensor:
        """One sample, [C, H, W] in [-1, 1] or [d]."""
        sample = self.samples[index]
        if sample.dtype != torch.uint8:
            return sample
        from PIL import Image

        # PIL knows grey images without an axis of channels, and in RGB with it last.
        image = Image.fromarray(sample.squeeze(2).numpy())
        image = image.resize((image.width, image.height), Image.Resampling.BILINEAR)
        pixels = torch.from_numpy(np.array(image, np.uint8, copy=True))
        pixels = pixels.view(*pixels.shape[:2], -1).permute(2, 0, 1)
        pixels = pixels.contiguous().to(torch.float32).div(255)
        return pixels.clone().sub_(0.5).div_(0.5)


def as_published(
    data: np.ndarray, batch_size: int, device: str
) -> Iterator[torch.Tensor]:
    """The same batches through a shuffling DataLoader; arguments as `in_memory`."""
    loader = DataLoader(
        PerSample(data), batch_size=batch_size, shuffle=True, drop_last=True
    )
    while True:
        for batch in loader:
            yield batch.to(device)
