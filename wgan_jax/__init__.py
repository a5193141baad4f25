"""wgan_jax."""
