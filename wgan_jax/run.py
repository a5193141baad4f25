"""The command: words -> what was given -> train -> exit code.

Nothing heavy is imported before `--help` is answered or bad arguments are refused.
"""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from wgan_jax.config.command_line import parse
from wgan_jax.errors import DivergedError, LostHostError, UserError
from wgan_jax.loop.signals import InterruptedRunError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when the run is done, 2 for bad arguments, data or disk, 3 when training
        diverged, 130 or 143 when it was interrupted. Where another host was lost, or a
        second signal came, the process exits at once, with 4 or with 130 or 143.
    """
    try:
        given = parse(sys.argv[1:] if arguments is None else arguments)
        if given.get("compilation_cache") or given.get("resume"):
            _silence_program_loader()

        from wgan_jax.loop.train import train_given

        result = train_given(given)
    except (UserError, DivergedError, InterruptedRunError) as error:
        print(f"wgan_jax: {error}", file=sys.stderr)
        return error.exit_code
    except LostHostError as error:
        print(f"wgan_jax: {error}", file=sys.stderr, flush=True)
        # The runtime would wait at exit for the host that is gone.
        os._exit(error.exit_code)
    except KeyboardInterrupt as error:
        words = "wgan_jax: stopped at once, without a checkpoint."
        print(words, file=sys.stderr, flush=True)
        # Compiling or computing on other threads would crash an interpreter that ends.
        os._exit(getattr(error, "exit_code", 130))
    except Exception as error:
        if not _is_out_of_memory(error):
            raise
        print(f"wgan_jax: {_OUT_OF_MEMORY} ({error})", file=sys.stderr)
        return UserError.exit_code
    if result.run_dir and not result.config.quiet:
        _print(str(result.run_dir))
    return 0


def _silence_program_loader() -> None:
    """Silences a warning of XLA (jaxlib < 0.11) for every program read from the cache.

    It names two preferences of the compiler as features that the machine lacks. The
    level is read once, when jaxlib is imported.
    """
    if tuple(map(int, version("jaxlib").split(".")[:2])) < (0, 11):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


_OUT_OF_MEMORY = (
    "not enough memory. Choose a smaller batch_size, width, latent_dim, n_critic or "
    "steps_per_dispatch."
)


def _is_out_of_memory(error: Exception) -> bool:
    # XLA's errors have one class, which cannot be imported before --help is answered.
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)


def _print(words: str) -> None:
    """Prints to stdout; a finished run does not fail for want of a reader."""
    try:
        print(words, flush=True)
    except OSError:
        # Otherwise Python tries again at exit, and fails.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    sys.exit(main())
