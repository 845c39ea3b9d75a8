"""The summary as an edit of its source: whole frames and timecodes, for editing programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vidgist.render.cuts import Cut, cuts
from vidgist.render.material import Material
from vidgist.render.text import legible
from vidgist.render.timecode import EditRate, camera_seconds, edit_rate
from vidgist.render.words import reason_of

RECORD_HOUR = "01:00:00"
"""Timecode at which the edit begins, as editing programs begin their sequences."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Cuts of a summary, as an editing program reads them.

    Attributes:
        name: file name of the source, printable.
        path: of the source, absolute.
        rate: of frames and timecode.
        cuts: one event a piece.
        shots: (n) number of each piece's shot, from 1.
        reasons: (n) why each is shown, one sentence.
        source_start: frame number of the source's first frame in the camera's timecode.
        source_frames: frames of the source at this rate.
        record_start: frame number of the first event in the timecode of the edit.
        width: of the picture as it is shown.
        height: of the picture as it is shown.
        channels: of the sound, 0 for none.
        sample_rate: of the sound, in hertz.
    """

    name: str
    path: Path
    rate: EditRate
    cuts: list[Cut]
    shots: list[int]
    reasons: list[str]
    source_start: int
    source_frames: int
    record_start: int
    width: int
    height: int
    channels: int
    sample_rate: int

    @property
    def frames(self) -> int:
        """Frames of the edit."""
        return self.cuts[-1].record_out

    @property
    def url(self) -> str:
        """The source as a ``file:`` URL, with every special byte escaped."""
        return self.path.as_uri()


def edit_of(material: Material) -> Edit:
    """Return a summary as an edit of its source."""
    summary = material.summary
    video, selection = summary.video, summary.selection
    code = material.source.timecode
    rate = edit_rate(video.frame_rate, constant=not video.variable_frame_rate).counting_as(code)
    events = cuts(summary.pieces, rate)
    start = camera_seconds(code, frame_rate=video.frame_rate, rate=rate)
    sound = next((s for s in video.streams if s["type"] == "audio" and s["used"]), {})
    return Edit(
        name=legible(video.name),
        path=Path(video.path).absolute(),
        rate=rate,
        cuts=events,
        shots=[int(shot) + 1 for shot in selection.shots],
        reasons=[sentence(reason) for reason in selection.reasons],
        source_start=int(start * rate.rate),
        source_frames=max(rate.frame(summary.timeline.duration), events[-1].source_out),
        record_start=rate.parse(f"{RECORD_HOUR}{';' if rate.drop else ':'}00") or 0,
        width=video.width,
        height=video.height,
        channels=int(sound.get("channels") or 2) if video.has_audio else 0,
        sample_rate=int(sound.get("rate") or 48_000),
    )


def sentence(reason: str) -> str:
    """Return why a piece is shown, in words."""
    return reason_of(reason).shown.format(piece="another piece")
