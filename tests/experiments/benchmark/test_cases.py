"""What is measured stays what was measured, whatever a run takes by default."""

from experiments.benchmark import startup
from experiments.benchmark.cases import make_case
from experiments.multi_device import pmap_overhead


def test_the_toy_network_is_measured_at_the_papers_width():
    assert make_case("gn", "toy").config["width"] == 512
    assert make_case("gn", "toy", width=64).config["width"] == 64
    assert make_case("gn", "dcgan").config["width"] == 64
    assert pmap_overhead.make_case("toy", "gan").config.width == 512
    words = startup._command("gn", "ring8")
    assert words[-2:] == ["--width", "512"]
