"""How large a data set may be: it lives in memory, on the host and on every device.

Asked before anything is allocated, because a file's header can promise any size.
"""

import os

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
