"""Data of the page: a summary as JSON values, rounded to what can be seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vidgist import __version__
from vidgist.errors import counted
from vidgist.render.links import relative_url
from vidgist.render.material import Material
from vidgist.render.output import OUTPUTS, Output
from vidgist.render.outputs.data import as_document, plain
from vidgist.render.report.lengths import AtLength, rule_of, selections
from vidgist.render.report.neighbors import nearest
from vidgist.render.report.pictures import Pictures
from vidgist.render.times import format_duration
from vidgist.render.words import describe_score, reason_of, used_criteria, words_of
from vidgist.selection import RULES, best_within
from vidgist.selection.edits import BY_HAND
from vidgist.summary import Summary


def curves(summary: Summary, earlier: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return samples, criteria with their words, shots and lengths: all but the pictures.

    Args:
        summary: of one video.
        earlier: data of `earlier_page`, whose other lengths are taken over.
    """
    # The criteria of the score come first; others are shown for comparison.
    used = used_criteria(summary.scores.criteria, summary.settings.get("criteria"))
    criteria = {name: summary.scores.criteria[name] for name in used}
    criteria.update(summary.scores.criteria)
    lengths = selections(summary)
    reasons = {name for one in lengths for name in (*one.selection.reasons, *one.selection.refused)}
    others = [
        one
        for one in (earlier["lengths"] if earlier else ())
        if not one.get("made") and not one.get("proposal")
    ]
    reasons |= {BY_HAND, *(earlier["reasons"] if earlier and others else ())}
    shown = [*(_length(one, summary) for one in lengths), *others]
    return {
        "version": __version__,
        "name": plain(summary.video.name),
        "duration": _round(summary.timeline.duration),
        "times": _exact(summary.times),
        "importance": _rounded(summary.scores.importance),
        "about": describe_score([plain(name) for name in used]),
        "criteria": [
            {
                "name": plain(name),
                **vars(words_of(plain(name))),
                "used": name in used,
                "values": _rounded(values),
            }
            for name, values in criteria.items()
        ],
        "shots": [
            {
                "start": round(start, 6),
                "end": round(end, 6),
                "score": _round(score),
                "key": int(key),
            }
            for (start, end), score, key in zip(
                summary.shot_seconds.tolist(),
                summary.shot_scores,
                summary.shot_samples,
                strict=True,
            )
        ],
        "captions": [
            [round(one.start, 3), round(one.end, 3), plain(one.text)] for one in summary.captions
        ],
        "rule": _rule_summary(rule_of(summary)),
        "reasons": {name: vars(reason_of(name)) for name in sorted(reasons - {""})},
        "lengths": sorted(shown, key=lambda one: float(one["budget"])),
    }


def _rule_summary(name: str) -> str:
    """Return a line on a rule; one that is not known here, as in a file of another, is named."""
    rule = RULES.get(name)
    return f"the rule '{name}'" if rule is None else rule.summary


def _length(one: AtLength, summary: Summary) -> dict[str, Any]:
    """Return the pieces of one length, and why each shot without one is left out."""
    selection = one.selection
    shown = summary.timeline.times[summary.features.picks]
    keys = best_within(summary.scores.importance, shown, selection.pieces)
    return {
        "share": round(one.share, 6),
        "budget": _round(one.budget),
        "made": one.made,
        "proposal": one.proposal,
        "pieces": [
            {
                "start": round(start, 6),
                "end": round(end, 6),
                "shot": shot,
                "score": _round(score),
                "key": key,
                "reason": reason,
            }
            for (start, end), shot, score, key, reason in zip(
                selection.pieces.tolist(),
                selection.shots.tolist(),
                selection.scores,
                keys.tolist(),
                selection.reasons,
                strict=True,
            )
        ],
        "refused": list(selection.refused),
        "repeated": selection.repeated.tolist(),
    }


