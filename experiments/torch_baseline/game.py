"""The games of `wgan_jax` in PyTorch, step by step.

Same networks, initialisation, optimisers, batch, losses and update order as `wgan_jax`.
How a step runs is a `Form`: fused optimisers, real and fake samples in one pass or two,
channels last, `torch.compile`. Generated samples have no graph in critic updates, and
nothing waits for the device. Where samples come from is the business of `data`; who
prints losses, of the caller.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from experiments.torch_baseline import losses, penalties
from experiments.torch_baseline.forms import Form
from experiments.torch_baseline.losses import Settings
from experiments.torch_baseline.networks import build


class Game:
    """Two networks, their optimisers and what the constraint carries along."""

    def __init__(
        self, settings: Settings, shape: tuple[int, ...], form: Form, device: str
    ) -> None:
        """Builds and initialises for samples [C, H, W] or [d]."""
        self.settings, self.form, self.device = settings, form, torch.device(device)
        self.generator, self.critic = (
            self._placed(network)
            for network in build(
                settings.network,
                shape,
                settings.latent_dim,
                settings.width,
                settings.objective == "energy_based",
                settings.num_classes,
                settings.generator_width,
                settings.sum_pooling,
            )
        )
        rates = settings.generator_learning_rate, settings.critic_learning_rate
        self.generator_optimizer = self._optimizer(self.generator, rates[0])
        self.critic_optimizer = self._optimizer(self.critic, rates[1])
        spectral = settings.constraint == "spectral"
        self.vectors = losses.spectral_vectors(self.critic) if spectral else {}
        wrap = torch.compile if form.compiled else lambda function: function
        self.critic_loss = wrap(self._critic_loss)
        self.generator_loss = wrap(self._generator_loss)
        self.generate = wrap(self.generator)

    def _placed(self, network: nn.Module) -> nn.Module:
        network = network.to(self.device)
        if self.form.channels_last:
            return network.to(memory_format=torch.channels_last)  # pyright: ignore
        return network

    @property
    def _captured(self) -> bool:
        return self.form.graph and self.device.type == "cuda"

    def _optimizer(self, network: nn.Module, rate: float) -> torch.optim.Optimizer:
        settings, params = self.settings, network.parameters()
        if settings.optimizer == "adam":
            betas = (settings.beta1 or 0.0, settings.beta2 or 0.0)
            fused = True if self.form.fused else None
            return torch.optim.Adam(
                params, rate, betas, fused=fused, capturable=self._captured
            )
        if settings.optimizer == "rmsprop":
            foreach = True if self.form.fused else None
            alpha = settings.beta2 or 0.0
            return torch.optim.RMSprop(
                params, rate, alpha, foreach=foreach, capturable=self._captured
            )
        return torch.optim.SGD(params, rate)

    def _scores(self, vectors: losses.Vectors):
        score, new = self.critic, vectors
        if vectors:
            score, new = losses.spectral_scores(self.critic, vectors)
        if self.settings.constraint == "normalization":
            score = losses.normalized(score)
        return score, new

    def _critic_loss(
        self,
        real: torch.Tensor,
        fake: torch.Tensor,
        draws: penalties.Draws,
        vectors: losses.Vectors,
        *labels: torch.Tensor,
    ) -> tuple[torch.Tensor, losses.Vectors]:
        score, new = self._scores(vectors)
        if self.form.joined:
            twice = (torch.cat([each, each]) for each in labels)
            scores = score(torch.cat([real, fake]), *twice).chunk(2)
        else:
            scores = score(real, *labels), score(fake, *labels)
        value = losses.objective_critic(self.settings, *scores)
        plain = _of_classes(self.critic, labels)
        cost = penalties.penalty(self.settings, plain, real, fake, draws)
        return value if cost is None else value + cost, new

    def _generator_loss(
        self,
        latents: torch.Tensor,
        vectors: losses.Vectors,
        real: torch.Tensor | None,
        *labels: torch.Tensor,
    ) -> torch.Tensor:
        fake = self.generator(latents, *labels)
        settings = self.settings
        if settings.pulling_away:
            critic: Any = self.critic
            embeddings = critic.encode(fake)
            energies = critic.energies(fake, embeddings)
            value = losses.objective_generator(settings, energies)
            return value + settings.pulling_away * losses.pulling_away(embeddings)
        score = _of_classes(self._scores(vectors)[0], labels)
        real_scores = None if real is None else score(real)
        return losses.objective_generator(settings, score(fake), real_scores)

    def update_critic(
        self,
        real: torch.Tensor,
        latents: torch.Tensor,
        draws: penalties.Draws,
        *labels: torch.Tensor,
    ) -> torch.Tensor:
        """One critic update on real samples, noise and the penalty's draws given.

        Conditional networks take the class of each real sample besides, [B]: the
        generated ones are made of the same.
        """
        with torch.no_grad():
            fake = self.generate(latents, *labels)
        self.critic_optimizer.zero_grad(set_to_none=True)
        shown = real, fake, draws, self.vectors
        value, self.vectors = self.critic_loss(*shown, *labels)
        value.backward()
        self.critic_optimizer.step()
        if self.settings.constraint == "clipping":
            self._clip()
        return value.detach()

    def _clip(self) -> None:
        limit = self.settings.clip_limit
        assert limit is not None
        with torch.no_grad():
            params = [p.data for p in self.critic.parameters()]
            if self.form.fused:
                foreach: Any = torch
                foreach._foreach_clamp_min_(params, -limit)
                foreach._foreach_clamp_max_(params, limit)
                return
            for param in params:
                param.clamp_(-limit, limit)

    def update_generator(
        self,
        latents: torch.Tensor,
        real: torch.Tensor | None = None,
        *labels: torch.Tensor,
    ) -> torch.Tensor:
        """One generator update on the noise given; the critic stands still.

        `real` are the samples that a relativistic objective pairs with generated ones,
        `labels` the classes to make, [B], of conditional networks alone.
        """
        for param in self.critic.parameters():
            param.requires_grad_(False)
        self.generator_optimizer.zero_grad(set_to_none=True)
        real = real if self.settings.objective == "relativistic" else None
        times = self.settings.generator_batch
        real = None if real is None else real.repeat_interleave(times, 0)
        labels = tuple(each.repeat_interleave(times, 0) for each in labels)
        value = self.generator_loss(latents, self.vectors, real, *labels)
        value.backward()
        self.generator_optimizer.step()
        for param in self.critic.parameters():
            param.requires_grad_(True)
        return value.detach()

    def latents(self, batches: int = 1) -> torch.Tensor:
        """Fresh z ~ N(0, I), [batches x B, latent]."""
        shape = (batches * self.settings.batch_size, self.settings.latent_dim)
        return torch.randn(shape, device=self.device)

    def step(self, batches: Iterator[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """n_critic critic updates, one of the generator; returns both last losses."""
        value, real = torch.zeros(()), None
        for _ in range(self.settings.n_critic):
            real = next(batches)
            draws = penalties.draw(self.settings, real)
            value = self.update_critic(real, self.latents(), draws)
        latents = self.latents(self.settings.generator_batch)
        return value, self.update_generator(latents, real)


def _of_classes(score: losses.Score, labels: tuple[torch.Tensor, ...]) -> losses.Score:
    """Scores as a function of samples alone, with their classes held."""
    return lambda samples: score(samples, *labels)
