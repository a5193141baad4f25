"""A tiny IDX set, mirrors on the loopback, and no way to write to the home folder."""

import gzip
import hashlib
import http.server
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from wgan_jax.data.dataset import DatasetRow, RemoteFile, Splits
from wgan_jax.data.published import download
from wgan_jax.data.published.idx import write_idx
from wgan_jax.data.published.mnist import load_idx

_REAL_DATA_DIR = os.environ.get("WGAN_JAX_DATA_DIR")
NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


@pytest.fixture(autouse=True)
def tfds_dir(tmp_path, monkeypatch) -> Path:
    """Nothing a test keeps may land in the home directory."""
    folder = tmp_path / "tfds"
    monkeypatch.setenv("TFDS_DATA_DIR", str(folder))
    monkeypatch.delenv("WGAN_JAX_DATA_DIR", raising=False)
    return folder


@pytest.fixture
def mnist_dir() -> Path:
    folder = Path(_REAL_DATA_DIR or "/nonexistent").resolve()
    if not (folder / "mnist").is_dir():
        pytest.skip("WGAN_JAX_DATA_DIR holds no mnist/")
    return folder


@dataclass(frozen=True)
class Tiny:
    """Forty training and twelve test images of 28x28, as arrays and as published."""

    splits: Splits
    packed: dict[str, bytes]
    row: DatasetRow

    def write(self, folder: Path, *, plain: bool = False) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.packed.items():
            if plain:
                name, content = name.removesuffix(".gz"), gzip.decompress(content)
            (folder / name).write_bytes(content)
        return folder


@pytest.fixture
def tiny() -> Tiny:
    rng = np.random.default_rng(7)
    images = rng.integers(0, 256, (52, 28, 28, 1), np.uint8)
    labels = rng.integers(0, 10, 52).astype(np.int32)
    splits = Splits(images[:40], labels[:40], images[40:], labels[40:])
    arrays = [
        splits.train[..., 0],
        splits.train_labels.astype(np.uint8),
        splits.test[..., 0],
        splits.test_labels.astype(np.uint8),
    ]
    plain = [write_idx(array) for array in arrays]
    packed = {
        name: gzip.compress(content, mtime=0)
        for name, content in zip(NAMES, plain, strict=True)
    }
    files = tuple(
        RemoteFile(name, md5(packed[name]), md5(content))
        for name, content in zip(NAMES, plain, strict=True)
    )
    row = DatasetRow(
        name="tiny",
        loader=load_idx,
        sample_shape=(28, 28, 1),
        train_size=40,
        test_size=12,
        summary="Noise.",
        origin="Drawn here.",
        mirrors=("http://127.0.0.1:9/",),  # the discard port: nobody listens
        files=files,
    )
    return Tiny(splits, packed, row)


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@dataclass
class Mirror:
    """A loopback HTTP server; `behave` maps a path to what it does."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    truncate: set[str] = field(default_factory=set)
    mute: set[str] = field(default_factory=set)
    drip: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


def _handler(mirror: Mirror) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            mirror.asked.append(name)
            if name in mirror.mute:
                mirror.closing.wait(30)
                return
            if name not in mirror.files:
                self.send_error(404)
                return
            body = mirror.files[name]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if name in mirror.drip:
                while not mirror.closing.wait(0.05):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                return
            half = len(body) // 2 if name in mirror.truncate else len(body)
            self.wfile.write(body[:half])

        def log_message(self, *args: object) -> None:
            pass

    return Handler


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # the client went away, as it should


@pytest.fixture
def start_mirror(monkeypatch):
    """Returns a function that starts a mirror; little patience keeps the suite fast."""
    monkeypatch.setattr(download, "SILENCE_SECONDS", 0.4)
    monkeypatch.setenv("no_proxy", "*")
    running = []

    def start(files: dict[str, bytes]) -> Mirror:
        mirror = Mirror(files=dict(files))
        server = _Server(("127.0.0.1", 0), _handler(mirror))
        mirror.url = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        running.append((mirror, server, thread))
        return mirror

    yield start
    for mirror, server, thread in running:
        mirror.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
    for thread in threading.enumerate():
        if thread.name == "download":
            thread.join(5)
