"""A whole step of a game as one CUDA graph: launched once instead of kernel by kernel.

What a graph reads and writes keeps its place in memory, so samples are copied into
fixed tensors before each launch. Elsewhere than on a GPU the step is called as it is,
which tests the copies. This module knows no losses.
"""

from collections.abc import Callable, Iterator

import torch

from experiments.torch_baseline.game import Game

WARM_UP = 3  # steps on a stream of their own, before a graph may be captured


class GraphStep:
    """A game's step, captured at its first call."""

    def __init__(self, game: Game) -> None:
        """For a game whose optimisers are `capturable`."""
        self._game = game
        self._real: list[torch.Tensor] = []
        self._launch: Callable[[], tuple[torch.Tensor, ...]] | None = None

    def __call__(self, batches: Iterator[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Makes one step; returns both last losses, overwritten by the next step."""
        fresh = [next(batches) for _ in range(self._game.settings.n_critic)]
        if self._launch is None:
            self._real = [torch.empty_like(batch) for batch in fresh]
            self._fill(fresh)
            self._launch = self._capture()
        self._fill(fresh)
        return self._launch()

    def _fill(self, fresh: list[torch.Tensor]) -> None:
        for place, batch in zip(self._real, fresh, strict=True):
            place.copy_(batch)

    def _step(self) -> tuple[torch.Tensor, ...]:
        game, kept = self._game, self._game.vectors
        losses = game.step(iter(self._real))
        # The next launch reads the vectors where this one read them.
        for name, vector in kept.items():
            vector.copy_(game.vectors[name])
        game.vectors = kept
        return losses

    def _capture(self) -> Callable[[], tuple[torch.Tensor, ...]]:
        if self._game.device.type != "cuda":
            return self._step
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                self._step()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            losses = self._step()

        def launch() -> tuple[torch.Tensor, ...]:
            graph.replay()
            return losses

        return launch
