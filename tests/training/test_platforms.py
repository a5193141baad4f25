"""What a run's program is on GPUs and TPUs, none of which is needed to find out.

Some members and networks that hold every kind of layer and of derivative; all of them:
`python -m experiments.accelerator lower`.
"""

import functools
import re

import jax
import pytest

from experiments.accelerator.lowering import problems, trace
from wgan_jax.parallel import backend

COVER = [
    ("gn", "dcgan", "cuda"),
    ("gp", "resnet", "tpu"),
    ("ebgan", "dcgan", "rocm"),
    ("wgan", "mlp", "cuda"),
    ("r3gan", "toy", "tpu"),
]
program = functools.cache(trace)


@pytest.fixture(scope="module", autouse=True)
def forget():
    yield
    program.cache_clear()


@pytest.mark.parametrize(("variant", "network", "platform"), COVER)
def test_a_program_has_nothing_that_only_cpus_want(variant, network, platform):
    made = program(variant, network)
    assert problems(made, made.lower(platform)) == []


def test_on_a_cpu_the_same_look_finds_its_convolutions():
    made = program("gn", "dcgan")
    found = problems(made, made.lower("cpu"))
    assert found[0] == "convolutions are not native"
    lost = made.lower("cuda").replace("tf.aliasing_output", "").replace("ui8", "f32")
    assert [words.split()[0] for words in problems(made, lost)] == ["the", "images"]


@pytest.mark.parametrize(
    ("precision", "word"), [(None, None), ("float32", "HIGHEST"), ("tf32", "HIGH")]
)
def test_every_product_has_the_precision_of_the_recipe(precision, word):
    """Convolutions are lowered long after they were traced, and used to forget it."""
    text = program("gn", "dcgan", precision=precision).lower("tpu")
    products = re.findall(
        r"stablehlo\.(?:dot_general|convolution).*?-> ", text, re.DOTALL
    )
    assert len(products) > 20
    for product in products:
        words = re.findall(r"HIGHEST|HIGH|DEFAULT", product)
        assert set(words) <= {"DEFAULT"} if word is None else words == [word, word]


@pytest.mark.parametrize(
    ("platform", "shape", "precision", "traced", "steps"),
    [
        ("cpu", (8, 8, 1), "float32", None, 100),
        ("cpu", (2,), "float32", None, 100),
        ("gpu", (8, 8, 1), "tf32", "tf32", 1000),
        ("tpu", (2,), "float32", "float32", 1000),
    ],
)
def test_what_a_run_takes_from_its_platform(
    platform, shape, precision, traced, steps, monkeypatch
):
    monkeypatch.setattr(jax, "default_backend", lambda: platform)
    assert backend.default_precision(shape) == precision
    assert backend.traced_precision(precision) == traced
    assert backend.traced_precision("bf16") == "bf16"
    assert backend.max_steps_per_dispatch(5 * 64) == steps
    assert backend.max_steps_per_dispatch(100 * 1024) == 100


@pytest.mark.parametrize(
    ("variant", "network"),
    [("r3gan", "toy"), ("dragan", "mlp"), ("gp", "dcgan"), ("gn", "resnet")],
)
def test_in_x64_mode_a_run_is_the_float32_run(variant, network):
    with jax.enable_x64(True):
        made = program(variant, network, ema_decay=0.5)
        results = [r.aval for e in made.equations() for r in e.outvars]
    # A Python number is float64 of no weight, and takes the type of what it meets.
    assert not [r for r in results if r.dtype == "float64" and not r.weak_type]
