from __future__ import annotations

import pytest

from ocrlib.train.schedule import cosine_with_warmup


def test_the_ends_are_exact():
    for base, total, warmup in ((0.3, 100, 10), (1e-3, 7, 0), (2e-3, 36000, 500), (0.1, 2, 1)):
        lr = cosine_with_warmup(base, total, warmup)
        assert lr(warmup) == base
        assert lr(total) == 0.0


def test_by_hand():
    lr = cosine_with_warmup(1.0, 12, 4)
    assert [lr(step) for step in range(5)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert lr(8) == pytest.approx(0.5)  # half of the cosine
    assert lr(6) == pytest.approx((1 + 2**-0.5) / 2)  # cos 45 degrees
    values = [lr(step) for step in range(4, 13)]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(("total", "warmup"), [(10, 10), (10, 11), (10, -1), (0, 0)])
def test_a_warmup_that_does_not_fit_is_refused(total, warmup):
    with pytest.raises(ValueError, match="warmup_steps"):
        cosine_with_warmup(1.0, total, warmup)
