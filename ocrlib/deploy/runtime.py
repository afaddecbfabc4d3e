"""Running an exported network with ONNX Runtime, the fastest of the runtimes on a CPU."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnxruntime

from ocrlib.errors import BundleError
from ocrlib.types import FloatArray


class OnnxModel:
    """One exported graph with one input and (at least) one output.

    Args:
        path: the ``.onnx`` file.
        threads: how many cores one call may use.

    Raises:
        BundleError: if the file is missing or is no graph that ONNX Runtime can run.
    """

    def __init__(self, path: str | os.PathLike[str], threads: int = 1) -> None:
        if threads < 1:
            raise BundleError("a model needs at least one thread", value=threads, remedy="give 1")
        if not Path(path).is_file():
            raise BundleError("no such model file", file=Path(path), remedy="restore the bundle")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only: warnings about graphs help no reader
        # Pictures differ in size. Plans and pools for every size seen would only pile up.
        options.enable_mem_pattern = False
        options.enable_cpu_mem_arena = False
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions have no common base class
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise BundleError(f"not a model that can be run: {first}", file=str(path)) from error
        self._input = self._session.get_inputs()[0].name
        self.output = str(self._session.get_outputs()[0].name)

    def __call__(self, array: FloatArray) -> FloatArray:
        """Run the graph.

        Args:
            array: the input, float32 with the batch first, for example (B, 3, H, W).

        Returns:
            The first output, float32 with the batch first.
        """
        result = self._session.run([self.output], {self._input: np.ascontiguousarray(array)})[0]
        return np.asarray(result, np.float32)
