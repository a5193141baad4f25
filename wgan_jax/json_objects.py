"""JSON objects from files that anybody may have written: bounded in depth.

Parsing and whatever walks the result afterwards are recursive, and how deep they get
depends on the version of Python. Whoever reads the file bounds its size.
"""

import json
from typing import Any

MAX_DEPTH = 64  # the deepest of ours, the features of a TFDS dataset, take about 20


def parse_object(data: bytes) -> dict[str, Any]:
    """Parses a JSON object.

    Args:
        data: the whole file.

    Returns:
        The object, at most `MAX_DEPTH` levels deep.

    Raises:
        ValueError: it is something else; the message completes the phrase `it is ...`.
    """
    try:
        value = json.loads(data)
    except RecursionError:
        raise ValueError(_DEEP) from None
    except ValueError as error:
        raise ValueError(f"not JSON ({error})") from None
    if not isinstance(value, dict):
        raise ValueError(f"a JSON {type(value).__name__}, not an object")
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return value
    raise ValueError(_DEEP)


_DEEP = f"nested too deeply, more than {MAX_DEPTH} levels"


def _children(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else []
