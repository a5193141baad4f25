"""How large a data set may be: it lives in memory, on the host and on every device.

Asked before anything is allocated, because a file's header can promise any size.
"""

import contextlib
import os
from collections.abc import Iterator

from wgan_jax.errors import UserError

_UNKNOWN = 16 << 30  # where the system does not tell its memory


def most_bytes() -> int:
    """Returns the most that one data set may take: a third of the machine's memory."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 3
    except (AttributeError, ValueError, OSError):
        return _UNKNOWN


def refuse_large(size: int, what: str, advice: str) -> None:
    """Refuses data that would not fit.

    Args:
        size: bytes.
        what: what would take them, the subject of the message.
        advice: what to do, a full sentence.

    Raises:
        UserError: above a third of the machine's memory: splitting takes a copy.
    """
    if size > (limit := most_bytes()):
        raise UserError(
            f"{what} would take {size / 2**30:,.1f} GiB, and a third of this machine's "
            f"memory is {limit / 2**30:,.1f} GiB. {advice}"
        )


@contextlib.contextmanager
def memory_for(what: str) -> Iterator[None]:
    """Names what is read where there is not enough memory for it.

    Args:
        what: a file or folder.

    Raises:
        UserError: when the block raises MemoryError.
    """
    try:
        yield
    except MemoryError as error:
        reason = f" ({error})" if str(error) else ""
        raise UserError(
            f"not enough memory to read {what}{reason}. Free some memory, raise the "
            "limit (`ulimit -v`), or give fewer or smaller samples."
        ) from None
