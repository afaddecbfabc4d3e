"""An exponential average of the weights: what is evaluated and exported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ocrlib.engine import paddle
from ocrlib.models.weights import load_weights, model_arrays, named_tensors
from ocrlib.train.checkpoint import Arrays, without_aliases


class AveragedWeights:
    """Follows a model's weights and running statistics slowly (Polyak & Juditsky, 1992).

    The average is as good as weights of a much lower learning rate, long before the schedule
    gets there. The decay starts low, so that the random first weights are soon forgotten.

    Args:
        model: the model to follow.
        decay: share of the old average that a step keeps, 0-1.
    """

    def __init__(self, model: paddle.nn.Layer, decay: float) -> None:
        self.model = model
        self.decay = decay
        self._own = named_tensors(model)
        self.load({name: value.numpy() for name, value in self._own.items()})

    def update(self, step: int) -> None:
        """Take in the weights after a step, numbered from 0."""
        decay = min(self.decay, (1 + step) / (10 + step))
        with paddle.no_grad():
            for average, own in self._pairs:
                average.lerp_(own, 1 - decay)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Lend the average to the model; its own weights come back afterwards."""
        own = model_arrays(self.model)
        load_weights(self.model, self.arrays())
        try:
            yield
        finally:
            load_weights(self.model, own)

    def arrays(self) -> Arrays:
        """The average by name."""
        return {name: value.numpy().copy() for name, value in self.values.items()}

    def load(self, arrays: Arrays) -> None:
        """Go on from an average that ``arrays`` gave."""
        own = without_aliases(self.model, arrays)
        self.values = {name: paddle.to_tensor(array) for name, array in own.items()}
        self._pairs = [(self.values[name], own) for name, own in self._own.items()]
