"""Weights that others publish: read, or refused without running anything."""

from __future__ import annotations

import io
import os
import pickle
import pickletools
import struct
from collections import OrderedDict

import numpy as np
import pytest

from ocrlib.engine import paddle
from ocrlib.errors import CheckpointError
from ocrlib.models.pdparams import read_pdparams

ARRAYS = {
    "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a.half": np.array([1.5, -2], np.float16),
    "a.turned": np.asfortranarray(np.arange(6, dtype=np.float64).reshape(2, 3)),
    "a.swapped": np.arange(3, dtype=">f4"),
    "a.counter": np.array(7, np.int64),
    "a.empty": np.zeros((0, 4), np.float32),
}


def written(folder, content):
    path = folder / "x.pdparams"
    path.write_bytes(content)
    return path


def refused(folder, content, message):
    with pytest.raises(CheckpointError, match=message) as caught:
        read_pdparams(written(folder, content))
    assert "x.pdparams" in str(caught.value)


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_what_paddle_saves(tmp_path, protocol):
    paddle.seed(0)
    model = paddle.nn.Sequential(paddle.nn.Conv2D(2, 3, 3), paddle.nn.BatchNorm2D(3))
    path = tmp_path / "x.pdparams"
    paddle.save(model.state_dict(), str(path), protocol=protocol)
    assert b"StructuredToParameterName@@" in path.read_bytes()
    arrays = read_pdparams(path)
    wanted = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    assert arrays.keys() == wanted.keys()
    assert all((arrays[name] == wanted[name]).all() for name in wanted)


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("kind", [dict, OrderedDict])
def test_other_arrays_and_orders_of_bytes(tmp_path, protocol, kind):
    path = written(tmp_path, pickle.dumps(kind(ARRAYS), protocol=protocol))
    arrays = read_pdparams(path)
    assert arrays.keys() == ARRAYS.keys()
    for name, array in arrays.items():
        assert array.shape == ARRAYS[name].shape
        assert array.dtype == ARRAYS[name].dtype
        assert (array == ARRAYS[name]).all()


def test_files_of_the_time_before_numpy_2(tmp_path):
    content = pickle.dumps(ARRAYS, protocol=2)
    old = content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    assert old != content
    assert read_pdparams(written(tmp_path, old)).keys() == ARRAYS.keys()


def test_weights_with_paddles_own_names_beside_them(tmp_path):
    content = pickle.dumps({"a": ("linear_0.w_0", ARRAYS["a.weight"])}, protocol=4)
    assert (read_pdparams(written(tmp_path, content))["a"] == ARRAYS["a.weight"]).all()


