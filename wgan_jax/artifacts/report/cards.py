"""The numbers that are asked for first: quality, then steps, time and speed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from wgan_jax.artifacts.progress import duration
from wgan_jax.artifacts.report.again import evaluate_line
from wgan_jax.artifacts.report.markup import Markup, element, join
from wgan_jax.artifacts.report.quantities import compares, interval, labelled, value
from wgan_jax.artifacts.report.record import Record

# Beside the metrics in a row of evaluations.jsonl.
NO_METRIC = {"step", "weights", "count"}
_MOST = 6  # cards of quality; the table has the rest


class Card(NamedTuple):
    """One number.

    Attributes:
        label: what it is.
        value: the number, in words.
        notes: short lines below it.
        quality: whether it measures the samples.
    """

    label: str
    value: str
    notes: tuple[str, ...] = ()
    quality: bool = False


def draw_cards(record: Record) -> Markup:
    """Draws the cards of a run, and how to measure quality where nobody did."""
    quality, how = _quality(record)
    cards = element("dl", *map(_draw, [*quality, *_course(record)]), class_="cards")
    if quality:
        return join(cards, element("p", how, class_="note"))
    command = element("code", evaluate_line(record))
    words = element("p", "Not evaluated yet: ", command, class_="missing")
    return join(words, cards)


def results_of(evaluation: Mapping[str, Any]) -> dict[str, dict[str, dict]]:
    """What was measured: weights -> metric -> `value`, `low`, `high` and `floor`."""
    results = evaluation.get("results")
    if not isinstance(results, dict):
        return {}
    return {
        str(weights): {n: e for n, e in metrics.items() if isinstance(e, dict)}
        for weights, metrics in results.items()
        if isinstance(metrics, dict)
    }


def chosen_weights(evaluation: Mapping[str, Any]) -> str | None:
    """The weights whose evaluation is shown first: the average where there is one."""
    names = results_of(evaluation)
    return "ema" if "ema" in names else next(iter(names), None)


def protocol(evaluation: Mapping[str, Any]) -> str:
    """How an evaluation was made: samples, split and feature net."""
    count, split = evaluation.get("count"), evaluation.get("split")
    words = [f"on {count:,} samples" if isinstance(count, int) else None]
    words += [f"against the {split} split" if split else None]
    if features := evaluation.get("features"):
        digest = str(evaluation.get("features_sha256") or "")[:8]
        words += [f"features {features}" + (f" ({digest})" if digest else "")]
    return ", ".join(word for word in words if word)


def measured_how(evaluation: Mapping[str, Any]) -> str:
    """As `protocol`, with the step: `Measured at step 600, on 297 samples`."""
    step = evaluation.get("step")
    when = f"at step {step:,}, " if isinstance(step, int) else ""
    return f"Measured {when}{protocol(evaluation)}"


def _draw(card: Card) -> Markup:
    return element(
        "div",
        element("dt", card.label),
        element("dd", card.value),
        *(element("dd", note, class_="note") for note in card.notes),
        class_="quality" if card.quality else None,
    )


def _quality(record: Record) -> tuple[list[Card], str]:
    """The cards of what was measured, and how it was."""
    weights = chosen_weights(record.evaluation)
    if weights is not None:
        net = record.evaluation.get("features_title")
        results = results_of(record.evaluation)[weights]
        names = [name for name in results if compares(name)][:_MOST]
        how = f"{measured_how(record.evaluation)}, {weights} weights."
        return [_measured(labelled(n, net), results[n]) for n in names], how
    return _last_evaluation(record.evaluations) if record.evaluations else ([], "")


def _measured(label: str, entry: Mapping[str, Any]) -> Card:
    notes = []
    if ends := interval(entry):
        notes.append(f"95 %: {ends}")
    if entry.get("floor") is not None:
        notes.append(f"real samples: {value(entry['floor'])}")
    return Card(label, value(entry.get("value")), tuple(notes), True)


def _last_evaluation(rows: list[dict[str, Any]]) -> tuple[list[Card], str]:
    step = rows[-1]["step"]
    last = {str(r.get("weights")): r for r in rows if r["step"] == step}
    row = last.get("ema") or rows[-1]
    how = f"Measured while it trained, at step {step:,}, on {row.get('count')} samples"
    cards = [
        Card(labelled(name), value(entry), quality=True)
        for name, entry in row.items()
        if name not in NO_METRIC and compares(name)
    ]
    return cards[:_MOST], f"{how}, {row.get('weights')} weights."


def _course(record: Record) -> list[Card]:
    wanted = record.config.get("steps")
    unfinished = isinstance(wanted, int) and record.step < wanted
    notes = [f"of {wanted:,}"] if unfinished else []
    notes += [f"diverged at {record.diverged}"] if record.diverged else []
    cards = [Card("steps", f"{record.step:,}", tuple(notes))]
    elapsed = record.elapsed
    if (seconds := elapsed.get("wall_seconds")) is not None:
        starts = elapsed.get("starts", 1)
        notes = (f"in {starts} starts",) if starts > 1 else ()
        cards.append(Card("time", duration(seconds), notes))
    if speed := elapsed.get("steps_per_second"):
        first = elapsed.get("first_step_seconds")
        notes = (f"first step after {duration(first)}",) if first else ()
        cards.append(Card("steps per second", f"{speed:,.1f}", notes))
    return cards
