"""The command: parse -> Config -> train -> exit code.

Nothing heavy is imported before `--help` is answered or bad arguments are refused.
"""

import os
import sys
from collections.abc import Sequence

from wgan_jax.arguments import parse
from wgan_jax.errors import DivergedError, LostHostError, UserError
from wgan_jax.interrupts import InterruptedRunError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when the run is done, 2 for bad arguments or missing data, 3 when training
        diverged, 130 or 143 when it was interrupted.
    """
    try:
        config = parse(sys.argv[1:] if arguments is None else arguments)

        from wgan_jax.loop import train

        result = train(config)
    except (UserError, DivergedError, InterruptedRunError) as error:
        print(f"wgan_jax: {error}", file=sys.stderr)
        return error.exit_code
    except LostHostError as error:
        print(f"wgan_jax: {error}", file=sys.stderr, flush=True)
        # The runtime would wait at exit for the host that is gone.
        os._exit(error.exit_code)
    except KeyboardInterrupt:
        print("wgan_jax: interrupted", file=sys.stderr)
        return 130
    if result.run_dir and not config.quiet:
        print(result.run_dir)
    return 0


if __name__ == "__main__":
    sys.exit(main())
