import numpy as np
import pytest

from ocrlib.errors import DataError
from ocrlib.postprocess.attention import beam, greedy

# ln p of end, a, b at four places of two texts.
P = np.array(
    [
        [[0.1, 0.7, 0.2], [0.2, 0.2, 0.6], [0.5, 0.4, 0.1], [0.1, 0.1, 0.8]],
        [[0.1, 0.1, 0.8], [0.3, 0.1, 0.6], [0.2, 0.7, 0.1], [0.2, 0.5, 0.3]],
    ]
)


def test_greedy_by_hand():
    first, second = greedy(np.log(P))
    assert first.indices == (1, 2)  # nothing behind the end counts
    assert first.confidences == pytest.approx((0.7, 0.6))
    assert first.score == pytest.approx(0.65)
    assert first.log_probability == pytest.approx(np.log(0.7 * 0.6 * 0.5))
    assert (first.positions, first.ended) == ((0, 1), True)
    assert second.indices == (2, 2, 1, 1)  # repeats are characters of their own
    assert second.log_probability == pytest.approx(np.log(0.8 * 0.6 * 0.7 * 0.5))
    assert not second.ended


def test_positions_are_where_it_looked_most():
    attention = np.zeros((2, 4, 6))
    for i, columns in enumerate(([1, 4, 5, 0], [0, 2, 3, 5])):
        attention[i, range(4), columns] = 1
    first, second = greedy(np.log(P), attention)
    assert (first.positions, second.positions) == ((1, 4), (0, 2, 3, 5))


def test_an_end_at_once_is_an_empty_text():
    (found,) = greedy(np.log(P[:1, 2:]))
    assert (found.indices, found.score, found.ended) == ((), 0.0, True)


def test_huge_logits_do_not_overflow():
    (found,) = greedy(np.array([[[0.0, 5000.0], [5000.0, 0.0]]], np.float32))
    assert (found.indices, found.log_probability) == ((1,), 0.0)


# After "" a is likelier than b, but all that follows a is unlikely.
TREE = {(): [0.1, 0.5, 0.4], (1,): [0.4, 0.3, 0.3], (2,): [0.9, 0.05, 0.05]}


def follow(prefixes):
    return np.log([TREE.get(tuple(prefix), [1.0, 1e-9, 1e-9]) for prefix in prefixes.tolist()])


def test_a_beam_finds_what_greedy_misses():
    assert beam(follow, width=1).indices == (1,)
    found = beam(follow, width=2)
    assert found.indices == (2,)
    assert found.log_probability == pytest.approx(np.log(0.4 * 0.9))
    assert found.confidences == pytest.approx((0.4,))
    assert found.ended


def test_a_beam_that_never_ends_says_so():
    endless = beam(lambda prefixes: np.log([[1e-9, 0.6, 0.4]] * len(prefixes)), 2, longest=3)
    assert (endless.indices, endless.ended) == ((1, 1, 1), False)
    assert endless.log_probability == pytest.approx(3 * np.log(0.6))


def test_wrong_arrays_are_refused():
    with pytest.raises(DataError, match=r"logits \(B, L, C\)"):
        greedy(np.zeros((3, 4)))
    with pytest.raises(DataError, match="other places"):
        greedy(np.zeros((1, 3, 4)), np.zeros((1, 2, 6)))
    with pytest.raises(DataError, match="at least 1"):
        beam(follow, width=0)