def stops(summary: Summary, pictures: Pictures) -> dict[str, Any]:
    """Return the samples that a user can choose, their pictures and nearest neighbors."""
    chosen = list(pictures.samples)
    if not summary.features.values.shape[1]:
        none = {"count": 0, "ranks": [], "stops": [], "similarity": []}
        return {
            "stops": chosen,
            "pictures": {"kind": pictures.kind, "data": list(pictures.data)},
            "neighbors": none,
        }
    near = nearest(
        summary.features.looks[chosen], neighbors=float(summary.settings.get("neighbors") or 0.1)
    )
    return {
        "stops": chosen,
        "pictures": {"kind": pictures.kind, "data": list(pictures.data)},
        "neighbors": {
            "count": near.count,
            "ranks": list(near.ranks),
            "stops": near.samples.tolist(),
            "similarity": np.round(near.similarity, 2).tolist(),
        },
    }


def media(material: Material) -> dict[str, Any]:
    """Return relative links to what the page can play."""
    source, video = material.source, material.summary.video
    # Parts or pictures as one video are no file that a page can play.
    playable = source.readable and video.path.is_file()
    url = relative_url(video.path, folder=material.folder) if playable else None
    clip = next(iter(_targets(material, OUTPUTS["mp4"])), None)
    return {
        "summary": f"./{clip}" if clip else None,
        "source": url,
        "offset": _round(source.offset),
        "width": video.width,
        "height": video.height,
    }


def links(material: Material) -> list[tuple[str, str]]:
    """Return (name, URL) of the other outputs, made now or in the folder already."""
    return [
        (target, f"./{target}{'/' * output.is_folder}")
        for name, output in sorted(OUTPUTS.items(), key=lambda item: item[1].order)
        if name != "report"
        for target in _targets(material, output)
    ]


def _targets(material: Material, output: Output) -> list[str]:
    """Return the name of an output that is made now or is in the folder already, or nothing."""
    if output.name in material.names:
        return [output.target_of(material.summary)]
    return output.existing(material.folder)


def facts(summary: Summary) -> list[str]:
    """Return facts of the video and the summary, for the head of the page."""
    video = summary.video
    share = summary.duration / summary.timeline.duration
    rate = "variable frame rate" if video.variable_frame_rate else f"{video.frame_rate:.5g} fps"
    return [
        f"{format_duration(summary.timeline.duration)} of video",
        f"{format_duration(summary.duration)} of summary ({share:.1%})",
        f"{counted(len(summary.pieces), 'piece')} from {summary.selected.sum()} of "
        f"{counted(len(summary.shots), 'shot')}",
        f"{video.width} \N{MULTIPLICATION SIGN} {video.height}, {rate}",
        f"{plain(video.codec)}{'' if video.has_audio else ', no sound'}",
        *(_place(summary)),
        *([skimmed_words(summary)] if summary.sampling.mode == "skim" else []),
    ]


def _place(summary: Summary) -> list[str]:
    """Return whether the clip tells where the video was taken: that is private."""
    if "location" not in summary.video.tags:
        return []
    kept = bool(summary.settings.get("metadata", True))
    return [f"the place of the recording is {'kept in' if kept else 'not in'} the clip"]


def skimmed_words(summary: Summary) -> str:
    """Return what was looked at of a skimmed video."""
    sampling = summary.sampling
    gap = float(np.diff(summary.times).max(initial=0.0))
    between = f" and {sampling.between} frames between them" if sampling.between else ""
    return f"skimmed: {sampling.key_frames} key frames{between}, at most {gap:.1f} s apart"


def settings_rows(summary: Summary) -> list[tuple[str, str]]:
    """Return the settings as (name, value)."""
    rows = []
    for name, value in plain(dict(summary.settings)).items():
        if isinstance(value, list):
            value = ", ".join(str(item) for item in value)  # noqa: PLW2901
        rows.append((name.replace("_", " "), "none" if value is None else str(value)))
    return rows


def document(summary: Summary) -> dict[str, Any]:
    """Return what the page needs beside its curves to write a summary.json."""
    whole = as_document(summary)
    parts = ("video", "settings", "sampling", "captions", "keyframes")
    return {name: whole[name] for name in parts if name in whole}


def _exact(values: Any) -> list[float]:
    """Return times to the microsecond, as in summary.json: a millisecond may be another frame."""
    return [round(float(value), 6) for value in values]


def _round(value: float) -> float:
    return round(float(value), 3)


def _rounded(values: Any) -> list[float | None]:
    array = np.asarray(values, dtype=np.float64)
    return [
        number if number == number else None  # noqa: PLR0124
        for number in np.where(np.isfinite(array), array.round(3), np.nan).tolist()
    ]
