"""Changes to a finished summary: read it from its folder, edit the pieces, write it again.

Nothing is scored again.  The source is decoded for its timeline where the file itself does not
tell it, and at the pieces and keyframes that are written.
"""

from __future__ import annotations

import dataclasses
import warnings
from pathlib import Path

import numpy as np

from vidgist.errors import DataError, InputError, SettingError, VidgistWarning
from vidgist.progress import Progress, silent
from vidgist.render.document import Document, Pieces, read_document
from vidgist.selection import Selection, parse_length
from vidgist.selection.at_keys import at_key_frames
from vidgist.selection.edits import Edits, Scene, edited
from vidgist.summary import Summary
from vidgist.types import Features, Scores, Shots
from vidgist.video import Limits, probe
from vidgist.video.copy import read_cut_points
from vidgist.video.skim.timeline import read_timeline
from vidgist.video.sources import find_source, source_fingerprint

_SAME_SECONDS = 0.5
"""Difference of two durations up to which a file without a fingerprint counts as the source."""


def load_summary(
    folder: str | Path,
    *,
    source: str | Path | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> Summary:
    """Read a summary that was written with ``json`` among its outputs.

    Args:
        folder: of the results, or the summary.json itself.
        source: the video, where it is neither at its old path nor beside the results.
        limits: what the video may have at most.
        progress: called while the video is read.

    Returns:
        The summary without features and thumbnails, which are not kept: it can be edited and
        written, but not chosen again.

    Raises:
        DataError: there is no summary.json, or it is damaged.
        InputError: the video is not there, or it is another one.
        VideoError: the video can no longer be read.

    Example:
        >>> import vidgist
        >>> gist = vidgist.summarize("demo.mp4", length="5s")
        >>> paths = gist.save("loaded-gist", make=["json"])
        >>> load_summary("loaded-gist").pieces.shape == gist.pieces.shape
        True
    """
    path = Path(folder)
    document = read_document(path / "summary.json" if path.is_dir() else path)
    video = _source(document, source)
    info = probe(video, limits=limits)
    timeline = read_timeline(video, limits=limits, progress=progress)
    if abs(timeline.duration - document.duration) > _SAME_SECONDS:
        raise InputError(
            f"{video}: lasts {timeline.duration:.1f} s, its summary is of {document.duration:.1f} "
            "s; give the video that was summarized as source"
        )
    if not np.isfinite(document.importance).all():
        raise DataError(f"{document.path}: importance is missing; make it again")
    starts = np.searchsorted(timeline.times, document.shots[:, 0] - 1e-6)
    frames = np.stack([starts, np.append(starts[1:], timeline.n_frames)], axis=1)
    picks = np.searchsorted(timeline.times, document.times + 1e-6, side="right") - 1
    stills = np.searchsorted(document.times, document.stills + 1e-6, side="right") - 1
    stills = np.unique(np.maximum(stills, 0))
    selection = _selection(document.selection, document)
    changed = document.proposal is not document.selection
    return Summary(
        video=info,
        settings=document.settings,
        timeline=timeline,
        features=Features(
            values=np.zeros((len(document.times), 0), np.float32),
            picks=np.maximum(picks, 0),
            n_frames=timeline.n_frames,
            backbone=str(document.settings.get("backbone", "")),
            times=document.times,
        ),
        scores=Scores(criteria=document.criteria, importance=document.importance),
        shots=Shots(frames=frames, seconds=document.shots),
        selection=selection,
        budget=document.budget,
        junk=np.full(len(document.times), ""),
        stills=stills,
        cover=int(stills[np.argmax(document.importance[stills])]),
        warnings=timeline.warnings,
        captions=document.captions,
        proposal=_selection(document.proposal, document) if changed else None,
        made_from=document.path,
    )


def recut(summary: Summary, edits: Edits, *, from_proposal: bool = False) -> Summary:
    """Return the summary with its pieces changed by hand.

    Args:
        summary: of `load_summary`, or of `summarize`.
        edits: what to change; numbers count the pieces of ``summary``.
        from_proposal: begin with what the rule chose, and number that.

    Raises:
        SettingError: see `vidgist.selection.edits.edited`.

    Example:
        >>> import vidgist
        >>> gist = vidgist.summarize("demo.mp4", length="5s")
        >>> shorter = recut(gist, Edits(drop=(1,)))
        >>> len(gist.pieces) - len(shorter.pieces), len(shorter.proposal) == len(gist.pieces)
        (1, True)
    """
    proposal = summary.proposal or summary.selection
    before = proposal if from_proposal else summary.selection
    scene = Scene(
        duration=summary.timeline.duration,
        shots=summary.shot_seconds,
        shot_scores=summary.shot_scores,
        keyframes=summary.times_within(summary.shot_samples, summary.shot_seconds),
        times=summary.times,
        importance=summary.scores.importance,
        proposal=proposal.pieces,
    )
    after = _cuttable(edited(before, edits, scene), summary)
    same = len(after) == len(proposal) and np.allclose(after.pieces, proposal.pieces, atol=1e-6)
    made = dataclasses.replace(
        summary, selection=proposal if same else after, proposal=None if same else proposal
    )
    length = edits.length
    if same and length is None:
        length = summary.settings.get("length")
    try:
        budget = summary.budget if length is None else parse_length(length, scene.duration)
    except SettingError:  # of an earlier version
        budget = summary.budget
    # What a person chose is within its budget by definition.
    return dataclasses.replace(made, budget=max(budget, made.duration))


def _cuttable(selection: Selection, summary: Summary) -> Selection:
    """Return the pieces with borders that a clip without re-encoding can have, if it is one."""
    if summary.settings.get("copy") is not True:
        return selection
    path, timeline = summary.video.path, summary.timeline
    points = read_cut_points(path, timeline)
    moved = None
    if not isinstance(points, str):
        moved = at_key_frames(
            selection,
            np.tile([0.0, timeline.duration], (len(selection), 1)),
            points,
            importance=summary.scores.importance,
            times=summary.times,
            budget=np.inf,
        )
    if moved is None:
        raise InputError(f"{path}: can no longer be cut without re-encoding; summarize it again")
    return moved


def _source(document: Document, given: str | Path | None) -> Path:
    """Return the path of the video, after a look at its content."""
    path = Path(given) if given is not None else document.source
    if path is None and (named := find_source(document.video)).files and named.is_there:
        path = Path(document.video)  # parts or pictures, which are no single file
    if path is None:
        raise InputError(
            f"{document.path}: its video {document.video} is not there; give it as source"
        )
    expected = document.facts.get("fingerprint")
    if not expected:
        warnings.warn(
            f"{document.path}: was made by an earlier version, so that only the duration of "
            f"{path} is compared",
            VidgistWarning,
            stacklevel=3,
        )
    elif source_fingerprint(path) != expected:
        raise InputError(
            f"{path}: is not the video that was summarized, or was changed since; give that one "
            "as source, or summarize it again"
        )
    return path


def _selection(pieces: Pieces, document: Document) -> Selection:
    if not len(pieces.seconds):
        raise DataError(f"{document.path}: has no pieces; make it again")
    return Selection(
        pieces=pieces.seconds,
        shots=pieces.shots,
        scores=pieces.scores,
        reasons=pieces.reasons,
        refused=document.refused,
        repeated=np.full(len(document.refused), -1, dtype=np.int64),
    )