class Calls:
    """Pickles into a call."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "call",
    [
        (os.system, "touch {}"),
        (os.mkdir, "{}"),
        (eval, "__import__('os').mkdir({!r})"),
        (exec, "import os; os.mkdir({!r})"),
        (getattr, {}, "pop"),
        (np.load, "{}"),
        (bytearray, 10**12),
    ],
    ids=lambda call: call[0].__name__,
)
def test_a_pickle_that_calls_something_is_refused_and_does_not_run(tmp_path, protocol, call):
    function, *arguments = call
    mark = tmp_path / "mark"
    arguments = [a.format(str(mark)) if isinstance(a, str) else a for a in arguments]
    table = {**ARRAYS, "b.weight": Calls(function, *arguments)}
    content = pickle.dumps(table, protocol=protocol)
    refused(tmp_path, content, "refused")
    assert not mark.exists()
    content = pickle.dumps(Calls(function, *arguments), protocol=protocol)
    refused(tmp_path, content, "refused")
    assert not mark.exists()


def test_names_inside_allowed_modules_are_refused_too(tmp_path):
    for where in (
        b"numpy\nload",
        b"_codecs\ndecode",
        b"collections\nnamedtuple",
        b"builtins\neval",
    ):
        refused(tmp_path, b"\x80\x02c" + where + b"\n.", "refused")
    dotted = b"f2py.os.system"
    content = b"\x80\x04\x8c\x05numpy\x8c" + bytes([len(dotted)]) + dotted + b"\x93."
    refused(tmp_path, content, r"refused: it asks for numpy\.f2py")


def test_objects_inside_arrays_are_refused(tmp_path):
    content = pickle.dumps({"a": np.array([Calls(os.getcwd)], object)}, protocol=4)
    refused(tmp_path, content, "refused")
    content = pickle.dumps({"a": np.zeros(2, [("x", "f4")])}, protocol=4)
    refused(tmp_path, content, "refused")


@pytest.mark.parametrize("name", ["INST", "OBJ", "EXT1", "PERSID", "BINPERSID", "NEWOBJ"])
def test_instructions_that_weights_do_not_need_are_refused(tmp_path, name):
    code = next(op.code for op in pickletools.opcodes if op.name == name).encode("latin1")
    argument = {"INST": b"os\ngetcwd\n", "EXT1": b"\x01", "PERSID": b"x\n"}.get(name, b"")
    refused(tmp_path, b"\x80\x02(" + code + argument + b".", name)


def test_no_file_takes_more_memory_than_it_is_worth(tmp_path):
    place = b"r" + struct.pack("<I", 2**32 - 1)  # LONG_BINPUT: a table of that many places
    refused(tmp_path, b"\x80\x02}" + place + b".", "memory")
    text = b"X" + struct.pack("<I", 1000) + b"x" * 1000
    call = b"h\x01h\x02X\x06\x00\x00\x00latin1\x86Ra"  # encode the same text once more
    start = b"\x80\x02c_codecs\nencode\nq\x01" + text + b"q\x02]"
    refused(tmp_path, start + call + b".", "it holds a list")
    refused(tmp_path, start + call * 60 + b".", "memory")


@pytest.mark.parametrize("length", [0, 1, 10, 300, -1])
def test_damaged_files(tmp_path, length):
    content = pickle.dumps(ARRAYS, protocol=4)
    refused(tmp_path, content[:length], "not a whole")


def test_every_damaged_byte_is_an_error_or_an_array(tmp_path):
    content = pickle.dumps({"a": np.arange(4, dtype=np.float32)}, protocol=2)
    rng = np.random.default_rng(0)
    errors = 0
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= int(rng.integers(1, 256))
        try:
            arrays = read_pdparams(written(tmp_path, bytes(damaged)))
        except CheckpointError:
            errors += 1
        else:
            assert all(type(array) is np.ndarray for array in arrays.values())
    assert errors > len(content) // 2


def test_bytes_that_do_not_fill_the_shape(tmp_path):
    content = pickle.dumps({"a": np.zeros((2, 3), np.float32)}, protocol=4)
    tuple_2_3 = b"K\x02K\x03\x86"
    assert content.count(tuple_2_3) == 1
    refused(tmp_path, content.replace(tuple_2_3, b"K\x02K\xff\x86"), "24 bytes")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"LR_Scheduler": {"last_lr": 0.1}}, "LR_Scheduler is not an array but a dictionary"),
        ({"step": 3}, "step is not an array but of the kind int"),
        ({3: ARRAYS["a.weight"]}, "3 is not an array"),
        ([ARRAYS["a.weight"]], "it holds a list"),
        ("hello", "it holds text"),
    ],
)
def test_files_that_hold_something_else(tmp_path, table, message):
    refused(tmp_path, pickle.dumps(table, protocol=4), message)


def test_a_program_of_onnx_or_a_zip_is_no_pickle(tmp_path):
    buffer = io.BytesIO()
    np.savez(buffer, **ARRAYS)
    refused(tmp_path, buffer.getvalue(), "not a whole|refused")


def test_no_such_file(tmp_path):
    with pytest.raises(CheckpointError, match="No such file"):
        read_pdparams(tmp_path / "none.pdparams")
