"""The tables of a page: facts of a run, its config with sources, its evaluation."""

from collections.abc import Mapping
from typing import Any

from wgan_jax.artifacts.report.cards import measured_how, results_of
from wgan_jax.artifacts.report.markup import Markup, element, join, table
from wgan_jax.artifacts.report.quantities import interval, labelled, value
from wgan_jax.artifacts.report.record import Record

_GIVEN = "given"
_NOT_OF_THE_RUN = {"resume", "quiet"}  # but of the process that made it


def facts_of(record: Record) -> dict[str, str]:
    """What a reader of a log asks of a run: data, networks, time and place.

    Args:
        record: the run; what its version did not record is left out.

    Returns:
        Word -> answer.
    """
    environment, config = record.environment, record.config
    facts = {
        "data": _data(environment.get("dataset"), config),
        "networks": _networks(environment.get("parameters"), config),
        "started": _started(environment),
        "device": _device(environment or record.summary),
        "commit": environment.get("commit"),
        "folder": str(record.path),
    }
    return {word: answer for word, answer in facts.items() if answer}


def draw_facts(facts: Mapping[str, Any]) -> Markup:
    """Draws words with their answers as a short list."""
    entries = (
        element("div", element("dt", word), element("dd", answer))
        for word, answer in facts.items()
    )
    return element("dl", *entries, class_="facts")


def draw_config(record: Record) -> Markup:
    """Draws the config: what was given stands out from what a preset filled in."""
    own = record.own
    records = {**own.get("own_parts", {}), **own.get("own_data", {})}
    rows: list[list[Any]] = [[name, answer] for name, answer in records.items()]
    if record.sources:
        rows = [[*row, _source(_GIVEN)] for row in rows]
    for name, answer in record.config.items():
        if answer is None or name in _NOT_OF_THE_RUN:
            continue
        source = [_source(record.sources.get(name, ""))] if record.sources else []
        rows.append([name, answer, *source])
    head = ["option", "value", *(["from"] if record.sources else [])]
    return table(head, rows, class_="config")


def draw_evaluation(evaluation: Mapping[str, Any]) -> Markup | None:
    """Draws everything that was measured, for each set of weights, or None."""
    results = results_of(evaluation)
    if not results:
        return None
    net, several = evaluation.get("features_title"), len(results) > 1
    rows = [
        [labelled(name, net), *([weights] if several else []), *_cells(entry)]
        for weights, metrics in results.items()
        for name, entry in metrics.items()
    ]
    head = ["metric", *(["weights"] if several else [])]
    head += ["value", "95 % interval", "real samples"]
    notes = [f"{measured_how(evaluation)}.", _reading(evaluation)]
    words = (element("p", note, class_="note") for note in notes if note)
    return join(*words, table(head, rows, class_="numbers"))


def _reading(evaluation: Mapping[str, Any]) -> str | None:
    """What the critic's own estimate says beside what was measured."""
    estimate = evaluation.get("estimate")
    return str(estimate.get("words", "")) if isinstance(estimate, dict) else None


def _cells(entry: Mapping[str, Any]) -> list[str]:
    floor = entry.get("floor")
    shown = "" if floor is None else value(floor)
    return [value(entry.get("value")), interval(entry) or "", shown]


def _source(words: str) -> Markup:
    given = words == _GIVEN
    return element("td", element("b", words) if given else words, class_="source")


def _data(dataset: Any, config: Mapping[str, Any]) -> str | None:
    if not isinstance(dataset, dict):
        return config.get("dataset")
    sizes = f"{_count(dataset.get('train'))} training and "
    sizes += f"{_count(dataset.get('test'))} test samples"
    size = " x ".join(map(str, dataset.get("shape") or []))
    size += " pixels" if "x" in size else " coordinates" if size else ""
    words = [str(dataset.get("name")), sizes, size, dataset.get("source")]
    return ", ".join(word for word in words if word)


def _networks(parameters: Any, config: Mapping[str, Any]) -> str | None:
    name = config.get("network")
    if not isinstance(parameters, dict):
        return name
    sizes = [f"{role} {_count(n)} parameters" for role, n in parameters.items()]
    return ", ".join([*([str(name)] if name else []), *sizes])


def _started(environment: Mapping[str, Any]) -> str | None:
    when = environment.get("started")
    if not when:
        return None
    host = environment.get("host")
    time = str(when).replace("T", " ").replace("+00:00", " UTC").replace("Z", " UTC")
    return f"{time} on {host}" if host else time


def _device(environment: Mapping[str, Any]) -> str | None:
    kind = environment.get("device_kind")
    if not kind:
        return None
    words = f"{environment.get('device_count', 1)} × {kind}"
    cpu = environment.get("cpu")
    return f"{words}, {cpu}" if cpu else words


def _count(number: Any) -> str:
    return f"{number:,}" if isinstance(number, int) else str(number)
