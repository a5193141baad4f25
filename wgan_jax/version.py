"""The version of this package, known without its being installed."""

__version__ = "0.3.0"
