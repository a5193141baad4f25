"""A run that was trained, measured: the numbers, their floors, the cache, refusals."""

import dataclasses
import json
import logging
import shutil
from typing import Any

import numpy as np
import pytest

import wgan_jax
from tests.runs import tiny_run, train
from wgan_jax import metrics
from wgan_jax.artifacts import checkpoints
from wgan_jax.data import load
from wgan_jax.errors import UserError
from wgan_jax.evaluate import main
from wgan_jax.loop.evaluation import floors, reference, reference_cache
from wgan_jax.loop.evaluation.evaluate_run import evaluate
from wgan_jax.loop.evaluation.reference import make_reference, open_features
from wgan_jax.metrics import registry

COUNT = 60


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A cache of this module's own, and two runs: `ring8` with an average, `digits`."""
    base = tmp_path_factory.mktemp("evaluate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFDS_DATA_DIR", str(base / "cache"))
        kept = {"checkpoint_every": 1, "evaluate_every": 1, "best": "wasserstein1"}
        fields = {"dataset": "ring8", "steps": 2, "ema_decay": 0.5} | kept
        train(tiny_run(base / "ring8", "gp", **fields))
        digits = tiny_run(base / "digits", dataset="digits", steps=1, network="mlp")
        train(dataclasses.replace(digits, width=None, ema_decay=0.0))
        evaluate(base / "digits", count=COUNT)
        yield base


def copy(base, tmp_path, name="ring8"):
    shutil.copytree(base / name, tmp_path / name)
    return tmp_path / name


def values(result, weights="raw"):
    return {name: each["value"] for name, each in result["results"][weights].items()}


def test_points_get_the_numbers_that_the_functions_give(base):
    result = evaluate(base / "ring8", count=COUNT, seed=3)
    data: Any = load("ring8")
    real = make_reference(data, COUNT, 3, None)
    trained = wgan_jax.load_trained(base / "ring8")
    for weights in ("raw", "ema"):
        fake = trained.sample(3, COUNT, weights=weights)
        found = values(result, weights)
        assert found["wasserstein1"] == metrics.exact_wasserstein1(
            real.real.samples, fake
        )
        coverage = metrics.mode_coverage(fake, data.centers, data.std)
        assert {name: found[name] for name in coverage} == coverage
    floors = result["results"]["raw"]
    assert floors["wasserstein1"]["floor"] == metrics.exact_wasserstein1(
        real.real.samples, real.train.samples
    )
    assert floors["high_quality"]["floor"] > 0.9
    assert floors["gradient_norm_real"]["floor"] is None
    assert values(result)["wasserstein1"] != values(result, "ema")["wasserstein1"]


def test_images_get_the_numbers_that_the_functions_give(base):
    result = json.loads((base / "digits" / "evaluation.json").read_text())
    data = load("digits")
    net: Any = open_features(data)
    real: Any = make_reference(data, COUNT, 0, net)
    images = wgan_jax.load_trained(base / "digits").sample(0, COUNT)
    fake, classes = net.see(images)
    expected = {
        "frechet_distance": metrics.frechet_distance(real.real.features, fake),
        "kernel_distance": metrics.kernel_distance(real.real.features, fake),
        **metrics.prdc(real.real.features, fake),
        **metrics.class_spread(classes, real.real.classes),
        "authenticity": metrics.authenticity(fake, net.extract(data.train)),
    }
    found = values(result)
    assert {name: found[name] for name in expected} == expected
    floor = result["results"]["raw"]["frechet_distance"]["floor"]
    sides = real.real.features, real.train.features
    assert floor == metrics.frechet_distance(*sides)
    assert (result["features"], result["features_title"]) == ("digits", "FD-digits")
    assert result["features_sha256"] == net.sha256
    assert (result["count"], result["split"], result["seed"]) == (COUNT, "test", 0)


def test_every_number_with_a_direction_lies_in_its_interval(base):
    result = json.loads((base / "digits" / "evaluation.json").read_text())
    quantities = registry.quantities()
    for name, each in result["results"]["raw"].items():
        if quantities[name].better != "none" and name != "class_kl":
            assert each["low"] <= each["value"] <= each["high"], name
            assert each["low"] >= (quantities[name].least or -np.inf)


def test_the_same_words_give_the_same_file(base):
    first = evaluate(base / "ring8", count=COUNT)
    before = (base / "ring8" / "evaluation.json").read_bytes()
    assert evaluate(base / "ring8", count=COUNT) == first
    assert (base / "ring8" / "evaluation.json").read_bytes() == before


def seen_by(monkeypatch):
    """Counts the images that a net is given."""
    given, build = [], reference.load_features

    def counting(*args, **options):
        net = build(*args, **options)

        def see(images):
            given.append(len(images))
            return net.see(images)

        return net._replace(see=see)

    monkeypatch.setattr(reference, "load_features", counting)
    return given


