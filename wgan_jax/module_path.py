"""Where a command looks for modules: in what is installed, not where it is started.

`python -m` puts the working directory first. A folder `torch` or a file `jax.py` there
would be imported in the place of the package of that name, and run.
"""

import os
import sys


def leave_out_working_directory() -> None:
    """Takes the working directory off the module path, where `python -m` put it.

    For a process that is a command, before it imports anything heavy. What PYTHONPATH
    names stays, the working directory as well.
    """
    # Python was told already, by -P or PYTHONSAFEPATH: the first entry is another one.
    if sys.flags.safe_path or not sys.path:
        return
    try:
        here = os.getcwd()
    except FileNotFoundError:  # removed meanwhile
        here = ""
    if sys.path[0] in ("", here):
        del sys.path[0]
