"""Protocols of single ideas: one thing is measured otherwise, so that its effect can be seen."""

from __future__ import annotations

from vidgist.evaluation.protocols.protocol import Protocol

_MEAN = (
    "the mean over annotators is smoother than any of them: every number, that of people too, is "
    "higher than against each annotator"
)
_REBUILT = "references are rebuilt from the annotators' scores by the same rules (TVSum)"

PROTOCOL = (
    Protocol(
        name="mean",
        about="scores at the picks against the mean annotation",
        source="usual where one target is learned, such as gtscore",
        flatters=_MEAN,
        against="mean",
        order=20,
    ),
    Protocol(
        name="user-summary",
        about="scores at the full frame rate against the mean user summary",
        source="usual where files have user_summary and no user_scores",
        flatters=(
            f"{_MEAN}; on TVSum the user summaries come from the knapsack, which takes short shots "
            "first: scores that follow the shots' lengths gain"
        ),
        against="mean",
        annotations="summaries",
        at="frames",
        order=21,
    ),
    Protocol(
        name="2s",
        about="means over 2-second segments (60 frames) against each annotator",
        source="TVSum was annotated so: Song et al., CVPR 2015",
        flatters="averaging takes noise away: scores that jump from sample to sample gain",
        at="segments",
        order=22,
    ),
    Protocol(
        name="shots",
        about="means over shots against each annotator",
        source="the numbers that the knapsack sees",
        flatters=(
            "a short shot counts as much as a long one, and annotators differ less within shots "
            "than between them"
        ),
        at="shots",
        order=23,
    ),
    Protocol(
        name="shuffled",
        about="F1 with shots as long as the official ones in random order (randomized KTS)",
        source="Otani et al., Rethinking the Evaluation of Video Summaries, CVPR 2019, section 4",
        flatters=(
            f"{_REBUILT}; what F1 keeps without shots that fit the content is due to their lengths"
        ),
        shots="shuffled",
        references="rebuilt",
        order=24,
    ),
    Protocol(
        name="greedy",
        about="F1 with shots taken by their value until 15% are full",
        source="the option 'rank' of the code released with Zhou et al., DR-DSN, AAAI 2018",
        flatters="a long shot of high value is taken as readily as a short one: chance falls",
        select="greedy",
        order=25,
    ),
    Protocol(
        name="budget-10",
        about="F1 of summaries of 10%",
        source="a shorter summary",
        flatters=f"{_REBUILT}; the shorter, the lower the F1 of chance",
        references="rebuilt",
        budget=0.10,
        order=26,
    ),
    Protocol(
        name="budget-30",
        about="F1 of summaries of 30%",
        source="a longer summary",
        flatters=f"{_REBUILT}; the longer, the higher the F1 of chance",
        references="rebuilt",
        budget=0.30,
        order=27,
    ),
    Protocol(
        name="f1-best",
        about="F1 with the annotator who agrees most",
        source="the convention of SumMe, on both data sets",
        flatters=(
            "the best of 20 annotators agrees with nearly anything: on TVSum F1 rises by some 20 "
            "points for every row, random and constant ones too"
        ),
        f1="best",
        order=28,
    ),
    Protocol(
        name="f1-mean",
        about="F1 averaged over annotators",
        source="the convention of TVSum, on both data sets",
        flatters="on SumMe F1 falls for every row, since its annotators agree little",
        f1="mean",
        order=29,
    ),
    Protocol(
        name="diversity",
        about="mean cosine distance of the samples in the keyshot summary",
        source="Zhou et al., DR-DSN, AAAI 2018, eq. 3, without its limit in time",
        flatters=(
            "annotations play no part: noise is the most diverse summary; and DSNet's code prints "
            "the mean cosine under this name, which is 1 less this"
        ),
        measures=("diversity",),
        order=30,
    ),
)
