"""Where values come from, against what the papers and this file say by hand."""

import dataclasses

import pytest

from wgan_jax import Config, resolve
from wgan_jax.config.samples import known_samples
from wgan_jax.config.sources import continued_sources, sources_of
from wgan_jax.data import DATASETS
from wgan_jax.variants import VARIANTS


def sources(**given):
    config = resolve(Config(**given))
    return sources_of(config, given, known_samples(config.dataset))


def test_each_layer_names_its_source():
    found = sources(variant="gp", dataset="ring8", n_critic=3, steps=5000)
    assert found["variant"] == found["dataset"] == found["n_critic"] == "given"
    assert found["steps"] == "given"  # said, though it is the default as well
    assert found["seed"] == "default"
    toy = "preset: Gulrajani et al. 2017, gan_toy.py"
    for name in ("batch_size", "latent_dim", "penalty_weight", "beta2"):
        assert found[name] == toy, name
    assert found["objective"] == "preset: Gulrajani et al. 2017, arXiv 1704.00028"
    assert found["optimizer"] == "preset: Gulrajani et al. 2017"


def test_option_defaults_and_other_rows_name_theirs():
    clipped = sources(variant="wgan", dataset="digits", preset="paper")
    assert clipped["clip_limit"] == "preset: Arjovsky et al. 2017"
    assert clipped["critic_learning_rate"] == "preset: Arjovsky et al. 2017"
    energies = sources(variant="ebgan", dataset="digits", preset="paper")
    assert energies["pulling_away"] == "preset: Zhao et al. 2016, section 4.1"
    assert energies["margin"] == "default"
    assert energies["beta1"] == "preset: Radford et al. 2015"
    tuned = sources(variant="ebgan", dataset="digits")
    assert tuned["margin"] == "preset: measured: experiments/presets.md"
    stacked = sources(variant="gn", dataset="stacked_mnist")
    assert stacked["network"] == "preset: Metz et al. 2017, sec. 3.3.1"
    resnet = sources(variant="gn", dataset="cifar10", network="resnet")
    assert resnet["objective"] == "preset: Wu et al. 2021"
    assert resnet["network"] == "given"


def test_an_exchanged_optimizer_takes_its_decay_from_its_own_row():
    found = sources(variant="gp", dataset="digits", optimizer="rmsprop")
    assert found["beta2"] == "preset: PyTorch's default"
    assert "beta1" not in found


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_exactly_the_fields_with_a_value_have_a_source(variant, dataset):
    config = resolve(Config(variant, dataset))
    found = sources(variant=variant, dataset=dataset)
    values = dataclasses.asdict(config)
    assert set(found) == {name for name, value in values.items() if value is not None}
    kinds = {source.split(":")[0] for source in found.values()}
    assert kinds == {"given", "default", "preset"}


def test_a_resumed_run_keeps_its_record_and_marks_what_changed():
    before = resolve(Config("gp", "ring8", steps=10))
    record = sources(variant="gp", dataset="ring8", steps=10)
    after = dataclasses.replace(before, steps=20, log_every=5, data_dir="data")
    stored = dataclasses.asdict(before)
    changed = {"steps": "given", "log_every": "given", "data_dir": "given"}
    assert continued_sources(record, stored, after) == {**record, **changed}
    assert continued_sources({}, stored, after) == {}
