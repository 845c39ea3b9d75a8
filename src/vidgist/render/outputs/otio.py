"""``timeline.otio``: the cuts of the summary for OpenTimelineIO."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vidgist import __version__
from vidgist.errors import MissingExtraError
from vidgist.render.edit import RECORD_HOUR, sentence
from vidgist.render.links import relative_url
from vidgist.render.material import Material, SourceFile
from vidgist.render.output import Output
from vidgist.render.outputs.data import plain
from vidgist.render.timecode import camera_seconds, edit_rate, exact_rate

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime, TimeRange
    from opentimelineio.schema import Timeline

_WHOLE = 0.05
"""Largest distance, in frames, from a border to a frame with a rounded timestamp."""


def check() -> None:
    """Raise MissingExtraError if OpenTimelineIO is not installed."""
    try:
        import opentimelineio  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("timeline.otio", "otio") from error


def write(material: Material, path: Path) -> None:
    """Write the timeline of a summary."""
    from opentimelineio.adapters import write_to_string

    path.write_text(write_to_string(timeline(material), "otio_json"), encoding="utf-8")


def timeline(material: Material) -> Timeline:
    """Return the timeline: a video track and, with sound, an audio track, with one clip per piece.

    Times are in frames of the source, whole if its frame rate is constant; the seconds in the
    metadata are those of summary.json.  The source starts at its own timecode, if it has one.
    """
    from opentimelineio import schema
    from opentimelineio.opentime import RationalTime, TimeRange

    summary = material.summary
    video = summary.video
    counting = edit_rate(video.frame_rate, constant=not video.variable_frame_rate)
    steady = not video.variable_frame_rate and video.frame_rate > 0
    rate = exact_rate(video.frame_rate) if steady else float(counting.rate)
    files = material.files
    counting = counting.counting_as(files[0].timecode)

    def origin(file: SourceFile) -> RationalTime:
        start = camera_seconds(file.timecode, frame_rate=video.frame_rate, rate=counting)
        return RationalTime(float(start) * rate, rate).round()

    def moment(seconds: float) -> RationalTime:
        frames = seconds * rate
        if steady and abs(frames - round(frames)) <= _WHOLE:
            frames = round(frames)
        return RationalTime(frames, rate)

    def span(file: SourceFile, start: float, end: float) -> TimeRange:
        first = moment(start - file.start)
        return TimeRange(origin(file) + first, moment(end - file.start) - first)

    def link(file: SourceFile) -> str:
        url = relative_url(file.path, folder=material.folder) or file.path.as_uri()
        return url.removeprefix("./")  # Resolve looks for a folder of that name

    name = plain(video.name)
    made = schema.Timeline(name=f"{name} summary", metadata={"vidgist": {"version": __version__}})
    hour = counting.parse(f"{RECORD_HOUR}{';' if counting.drop else ':'}00") or 0
    made.global_start_time = RationalTime(float(hour / counting.rate) * rate, rate).round()
    kinds = [schema.TrackKind.Video, *([schema.TrackKind.Audio] if video.has_audio else [])]
    for kind in kinds:
        track = schema.Track(name=kind, kind=kind)
        rows = zip(
            summary.pieces.tolist(),
            summary.selection.shots.tolist(),
            summary.selection.scores.tolist(),
            summary.selection.reasons,
            strict=True,
        )
        for (start, end), shot, score, reason in rows:
            facts = {"shot": shot + 1, "start": start, "end": end, "score": score}
            for file in files:
                low, high = max(start, file.start), end if file is files[-1] else min(end, file.end)
                if low >= high:
                    continue
                own = plain(file.path.name) if len(files) > 1 else name
                source = schema.ExternalReference(
                    target_url=link(file), available_range=span(file, file.start, file.end)
                )
                source.name = own
                shown = span(file, low, high)
                clip = schema.Clip(
                    name=own,  # Resolve finds media by it
                    media_reference=source,
                    source_range=shown,
                    metadata={"vidgist": facts},
                )
                if kind == schema.TrackKind.Video:
                    marker = schema.Marker(
                        name=f"Shot {shot + 1}",
                        marked_range=TimeRange(shown.start_time, RationalTime(1, rate)),
                        color=schema.MarkerColor.GREEN,
                        metadata={"vidgist": {"reason": reason}},
                    )
                    marker.comment = sentence(reason)
                    clip.markers.append(marker)
                track.append(clip)
        made.tracks.append(track)
    return made


OUTPUT = Output(
    "otio", "timeline.otio", "the cuts for OpenTimelineIO", write, check=check, order=33
)
