"""The summary as an edit of its source: whole frames and timecodes, for editing programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vidgist.render.cuts import Cut, cuts, split
from vidgist.render.material import Material
from vidgist.render.text import legible
from vidgist.render.timecode import EditRate, camera_seconds, edit_rate
from vidgist.render.words import reason_of

RECORD_HOUR = "01:00:00"
"""Timecode at which the edit begins, as editing programs begin their sequences."""


@dataclass(frozen=True, kw_only=True)
class Media:
    """A file of the source, in frames at the rate of the edit.

    Attributes:
        name: of the file, printable.
        path: of the file, absolute.
        start: number of its first frame in the camera's timecode.
        frames: how many it has.
    """

    name: str
    path: Path
    start: int
    frames: int

    @property
    def url(self) -> str:
        """The file as a ``file:`` URL, with every special byte escaped."""
        return self.path.as_uri()


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Cuts of a summary, as an editing program reads them.

    Attributes:
        name: of the source, printable.
        rate: of frames and timecode.
        media: the files of the source, in order.
        cuts: one event a piece, in frames of its file; one a file for pieces that lie in several.
        shots: (n) number of the shot of each event, from 1.
        reasons: (n) why each is shown, one sentence.
        record_start: frame number of the first event in the timecode of the edit.
        width: of the picture as it is shown.
        height: of the picture as it is shown.
        channels: of the sound, 0 for none.
        sample_rate: of the sound, in hertz.
    """

    name: str
    rate: EditRate
    media: list[Media]
    cuts: list[Cut]
    shots: list[int]
    reasons: list[str]
    record_start: int
    width: int
    height: int
    channels: int
    sample_rate: int

    @property
    def frames(self) -> int:
        """Frames of the edit."""
        return self.cuts[-1].record_out


def edit_of(material: Material) -> Edit:
    """Return a summary as an edit of its source."""
    summary, files = material.summary, material.files
    video, selection = summary.video, summary.selection
    code = files[0].timecode
    rate = edit_rate(video.frame_rate, constant=not video.variable_frame_rate).counting_as(code)
    whole = cuts(summary.pieces, rate)
    begins = [rate.frame(file.start) for file in files]
    parted = split(whole, begins)
    ends = [*begins[1:], max(rate.frame(files[-1].end), whole[-1].source_out)]
    sound = next((s for s in video.streams if s["type"] == "audio" and s["used"]), {})
    media = [
        Media(
            name=legible(file.path.name if len(files) > 1 else video.name),
            path=file.path,
            start=int(
                camera_seconds(file.timecode, frame_rate=video.frame_rate, rate=rate) * rate.rate
            ),
            frames=end - begin,
        )
        for file, begin, end in zip(files, begins, ends, strict=True)
    ]
    shots = [int(shot) + 1 for shot in selection.shots]
    reasons = [sentence(reason) for reason in selection.reasons]
    return Edit(
        name=legible(video.name),
        rate=rate,
        media=media,
        cuts=[cut for own in parted for cut in own],
        shots=[shot for shot, own in zip(shots, parted, strict=True) for _ in own],
        reasons=[reason for reason, own in zip(reasons, parted, strict=True) for _ in own],
        record_start=rate.parse(f"{RECORD_HOUR}{';' if rate.drop else ':'}00") or 0,
        width=video.width,
        height=video.height,
        channels=int(sound.get("channels") or 2) if video.has_audio else 0,
        sample_rate=int(sound.get("rate") or 48_000),
    )


def sentence(reason: str) -> str:
    """Return why a piece is shown, in words."""
    return reason_of(reason).shown.format(piece="another piece")
