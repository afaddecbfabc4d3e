"""Being asked to stop: SIGTERM and Ctrl-C end a run after the step under way."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def stop_requests() -> Iterator[list[bool]]:
    """Turn SIGTERM and Ctrl-C into a list that is no longer empty; a second one acts as usual."""
    requests: list[bool] = []
    signals = (signal.SIGTERM, signal.SIGINT)
    try:
        usual: dict[int, Any] = {number: signal.getsignal(number) for number in signals}

        def remember(number: int, _: FrameType | None) -> None:
            requests.append(True)
            signal.signal(number, usual[number])

        for one in signals:
            signal.signal(one, remember)
    except ValueError:  # not in the main thread: then signals are not ours to handle
        yield requests
        return
    try:
        yield requests
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
