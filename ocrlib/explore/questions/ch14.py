"""Questions of chapter 14: joined texts, moved handles, broken labels, paired differences."""

from __future__ import annotations

from ocrlib.explore import augment_answers as answers
from ocrlib.explore.check import Mistake, Question, behaves_like, number, same

QUESTIONS = (
    Question(
        "14-join",
        right=answers.joins_like(answers.join),
        mistakes=(
            Mistake(
                answers.joins_like(answers.join_squeezed),
                "The second crop has the right height, but its letters are squeezed or pulled:"
                " scale the width by the same factor.",
            ),
            Mistake(
                answers.joins_like(answers.join_other_height),
                "It is the left crop that decides the height.",
            ),
            Mistake(
                answers.joins_like(answers.join_reversed),
                "The picture is right; which text stands on the left in it?",
            ),
            Mistake(
                answers.joins_like(answers.join_spaced),
                "The label has a space, and the picture has no room for one.",
            ),
            Mistake(
                answers.joins_like(answers.join_first_label),
                "The label says half of what can be read.",
            ),
        ),
        hint="Bring the right crop to the height of the left, both sides by the same factor; put"
        " them side by side (axis 1); one text behind the other.",
        praise="Right. Still one true label: that is what Mixup cannot say.",
    ),
    Question(
        "14-handles",
        right=behaves_like(answers.stretch, *answers.EDGES),
        mistakes=(
            Mistake(
                behaves_like(answers.stretch_upper, *answers.EDGES),
                "Only the upper edge moves: the letters would lean. Upper and lower handle go"
                " together.",
            ),
            Mistake(
                behaves_like(answers.stretch_moves, *answers.EDGES),
                "Those are the moves. Where are the handles afterwards?",
            ),
            Mistake(
                behaves_like(answers.stretch_px, *answers.EDGES),
                "That moves them by fractions of a px: shares are of a segment's width.",
            ),
            Mistake(
                behaves_like(answers.stretch_strongest, *answers.EDGES),
                "The strength does not matter yet.",
            ),
            Mistake(
                behaves_like(answers.stretch_down, *answers.EDGES),
                "Your handles go up and down. Points are (x, y).",
            ),
        ),
        hint="x of the inner handles changes by share · 0.45 · strength · width of a segment, in"
        " both rows alike; the four corners stay, and so does y.",
    ),
    Question(
        "14-follow",
        right=answers.follows_like(answers.follow),
        mistakes=(
            Mistake(
                answers.follows_like(answers.follow_plain),
                "All handles count the same: that is one map for the whole picture.",
            ),
            Mistake(
                answers.follows_like(answers.follow_distance),
                "Near handles count too little. Is it the distance or its square?",
            ),
            Mistake(
                answers.follows_like(answers.follow_rigid),
                "You have divided a by its size: the zoom is gone.",
            ),
            Mistake(
                answers.follows_like(answers.follow_shift),
                "That is the mean of the shifts. It cannot turn anything.",
            ),
            Mistake(
                answers.follows_like(answers.follow_mirrored),
                "One of the two factors wants its conjugate: without it the turn goes wrong.",
            ),
        ),
        hint="Weights first, then the two weighted middles, then a from what is left, then"
        " a (z - p_mid) + q_mid.",
        praise="Right. Six lines, and any picture bends.",
    ),
    Question(
        "14-breaks",
        right=same({"b", "d"}),
        mistakes=(
            Mistake(same({"b"}), "There is another one. Look at which columns are kept."),
            Mistake(same({"d"}), "There is another one. Try it on a p."),
            Mistake(
                lambda answer: isinstance(answer, set) and "c" in answer,
                "Light on dark is the same text.",
            ),
            Mistake(
                lambda answer: isinstance(answer, set) and "a" in answer,
                "Narrow letters are the same letters.",
            ),
            Mistake(
                lambda answer: isinstance(answer, set) and "e" in answer,
                "A dim crop says what a bright one says. Nothing is lost here.",
            ),
        ),
        hint="A set of names, such as {'a', 'c'}. Apply each to a word and read it aloud.",
        praise="Right: one turns p into d, the other takes letters away.",
    ),
    Question(
        "14-unchanged",
        right=number(0.7 * 0.4 * 0.9),
        mistakes=(
            Mistake(number(0.3 * 0.6 * 0.1), "That is how often all three happen."),
            Mistake(number(1 - 0.3 * 0.6 * 0.1), "That is how often they do not all happen."),
            Mistake(number(1 - 0.7 * 0.4 * 0.9), "That is how often something happens."),
        ),
        hint="Each of the three must not happen; they toss their coins independently.",
    ),
    Question(
        "14-interval",
        right=behaves_like(answers.interval, *answers.SCORES),
        mistakes=(
            Mistake(
                behaves_like(answers.interval_normal, *answers.SCORES),
                "1.96 is for very many runs. With so few, take t.",
            ),
            Mistake(
                behaves_like(answers.interval_of_values, *answers.SCORES),
                "That is where single differences lie. Their mean is surer: divide by the root of"
                " their number.",
            ),
            Mistake(
                behaves_like(answers.interval_population, *answers.SCORES),
                "The spread of a sample divides by n - 1 (ddof=1).",
            ),
            Mistake(
                behaves_like(answers.interval_unpaired, *answers.SCORES),
                "You have thrown the pairs away. Subtract seed by seed first.",
            ),
            Mistake(
                behaves_like(answers.interval_reversed, *answers.SCORES),
                "The sign: positive shall mean that the augmentation is better.",
            ),
        ),
        hint="Differences by seed; their mean, plus and minus t times their standard deviation"
        " over the root of their number. Return (low, high).",
    ),
    Question(
        "14-verdict",
        right=behaves_like(answers.verdict, *answers.INTERVALS),
        mistakes=(
            Mistake(
                behaves_like(answers.verdict_by_mean, *answers.INTERVALS),
                "Those go by the middle. What if the interval spans 0?",
            ),
            Mistake(
                behaves_like(answers.verdict_any, *answers.INTERVALS),
                "A good end is not enough: the whole interval must lie above 0.",
            ),
            Mistake(
                behaves_like(answers.verdict_equal, *answers.INTERVALS),
                "Nothing was shown to be equal; the runs could not tell. Say 'no measurable"
                " difference'.",
            ),
        ),
        hint="'better' if the whole interval is above 0, 'worse' if it is below, else 'no"
        " measurable difference'.",
    ),
)
