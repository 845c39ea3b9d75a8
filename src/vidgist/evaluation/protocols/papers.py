"""The protocols of papers, each as its text or its released code has it."""

from __future__ import annotations

from vidgist.evaluation.protocols.protocol import Protocol

_EACH = "scores at the picks against each annotator"
_BINARY = "binary keyshot summary, frame by frame, against the mean user summary"
_FLATTERS_SHORT_SHOTS = (
    "this protocol correlates binary summaries: it rewards short shots rather than a good order, "
    "so read every number against the rows 'random' and 'constant'"
)

PROTOCOL = (
    Protocol(
        name="reference",
        about=f"{_EACH}; shots valued in whole thousandths",
        source="code released with Pang et al., WACV 2023",
        integer_values=True,
        splits="pgl-sum",
        order=1,
    ),
    Protocol(
        name="paper",
        about=f"{_EACH}; shots valued exactly",
        source="Pang et al., WACV 2023, section 5.2",
        splits="pgl-sum",
        order=2,
    ),
    Protocol(
        name="runs",
        about="scores against each user's summary averaged over runs of 15 frames",
        source="YouTube-8M evaluation released with Pang et al., WACV 2023",
        at="runs",
        integer_values=True,
        metrics=("summe",),
        order=3,
    ),
    Protocol(
        name="otani",
        about="scores at the full frame rate against each annotator",
        source="Otani et al., Rethinking the Evaluation of Video Summaries, CVPR 2019",
        at="frames",
        order=4,
    ),
    Protocol(
        name="multi-ranker",
        about="scores at the full frame rate against each annotator; no summaries",
        source="code released with Saquil et al., Multiple Pairwise Ranking Networks, ICCV 2021",
        flatters=(
            "what is seen after training on these splits may be compared with its rows alone: 16 "
            "of 50 TVSum videos are never tested"
        ),
        at="frames",
        measures=("tau", "rho"),
        splits="multi-ranker",
        order=5,
    ),
    Protocol(
        name="pgl-sum",
        about=f"{_EACH}; 15% of the frames that shots cover",
        source="code released with PGL-SUM, ISM 2021, and CA-SUM, ICMR 2022",
        budget_of="shots",
        splits="pgl-sum",
        aliases=("ca-sum",),
        order=6,
    ),
    Protocol(
        name="vasnet",
        about="F1 alone; shots valued in whole thousandths",
        source="code released with Fajtl et al., Summarizing Videos with Attention, ACCVW 2018",
        integer_values=True,
        measures=("f1",),
        splits="vasnet",
        order=7,
    ),
    Protocol(
        name="dsnet",
        about="F1 and the diversity of summaries; shots valued in whole thousandths",
        source="code released with Zhu et al., DSNet, IEEE TIP 2021",
        integer_values=True,
        measures=("f1", "diversity"),
        splits="dsnet",
        order=8,
    ),
    Protocol(
        name="msva",
        about=f"{_BINARY}; shots valued in whole thousandths",
        source="code released with Ghauri et al., MSVA, ICME 2021",
        flatters=_FLATTERS_SHORT_SHOTS,
        compare="summary",
        against="mean",
        annotations="summaries",
        at="frames",
        integer_values=True,
        splits="msva",
        order=9,
    ),
    Protocol(
        name="csta",
        about=f"{_EACH}; 15% of the frames that shots cover",
        source="code released with Son et al., CSTA, CVPR 2024; LLMVS and SummDiff follow it",
        budget_of="shots",
        splits="csta",
        aliases=("llmvs", "summdiff"),
        on={
            "summe": {
                "about": f"{_BINARY}; 15% of the frames that shots cover",
                "flatters": _FLATTERS_SHORT_SHOTS,
                "compare": "summary",
                "against": "mean",
                "annotations": "summaries",
                "at": "frames",
            }
        },
        order=10,
    ),
    Protocol(
        name="binary",
        about=_BINARY,
        source="SumMe numbers of MSVA, CSTA, LLMVS and SummDiff, both data sets alike",
        flatters=_FLATTERS_SHORT_SHOTS,
        compare="summary",
        against="mean",
        annotations="summaries",
        at="frames",
        order=11,
    ),
    Protocol(
        name="mr-hisum",
        about="binary keyshot summary against the mean user summary; mAP of 5-second clips",
        source="code released with Sul et al., Mr. HiSum, NeurIPS 2023",
        flatters=(
            f"{_FLATTERS_SHORT_SHOTS}; half of the clips count as highlights for AP@50 and 15% for "
            "AP@15, so that chance is somewhat above 50% and 15%"
        ),
        compare="summary",
        against="mean",
        annotations="summaries",
        at="frames",
        measures=("tau", "rho", "f1", "ap50", "ap15"),
        order=12,
    ),
    Protocol(
        name="umt",
        about="AP of the 5 best segments, those above each annotator's median being highlights",
        source="code released with Liu et al., UMT, CVPR 2022, as highlight detection has TVSum",
        flatters=(
            "only 5 segments of a video are looked at: few right ones at the top are enough, and "
            "the rest of the order counts nothing"
        ),
        at="seconds",
        measures=("top5",),
        metrics=("tvsum",),
        order=13,
    ),
    Protocol(
        name="highlights",
        about=(
            "scores at the picks with the labels; AP of each video, highlights being labels over 0 "
            "or, where all are, those above the median; AP by the trapezoid rule, as UMT's and "
            "later code print it"
        ),
        source="YouTube Highlights (Sun et al., ECCV 2014): average precision within each video",
        flatters=(
            "where much of a video is a highlight, chance has a high AP: look at random's; the "
            "trapezoid begins at a precision of 1, whatever comes first"
        ),
        measures=("tau", "rho", "ap", "ap_trapezoid"),
        metrics=("tvsum",),
        order=14,
    ),
)
