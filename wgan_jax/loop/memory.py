"""How much memory of the host is free, so that what cannot fit is refused early.

Linux kills a process that takes too much, without a word. This module knows bytes and
not what they are for.
"""

import os
import resource
from pathlib import Path
from typing import Any

import jax

from wgan_jax.errors import UserError

_INFORMATION = Path("/proc/meminfo")
_OWN_PAGES = Path("/proc/self/statm")
_GROUP = Path("/sys/fs/cgroup")  # of a container, version 2


def require_memory(size: int, what: str, advice: str) -> None:
    """Refuses what the free memory cannot hold.

    Args:
        size: bytes wanted.
        what: what they are for, the subject of the message.
        advice: what the user can do, a full sentence.

    Raises:
        UserError: when less is free.
    """
    free = free_memory()
    if free is not None and size > free:
        raise UserError(
            f"{what} would take {_words(size)} of memory, and {_words(free)} are free. "
            f"{advice}"
        )


def bytes_of(tree: Any) -> int:
    """Counts the bytes of a tree of arrays, or of their shapes."""
    return sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree))


def free_memory() -> int | None:
    """Returns the bytes that can still be taken; None where nothing tells."""
    known = (_free_on_machine(), _free_in_group(), _free_in_process())
    known = [n for n in known if n is not None]
    return min(known, default=None)


def _free_on_machine() -> int | None:
    try:
        for line in _INFORMATION.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:  # not Linux: all of it is the most that can be said
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _free_in_group() -> int | None:
    try:
        limit = int((_GROUP / "memory.max").read_text())
        used = int((_GROUP / "memory.current").read_text())
        # Copies of files count as used, and give way to whoever asks for memory.
        lines = (_GROUP / "memory.stat").read_text().splitlines()
        counts = dict(line.split() for line in lines)
        used -= sum(int(counts.get(name, 0)) for name in _GIVING_WAY)
    except (OSError, ValueError):  # no group, or the word `max`: no limit
        return None
    return max(0, limit - used)


_GIVING_WAY = ("active_file", "inactive_file", "slab_reclaimable")


def _free_in_process() -> int | None:
    """Of the address space that `ulimit -v` leaves to this process."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    try:
        pages = int(_OWN_PAGES.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    if limit == resource.RLIM_INFINITY:
        return None
    return max(0, limit - pages * resource.getpagesize())


def _words(size: int) -> str:
    return f"{size / 1e9:,.3g} GB"
