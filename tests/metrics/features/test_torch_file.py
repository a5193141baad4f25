"""Files of torch.save are read without PyTorch, and nothing in them is run."""

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from wgan_jax.errors import UserError
from wgan_jax.metrics.features.arrays import parse_arrays
from wgan_jax.metrics.features.torch_file import read_torch

PATH = Path("weights.pth")


def as_zip(pickled: bytes, **storages: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
        for key, content in storages.items():
            archive.writestr(f"archive/data/{key.removeprefix('s')}", content)
    return file.getvalue()


def state_dict(shape="K\x02K\x03\x86", strides="K\x03K\x01\x86", offset=0) -> bytes:
    """A pickle of {"w": tensor}, as PyTorch writes it, by its opcodes.

    One float storage of six numbers with the key "0".
    """
    parts = [
        "\x80\x02}X\x01\x00\x00\x00w",  # protocol 2, an empty dict, the name "w"
        "ctorch._utils\n_rebuild_tensor_v2\n(",
        "(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000",
        "X\x03\x00\x00\x00cpuK\x06tQ",  # on the CPU, 6 numbers: a persistent id
        f"K{chr(offset)}{shape}{strides}\x89}}tRs.",
    ]
    return "".join(parts).encode("latin1")


NUMBERS = np.arange(6, dtype="<f4").tobytes()


def test_a_tensor_is_a_view_of_its_storage():
    whole = read_torch(as_zip(state_dict(), s0=NUMBERS))["w"]
    np.testing.assert_array_equal(whole, np.arange(6).reshape(2, 3))
    turned = state_dict(shape="K\x03K\x02\x86", strides="K\x01K\x03\x86")
    np.testing.assert_array_equal(
        read_torch(as_zip(turned, s0=NUMBERS))["w"], np.arange(6).reshape(2, 3).T
    )


@pytest.mark.parametrize("zipped", [True, False])
def test_both_formats_of_pytorch_come_back(zipped):
    torch = pytest.importorskip("torch")
    shared = torch.arange(24, dtype=torch.float64)
    state = {
        "a.weight": torch.randn(3, 4, 2, 2),
        "a.half": torch.randn(5).half(),
        "b.turned": shared.reshape(4, 6).T[1:, ::2],
        "b.count": torch.tensor(7),
        "b.none": torch.zeros(0, 3),
    }
    file = io.BytesIO()
    module = torch.nn.BatchNorm1d(2)  # its state dict carries metadata
    torch.save(
        type(module.state_dict())(state),
        file,
        _use_new_zipfile_serialization=zipped,
    )
    arrays = parse_arrays(file.getvalue(), PATH)
    assert list(arrays) == list(state)
    for name, tensor in state.items():
        np.testing.assert_array_equal(arrays[name], tensor.numpy())
        assert arrays[name].dtype == tensor.numpy().dtype


class Trap:
    def __reduce__(self):
        return print, ("the file was run",)


@pytest.mark.parametrize("form", [lambda data: data, as_zip])
def test_a_file_that_calls_a_function_is_refused_and_not_run(form, capsys):
    data = form(pickle.dumps(Trap(), protocol=2))
    with pytest.raises(UserError, match="names __builtin__.print"):
        parse_arrays(data, PATH)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "pickled",
    [
        state_dict(offset=1),
        state_dict(shape="K\x03K\x03\x86"),
        state_dict(strides="K\x03J\xff\xff\xff\xff\x86"),  # a step of -1
        state_dict(strides="K\xffK\x01\x86"),
    ],
)
def test_views_beyond_the_storage_are_refused(pickled):
    with pytest.raises(ValueError, match="reaches beyond"):
        read_torch(as_zip(pickled, s0=NUMBERS))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (as_zip(state_dict(), s0=NUMBERS[:-4]), "not of the size"),
        (as_zip(state_dict()), "no item named"),
        (as_zip(state_dict()[:40], s0=NUMBERS), "cannot be read"),
        (as_zip(pickle.dumps([1], 2)), "holds a list"),
        (as_zip(pickle.dumps({"a": 1}, 2)), "'a' is a int"),
        (pickle.dumps({"a": 1}, 2), "cannot be read"),
        (b"\x80", "cannot be read"),
        (b"", "cannot be read"),
        (b"PK\x03\x04nothing", "cannot be read"),
        (b"nothing of the kind", "cannot be read"),
    ],
)
def test_damaged_and_other_files_are_named(data, says):
    with pytest.raises(UserError, match=says) as caught:
        parse_arrays(data, PATH)
    assert "weights.pth" in str(caught.value)


@pytest.mark.parametrize("cut", [1, 200, 1000])
def test_a_truncated_file_of_pytorch_is_refused(cut):
    torch = pytest.importorskip("torch")
    for zipped in (True, False):
        file = io.BytesIO()
        torch.save({"a": torch.randn(300)}, file, _use_new_zipfile_serialization=zipped)
        with pytest.raises(UserError, match="cannot be read"):
            parse_arrays(file.getvalue()[:-cut], PATH)


def test_npz_with_objects_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.array([Trap()], dtype=object))
    with pytest.raises(UserError, match="cannot be read"):
        parse_arrays((tmp_path / "a.npz").read_bytes(), tmp_path / "a.npz")
