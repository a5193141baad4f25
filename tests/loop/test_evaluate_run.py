"""A run that was trained, measured: the numbers, their floors, the cache, refusals."""

import dataclasses
import json
import logging
import shutil
from typing import Any

import numpy as np
import pytest

import wgan_jax
from tests.runs import points, tiny_run, train
from wgan_jax import metrics
from wgan_jax.artifacts import checkpoints
from wgan_jax.data import from_arrays, load
from wgan_jax.errors import UserError
from wgan_jax.evaluate import main
from wgan_jax.loop import evaluation, reference, reference_cache
from wgan_jax.loop.evaluate_run import evaluate
from wgan_jax.loop.reference import make_reference, open_features
from wgan_jax.metrics import registry
from wgan_jax.metrics.registry import MetricRow, Quantity

COUNT = 60


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A cache of this module's own, and two runs: `ring8` with an average, `digits`."""
    base = tmp_path_factory.mktemp("evaluate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFDS_DATA_DIR", str(base / "cache"))
        ring8 = tiny_run(
            base / "ring8",
            "gp",
            dataset="ring8",
            steps=2,
            ema_decay=0.5,
            checkpoint_every=1,
            evaluate_every=1,
            best="wasserstein1",
        )
        train(ring8)
        digits = tiny_run(base / "digits", dataset="digits", steps=1, network="mlp")
        train(dataclasses.replace(digits, width=None))
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
    fake = net.extract(images)
    expected = {
        "frechet_distance": metrics.frechet_distance(real.real.features, fake),
        "kernel_distance": metrics.kernel_distance(real.real.features, fake),
        **metrics.prdc(real.real.features, fake),
        **metrics.class_spread(net.classify(images), real.real.classes),
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


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("high_quality", (0.0, 1.0)),
        ("reverse_kl", (0.0, 1.2)),
        ("kernel_distance", (-0.1, 1.2)),
    ],
)
def test_an_interval_holds_no_value_that_cannot_be(name, ends):
    assert evaluation._clipped(name, -0.1, 1.2) == ends


def test_the_same_words_give_the_same_file(base):
    first = evaluate(base / "ring8", count=COUNT)
    before = (base / "ring8" / "evaluation.json").read_bytes()
    assert evaluate(base / "ring8", count=COUNT) == first
    assert (base / "ring8" / "evaluation.json").read_bytes() == before


def test_reference_and_floor_hold_no_sample_twice():
    data = from_arrays(np.arange(40.0)[:, None])
    found = make_reference(data, 20, 0, None)
    assert found.split == "train"
    both = np.concatenate([found.real.samples, found.train.samples])
    assert sorted(both[:, 0]) == list(range(40))


def seen_by(monkeypatch):
    """Counts the images that a net is given."""
    given, build = [], reference.load_features

    def counting(*args, **options):
        net = build(*args, **options)

        def extract(images):
            given.append(len(images))
            return net.extract(images)

        return net._replace(extract=extract)

    monkeypatch.setattr(reference, "load_features", counting)
    return given


def test_the_real_side_is_computed_once(base, monkeypatch):
    given = seen_by(monkeypatch)
    evaluate(base / "digits", count=COUNT)
    assert given == [COUNT]  # the generated images
    monkeypatch.setattr(
        reference, "_floor", lambda *_: pytest.fail("a floor was computed again")
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


def test_other_samples_have_another_entry(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    made = iter(range(9))
    samples = np.arange(4.0)

    def get(*parts):
        return int(
            reference_cache.cached(parts, lambda: {"a": np.asarray(next(made))})["a"]
        )

    assert [get("net", samples), get("net", samples)] == [0, 0]
    assert get("net", samples + 1) == 1
    assert get("other", samples) == 2
    assert get("net", samples.reshape(2, 2)) == 3
    monkeypatch.setattr(reference_cache, "__version__", "9.9")
    assert get("net", samples) == 4


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


def test_a_new_row_is_in_the_table_and_in_the_file(base, monkeypatch, capsys):
    row = MetricRow(
        "gap",
        (Quantity("mean_gap", "gap of means", "lower"),),
        frozenset({"points"}),
        lambda comparison: {
            "mean_gap": float(
                abs(comparison.real.samples.mean() - comparison.fake.samples.mean())
            )
        },
        registry.METRICS["mode_coverage"].interval,
    )
    monkeypatch.setitem(registry.METRICS, "gap", row)
    assert main([str(base / "ring8"), "--count", "30"]) == 0
    assert "gap of means" in capsys.readouterr().out
    found = json.loads((base / "ring8" / "evaluation.json").read_text())
    measured = found["results"]["raw"]["mean_gap"]
    assert measured["low"] <= measured["value"] <= measured["high"]
    assert measured["floor"] < measured["value"]


def test_a_metric_that_fails_says_why_instead_of_a_number(base, monkeypatch, capsys):
    def fails(comparison):
        raise ValueError("five samples are too few")

    row = MetricRow(
        "gap", (Quantity("gap", "gap", "lower"),), frozenset({"points"}), fails
    )
    monkeypatch.setitem(registry.METRICS, "gap", row)
    assert main([str(base / "ring8"), "--count", "30"]) == 0
    assert "Not measured: gap: five samples are too few." in capsys.readouterr().out
    found = json.loads((base / "ring8" / "evaluation.json").read_text())
    assert found["not_measured"]["gap"] == "five samples are too few"
    assert "gap" not in found["results"]["raw"]


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
        "wgan_jax.loop.evaluate_run.load_trained", lambda *_: pytest.fail("worked")
    )
    with pytest.raises(UserError, match="cannot write in .*Permission denied"):
        evaluate(run)


def test_own_data_have_to_be_given_again(tmp_path):
    train(tiny_run(tmp_path / "own", steps=1), points())
    with pytest.raises(UserError, match=r"wgan_jax\.evaluate\(run_dir, data=data\)"):
        evaluate(tmp_path / "own")
    result = wgan_jax.evaluate(tmp_path / "own", data=points())
    assert (result["count"], result["split"]) == (25, "train")
    assert "not known" in result["not_measured"]["modes"]


def test_the_package_offers_the_function_though_the_command_has_its_name(base):
    assert wgan_jax.evaluate(base / "ring8", count=30)["count"] == 30


def test_own_data_are_read_by_their_path_and_have_to_be_the_same(tmp_path):
    np.save(tmp_path / "mine.npy", points())
    config = tiny_run(tmp_path / "own", steps=1, dataset=str(tmp_path / "mine.npy"))
    train(config)
    result = evaluate(tmp_path / "own")
    assert (result["count"], result["split"]) == (5, "test")  # one in ten is held out
    with pytest.raises(UserError, match="are not those"):
        evaluate(tmp_path / "own", data=points() + 1)


@pytest.mark.parametrize("features", [[], 5, ""])
def test_features_that_are_no_name_are_refused(features):
    with pytest.raises(UserError, match="features"):
        open_features(load("ring8"), features)
