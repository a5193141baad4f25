"""Labels in the program of a run: there where they are read, and only there."""

import dataclasses

import jax
import numpy as np

import wgan_jax
from tests.runs import images, points
from wgan_jax.data.dataset import Dataset
from wgan_jax.loop import program
from wgan_jax.loop.plan import Plan, make_plan
from wgan_jax.loop.session import _must_agree as must_agree


def lowered(monkeypatch, data, recipe=None, **fields) -> tuple[str, Plan]:
    """The text of the program that a run would compile, and its plan."""
    texts = []
    monkeypatch.setattr(
        program,
        "compile_in_background",
        lambda lowered: texts.append(lowered.as_text()),
    )
    plan = make_plan(wgan_jax.Config(**fields), data, recipe)
    program.compile_dispatch(plan)
    return texts[0], plan


def test_labels_that_nobody_reads_change_no_operation(monkeypatch):
    given, labels = points(), np.arange(50, dtype=np.int32) % 5
    bare = Dataset("bare", given, given[:0], None, None, "")
    labelled = dataclasses.replace(bare, train_labels=labels)
    fields = {"variant": "gp", "width": 8, "batch_size": 8, "devices": 1}
    texts = [lowered(monkeypatch, data, **fields)[0] for data in (bare, labelled)]
    assert texts[0] == texts[1]
    assert "tensor<50x" in texts[0]  # the data are in it, and would be seen


def test_hosts_agree_on_the_labels_that_they_read(monkeypatch):
    monkeypatch.setattr(jax, "process_count", lambda: 2)
    first = Dataset("mine", images(), images()[:0], np.arange(50) % 5, None, "")
    other = dataclasses.replace(first, train_labels=(np.arange(50) + 1) % 5)
    fields = {"variant": "gan", "network": "dcgan", "width": 2, "batch_size": 8}
    config = wgan_jax.Config(devices=1, conditional=True, **fields)
    agreed = [must_agree(make_plan(config, data)) for data in (first, other, first)]
    assert agreed[0] == agreed[2] != agreed[1]


def test_labels_that_are_read_lie_beside_the_images_as_bytes(monkeypatch):
    data = Dataset("mine", images(), images()[:0], np.arange(50) % 5, None, "")
    fields = {"variant": "gan", "network": "dcgan", "width": 2, "batch_size": 8}
    text, plan = lowered(monkeypatch, data, conditional=True, devices=1, **fields)
    assert plan.num_classes == 5
    assert "tensor<1x50x8x8x1xui8>" in text
    assert "tensor<1x50xi32>" in text
