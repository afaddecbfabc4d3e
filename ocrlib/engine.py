"""The one door to Paddle: sets it up before it loads, and says which device to use."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path


def _mkl_switch() -> str | None:
    """The MKL code path to ask for: on AMD the bundled MKL takes a slow one by itself."""
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return None
    if "AuthenticAMD" not in info:
        return None
    return "7" if "avx512f" in info else "5"


_switch = _mkl_switch()
if _switch is not None:
    os.environ.setdefault("MKL_DEBUG_CPU_TYPE", _switch)
os.environ.setdefault("OMP_NUM_THREADS", "1")

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=".*ccache.*")
    import paddle

# Batch normalisation says so on every first training step; it is what everybody expects.
warnings.filterwarnings("ignore", message="When training, we now always track global mean")
logging.getLogger("paddle").setLevel(logging.ERROR)


def device() -> str:
    """The device that training uses: ``"gpu:0"`` where Paddle sees one, else ``"cpu"``."""
    if paddle.device.is_compiled_with_cuda() and paddle.device.cuda.device_count() > 0:
        return "gpu:0"
    return "cpu"


__all__ = ["device", "paddle"]
