"""Parts of one's own, and a game of them, for tests of what refuses them."""

from typing import Any

from flax import linen as nn

from tests.games import Linear, by_hand
from wgan_jax.constraints import unconstrained

PLANE = (2,)


class Mapped(nn.Module):
    """One hidden layer, then whatever `last` makes of scores [B, 1]."""

    last: Any = staticmethod(lambda scores: scores[:, 0])
    hidden: Any = staticmethod(nn.relu)

    @nn.compact
    def __call__(self, x, train):
        return self.last(nn.Dense(1)(self.hidden(nn.Dense(8)(x))))


class Attention(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        tokens = x[:, :, None]
        return nn.MultiHeadDotProductAttention(2, qkv_features=4)(tokens).mean((1, 2))


def game(critic: Any = None, constraint: Any = None, **parts: Any):
    recipe = by_hand(constraint or unconstrained(), **parts)
    return recipe._replace(critic=critic or Linear())
