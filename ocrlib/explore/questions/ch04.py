"""Questions of chapter 4: the decoding of each family of detectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ocrlib.explore import family_answers as answers
from ocrlib.explore.check import Mistake, Question, Test, behaves_like


def _like(inputs: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Test]:
    """What makes a test of a function that behaves like another one on these inputs."""
    return lambda reference: behaves_like(reference, *inputs)


_anchors, _spans, _pixels = _like(answers.ANCHORS), _like(answers.SPANS), _like(answers.PIXELS)
_pairs, _kernels, _growing = _like(answers.PAIRS), _like(answers.KERNELS), _like(answers.GROWING)

QUESTIONS = (
    Question(
        "04-offsets",
        right=_anchors(answers.offsets),
        mistakes=(
            Mistake(
                _anchors(answers.px_offsets),
                "The shifts are in px. Then a large text would mean large numbers; divide by the"
                " anchor's own width and height.",
            ),
            Mistake(
                _anchors(answers.own_offsets),
                "You divide by the size of the text. When reading a page it is not known yet; the"
                " anchor's is.",
            ),
            Mistake(
                _anchors(answers.plain_sizes),
                "The shifts are right. For the sizes, an anchor that fits should say 0: take the"
                " logarithm of the ratio.",
            ),
            Mistake(
                _anchors(answers.reversed_offsets),
                "All four have the wrong sign: they lead from the anchor to the text.",
            ),
            Mistake(
                _anchors(answers.swapped_offsets),
                "x goes with the width and y with the height.",
            ),
        ),
        hint="Four numbers: shift of the middle in x by the anchor's width, in y by its height,"
        " then the logarithms of the two ratios text / anchor. An anchor that fits exactly says 0"
        " four times.",
    ),
    Question(
        "04-shared-height",
        right=_spans(answers.shared),
        mistakes=(
            Mistake(
                _spans(answers.signed_shared),
                "Right for slices that overlap. Those that do not share 0, not less.",
            ),
            Mistake(
                _spans(answers.of_smaller),
                "Divided by the smaller height, a thin slice inside a tall one would count as"
                " fully shared: a footnote could join a headline.",
            ),
            Mistake(
                _spans(answers.of_union),
                "That is the IoU of the two. Divide by the taller height alone.",
            ),
            Mistake(
                _spans(answers.of_first),
                "The answer must not depend on which slice comes first.",
            ),
        ),
        hint="The shared part runs from the lower of the two tops to the higher of the two bottoms."
        " Its height, at least 0, is divided by the taller of the two slices. For (10, 30) and"
        " (14, 34) it is 0.8.",
    ),
    Question(
        "04-corners",
        right=_pixels(answers.corners),
        mistakes=(
            Mistake(
                _pixels(answers.upright_corners),
                "Right for angle 0 only: the four corners still have to be turned.",
            ),
            Mistake(
                _pixels(answers.turned_back),
                "Turned the wrong way. y points down, and positive angles turn clockwise:"
                " x cos - y sin, x sin + y cos.",
            ),
            Mistake(
                _pixels(answers.about_origin),
                "Turned about the corner of the page. Turn first, about the pixel; then move the"
                " result to the pixel's place.",
            ),
            Mistake(
                _pixels(answers.other_order),
                "The distances come in the order up, right, down, left.",
            ),
            Mistake(
                _pixels(answers.not_moved),
                "Right, seen from the pixel. Now add its place on the page.",
            ),
            Mistake(
                _pixels(answers.in_degrees),
                "The angle is in radians already.",
            ),
            Mistake(
                _pixels(answers.anticlockwise),
                "The right corners, but they run the wrong way: top-left, top-right, bottom-right,"
                " bottom-left.",
            ),
        ),
        hint="Seen from the pixel the corners are (-left, -up), (right, -up), (right, down),"
        " (-left, down). Turn each by the angle, then add the pixel's place.",
    ),
    Question(
        "04-merge",
        right=_pairs(answers.merge),
        mistakes=(
            Mistake(
                _pairs(answers.plain_merge),
                "A plain mean. If the first box already stands for hundreds of pixels, one more"
                " must not count as much as all of them.",
            ),
            Mistake(
                _pairs(answers.mean_weight),
                "The box is right. Its weight is the sum: it now speaks for both.",
            ),
            Mistake(
                _pairs(answers.best_weight),
                "The box is right. Its weight is the sum: it now speaks for both.",
            ),
            Mistake(
                _pairs(answers.surer),
                "That keeps one box and drops the other, as usual suppression does. Here both have"
                " a say.",
            ),
            Mistake(
                _pairs(answers.crossed),
                "Each box is multiplied by the weight of the other one.",
            ),
            Mistake(
                _pairs(answers.not_divided),
                "A mean is divided by the sum of the weights.",
            ),
        ),
        hint="Return all numbers of the weighted mean and, behind them, the sum of the weights."
        " Boxes that begin at 0 and 4 with weights 3 and 1 become one that begins at 1.",
    ),
    Question(
        "04-insets",
        right=_kernels(answers.insets),
        mistakes=(
            Mistake(
                _kernels(answers.insets_reversed),
                "The right distances in the wrong order: the smallest kernel, which moves furthest,"
                " comes first.",
            ),
            Mistake(
                _kernels(answers.insets_not_squared),
                "The scale is squared, because an area is what it scales.",
            ),
            Mistake(
                _kernels(answers.insets_equal),
                "The first and the last are right. It is the scales that run in equal steps, not"
                " the distances.",
            ),
            Mistake(
                _kernels(answers.insets_one_short),
                "Your last scale is below 1, so the full text is never reached. From the first to"
                " the last of n scales there are n - 1 steps.",
            ),
        ),
        hint="Scales run in equal steps from the smallest one to 1, both included. Each gives"
        " area * (1 - r^2) / perimeter; the last one is 0.",
    ),
    Question(
        "04-grow",
        right=_growing(answers.grow),
        mistakes=(
            Mistake(
                _growing(answers.grow_over),
                "One text takes pixels that another one already has. Only free ones may be taken.",
            ),
            Mistake(
                _growing(answers.grow_anywhere),
                "Yours grows beyond the next larger kernel: look at `allowed`.",
            ),
            Mistake(
                _growing(answers.grow_fully),
                "One step only. If one text grows to its end before the next one may, it takes the"
                " other's place too.",
            ),
            Mistake(
                _growing(answers.grow_diagonally),
                "Only pixels left, right, above and below count, not those across a corner.",
            ),
            Mistake(
                _growing(answers.grow_largest),
                "Where two texts meet, here the smaller number is to win.",
            ),
        ),
        hint="For each pixel that is 0 and allowed: look at its four neighbours in the *old*"
        " labels, and take the smallest number above 0 among them, if there is one. Leave all"
        " others.",
    ),
)
