"""What is said in a video: captions from a transcript or a track of subtitles.

Captions tell where sentences begin and end, so that a summary does not cut them; they stand on the
page and the storyboard, and go along with the clip.
"""

from __future__ import annotations

import html
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.errors import DataError, unreadable
from vidgist.types import Floats

MOST_BYTES = 64 << 20
"""Largest transcript that is read; one of ten hours, with a time for each word, has some 20 MB."""

_SILENCE = 1.5
"""Seconds without a caption after which a new sentence begins, whatever the punctuation."""

_LONGEST = 20.0
"""Seconds after which a sentence is cut where the caption ends: music and lists have no stops."""

_STOP = re.compile(r"[.!?\u2026\u3002\uff01\uff1f\u061f\u0964][\"'\u2019\u201d\u00bb)\]]*$")
"""The end of a sentence in Latin, Chinese, Arabic and Indic scripts, with closing quotes."""


@dataclass(frozen=True)
class Caption:
    """One caption, half-open in seconds from the first picture.

    Attributes:
        start: begin.
        end: end, later than it begins.
        text: plain text; may have line ends.
    """

    start: float
    end: float
    text: str


def read_transcript(path: str | Path) -> tuple[Caption, ...]:
    """Read a transcript: SubRip, WebVTT, SSA/ASS, or the JSON of Whisper.

    What it is follows from its content.

    Args:
        path: of the file; UTF-8, or UTF-16 with a byte order mark.

    Returns:
        Captions in the order of their times, in seconds as the file has them.

    Raises:
        DataError: it cannot be read, or holds no caption.
    """
    import pysubs2

    path = Path(path)
    text = _text(path)
    try:
        if text.lstrip().startswith(("{", "[")):
            captions = list(_whisper(json.loads(text)))
        else:
            file = pysubs2.SSAFile.from_string(text)
            captions = [
                Caption(event.start / 1000, event.end / 1000, html.unescape(event.plaintext))
                for event in file
                if not event.is_comment
            ]
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        pysubs2.Pysubs2Error,
    ) as error:
        raise DataError(
            f"{path}: not a transcript that is read here; give SRT, WebVTT or Whisper's JSON"
        ) from error
    found = clean_captions(captions)
    if not found:
        raise DataError(f"{path}: holds no captions; give SRT, WebVTT or Whisper's JSON")
    return found


def clean_captions(captions: Iterable[Caption]) -> tuple[Caption, ...]:
    """Return captions in order, without empty ones and what cannot be shown."""
    kept = []
    for caption in captions:
        lines = (_shown(line) for line in caption.text.splitlines())
        text = "\n".join(line for line in lines if line)
        if text and caption.start < caption.end and math.isfinite(caption.end):
            kept.append(replace(caption, start=max(caption.start, 0.0), text=text))
    return tuple(sorted(kept, key=lambda caption: (caption.start, caption.end)))


def sentences(captions: Sequence[Caption]) -> Floats:
    """Return where sentences begin and end, (n, 2) in seconds, ascending and disjoint.

    Captions belong to one sentence until one ends with a full stop, a second and a half is silent,
    or twenty seconds have passed.

    >>> said = [Caption(0, 2, "So this is"), Caption(2, 3, "it."), Caption(3, 5, "Next one.")]
    >>> sentences(said).tolist()
    [[0.0, 3.0], [3.0, 5.0]]
    """
    found: list[list[float]] = []
    ended = True
    for caption in captions:
        last = found[-1] if found else None
        if last is None or ended or caption.start - last[1] > _SILENCE:
            start = caption.start if last is None else max(caption.start, last[1])
            if caption.end > start:
                found.append([start, caption.end])
        else:
            last[1] = max(last[1], caption.end)
        lasts = found[-1][1] - found[-1][0] if found else 0.0
        ended = bool(_STOP.search(caption.text.rstrip())) or lasts >= _LONGEST
    return np.array(found, np.float64).reshape(-1, 2)


def cut_along(captions: Sequence[Caption], pieces: Floats) -> tuple[Caption, ...]:
    """Return the captions of pieces (n, 2), in the time of the summary that shows them.

    >>> cut_along([Caption(1, 4, "a"), Caption(9, 12, "b")], np.array([[2, 5], [10, 20]]))
    (Caption(start=0.0, end=2.0, text='a'), Caption(start=3.0, end=5.0, text='b'))
    """
    found: list[Caption] = []
    offset = 0.0
    for start, end in np.asarray(pieces, np.float64).tolist():
        for caption in captions:
            first, last = max(caption.start, start), min(caption.end, end)
            if last - first > 0.05:  # less is not to be read
                first, last = first + offset - start, last + offset - start
                before = found[-1] if found else None
                if before and before.text == caption.text and first - before.end < 0.05:
                    first = found.pop().start  # one caption over a cut
                found.append(Caption(first, last, caption.text))
        offset += end - start
    return tuple(found)


def as_subtitles(captions: Iterable[Caption], *, form: str) -> str:
    """Return captions as the text of a file.

    Args:
        captions: in order.
        form: `srt` or `vtt`.
    """
    import pysubs2

    file = pysubs2.SSAFile()
    for caption in captions:
        # Braces and backslashes have a meaning in the library's own form.
        text = caption.text.replace("\\", "\u29f5").replace("{", "(").replace("}", ")")
        text = text.replace("<", "\u2039").replace(">", "\u203a")
        event = pysubs2.SSAEvent(round(caption.start * 1000), round(caption.end * 1000))
        event.plaintext = text.replace("&", "&amp;") if form == "vtt" else text
        file.append(event)
    return file.to_string(form)


def _whisper(document: Any) -> Iterable[Caption]:
    """Yield the segments of Whisper and of programs like it; with words, from first to last."""
    segments = document["segments"] if isinstance(document, dict) else document
    for segment in segments:
        words = [word for word in segment.get("words") or () if "start" in word and "end" in word]
        start = words[0]["start"] if words else segment["start"]
        end = words[-1]["end"] if words else segment["end"]
        yield Caption(float(start), float(end), str(segment["text"]))


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise DataError(f"{path}: no such file; check the name")
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path}: larger than {MOST_BYTES >> 20} MB, no transcript")
        data = path.read_bytes()
    except OSError as error:
        raise DataError(str(unreadable(error))) from error
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        # Older subtitles are in the code page of Western Europe more than in any other.
        return data.decode("cp1252", "replace")


def _shown(line: str) -> str:
    """Return a line without controls, and with single spaces."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs", "Cn") else " " for c in line)
    return " ".join("".join(kept).split())
