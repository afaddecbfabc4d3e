import subprocess
import sys

import pytest

from ocrlib import engine


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_import_and_a_training_step_print_nothing():
    done = run(
        "from ocrlib.engine import paddle\n"
        "layer = paddle.nn.BatchNorm2D(2)\n"
        "layer(paddle.randn([2, 2, 4, 4])).mean().backward()\n"
    )
    assert done.stdout == ""
    assert done.stderr == ""


def test_device_is_one_that_paddle_takes():
    assert engine.device() in ("cpu", "gpu:0")
    assert engine.paddle.device.set_device(engine.device()) is not None


@pytest.mark.parametrize(
    ("cpuinfo", "switch"),
    [
        ("vendor_id : AuthenticAMD\nflags : avx2 avx512f", "7"),
        ("vendor_id : AuthenticAMD\nflags : avx2", "5"),
        ("vendor_id : GenuineIntel\nflags : avx2 avx512f", None),
    ],
)
def test_mkl_switch_is_for_amd_only(monkeypatch, cpuinfo, switch):
    monkeypatch.setattr(engine.Path, "read_text", lambda *_, **__: cpuinfo)
    assert engine._mkl_switch() == switch


def test_no_cpuinfo_no_switch(monkeypatch):
    def missing(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(engine.Path, "read_text", missing)
    assert engine._mkl_switch() is None
