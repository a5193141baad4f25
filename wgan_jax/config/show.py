"""A config as a table for people: field, value, where it comes from."""

from collections.abc import Mapping

from wgan_jax.config.config import Config
from wgan_jax.config.help_text import groups


def config_table(config: Config, sources: Mapping[str, str]) -> str:
    """Lists the fields of a run that have a value, in the order of `--help`.

    Args:
        config: the run, without blanks.
        sources: as `sources.sources_of` names them; empty where nothing is known.

    Returns:
        Aligned lines, without a final newline.
    """
    rows = [("field", "value", "source")]
    for fields in groups().values():
        for field in fields:
            value = getattr(config, field.name)
            if value is not None:
                source = sources.get(field.name, "not recorded")
                rows.append((field.name, str(value), source))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(
        f"{name:{widths[0]}}  {value:{widths[1]}}  {source}"
        for name, value, source in rows
    )
