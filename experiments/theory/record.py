"""What an experiment found, as a JSON file: every number beside its target."""

import json
import math
from pathlib import Path
from typing import Any

from experiments.theory.claims import Claim, Result
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.errors import UserError
from wgan_jax.files import disk_errors, write_atomic


def write_record(path: Path, name: str, settings: Any, result: Result) -> None:
    """Writes what was found, with the command that finds it again.

    Args:
        path: the JSON file.
        name: of the experiment.
        settings: sizes and tolerances that it was run with, a NamedTuple.
        result: what was found.

    Raises:
        ArtifactError: the file cannot be written.
    """
    record = {
        "experiment": name,
        "settings": settings,
        "claims": [claim._asdict() | {"holds": claim.holds} for claim in result.claims],
        "series": result.series,
    }
    text = json.dumps(plain(record), indent=1, allow_nan=False) + "\n"
    with disk_errors(f"write {path}", ADVICE):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, text.encode())


def read_record(path: Path) -> Result:
    """Reads what `write_record` wrote.

    Raises:
        UserError: there is no such file, or it holds something else.
    """
    try:
        record = json.loads(path.read_text("utf-8"))
        claims = [Claim(**_fields(entry)) for entry in record["claims"]]
        return Result(claims, record["series"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is no result of an experiment ({error!r}): run it first "
            f"(python -m experiments.theory {path.stem})."
        ) from error


def _fields(entry: dict[str, Any]) -> dict[str, Any]:
    numbers = {k: float(entry[k]) for k in ("value", "low", "high")}
    return {k: v for k, v in entry.items() if k != "holds"} | numbers


def plain(value: Any) -> Any:
    """Makes JSON's types of arrays and NamedTuples; six digits, infinities as text."""
    if hasattr(value, "_asdict"):  # settings of a part
        value = value._asdict()
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else str(value)
    return value
