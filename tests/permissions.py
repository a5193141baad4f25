"""A place without permission, for tests that run as root and may look everywhere."""

import os
from pathlib import Path

import pytest


def forbid(patch: pytest.MonkeyPatch, place: Path) -> None:
    """Makes the system refuse to look at, list or open a place and what is in it."""
    for name in ("stat", "listdir", "scandir", "open"):
        patch.setattr(os, name, _refusing(getattr(os, name), os.fspath(place)))


def _refusing(call, place):
    def refuse(path, *given, **options):
        where = path if isinstance(path, int) else os.fspath(path)
        if str(where) == place or str(where).startswith(place + os.sep):
            raise PermissionError(13, "Permission denied", where)
        return call(path, *given, **options)

    return refuse