def test_the_real_side_is_computed_once(base, monkeypatch):
    given = seen_by(monkeypatch)
    evaluate(base / "digits", count=COUNT)
    assert given == [COUNT]  # the generated images
    monkeypatch.setattr(
        floors, "_floor", lambda *_: pytest.fail("a floor was computed again")
    )
    evaluate(base / "digits", count=COUNT)


@pytest.mark.parametrize("damage", [lambda d: d[:-30], lambda d: d[:80] + d[90:]])
def test_a_damaged_entry_is_computed_again(base, monkeypatch, caplog, damage):
    before = (base / "digits" / "evaluation.json").read_bytes()
    folder = reference_cache._folder()
    for entry in folder.iterdir():
        entry.write_bytes(damage(entry.read_bytes()))
    given = seen_by(monkeypatch)
    with caplog.at_level(logging.WARNING):
        evaluate(base / "digits", count=COUNT)
    assert sorted(given) == [COUNT, COUNT, COUNT, 1500]
    assert "computing the damaged" in caplog.text
    assert (base / "digits" / "evaluation.json").read_bytes() == before
    assert not list(folder.glob(".tmp-*"))


def test_a_cache_that_cannot_be_written_costs_time_alone(
    base, monkeypatch, caplog, tmp_path
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        evaluate(base / "ring8", count=COUNT, weights="raw")
    assert "so it is computed each time" in caplog.text


def test_the_best_step_can_be_measured(base):
    best = evaluate(base / "ring8", count=COUNT, step="best", weights="raw")
    (step,) = checkpoints.list_steps(base / "ring8" / "best")
    assert best["step"] == step


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_measured(
    base, tmp_path, capsys
):
    run = copy(base, tmp_path)
    state = run / "checkpoints" / "step-0000000002" / "state.safetensors"
    state.write_bytes(state.read_bytes()[:-1])
    assert main([str(run), "--count", "30"]) == 0
    printed = capsys.readouterr()
    assert "step-0000000002 is damaged" in printed.err
    assert "gp on ring8, step 1, raw weights" in printed.out


def test_the_table_fits_80_columns_and_says_how_it_was_measured(base, capsys):
    assert main([str(base / "digits"), "--count", str(COUNT)]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out
    assert out == "\n".join(line.rstrip() for line in out.splitlines()) + "\n"
    for words in ("FD-digits", "95 % interval", "test split, seed 0", "bfdc8050"):
        assert words in out
    assert "FID" not in out


REFUSED = [
    ("nowhere", "no run in 'nowhere'"),
    ("digits --count 298", "can give 2 to 297"),
    ("digits --count 1", "can give 2 to 297"),
    ("digits --count many", "invalid int value"),
    ("digits --features digitz", "Did you mean 'digits'?"),
    ("digits --features mnist", "cannot read images of shape (8, 8, 1)"),
    ("digits --features inception", "--feature-weights FILE"),
    ("digits --features inception --feature-weights no.bin", "no.bin"),
    ("digits --feature-weights no.bin", "cannot read the weights no.bin"),
    ("digits --features pca64 --feature-weights no.bin", "read no file of weights"),
    ("digits --weights ema", "no moving average"),
    ("digits --weights EMA", "unknown weights 'EMA'"),
    ("digits --step 7", "no checkpoint of step 7"),
    ("digits --step new", "step is 'new', but has to be a number or best"),
    ("digits --step best", "--best METRIC"),
    ("ring8 --features pca64", "features are for images"),
    ("empty", "has no checkpoint yet"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED)
def test_a_mistake_is_one_message_and_exit_code_2(
    words, message, base, monkeypatch, capsys
):
    monkeypatch.chdir(base)
    if words == "empty" and not (base / "empty").exists():
        shutil.copytree(base / "ring8", base / "empty")
        shutil.rmtree(base / "empty" / "checkpoints")
    assert main(words.split()) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert len(printed.err.splitlines()) <= 3


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(
    base, tmp_path, monkeypatch
):
    run = copy(base, tmp_path)
    monkeypatch.setattr("wgan_jax.artifacts.folder.RunFolder.path", run, raising=False)

    def denied(self, *_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.touch", denied)
    monkeypatch.setattr(
        "wgan_jax.loop.evaluation.evaluate_run.load_trained",
        lambda *_: pytest.fail("worked"),
    )
    with pytest.raises(UserError, match="cannot write in .*Permission denied"):
        evaluate(run)


def test_the_package_offers_the_function_though_the_command_has_its_name(base):
    assert wgan_jax.evaluate(base / "ring8", count=30)["count"] == 30
