"""The command, with hosts that soon count as silent, for a test that freezes one."""

import sys

from wgan_jax.parallel import watch
from wgan_jax.run import main

if __name__ == "__main__":
    watch.SILENT_SECONDS = float(sys.argv.pop(1))
    sys.exit(main())
