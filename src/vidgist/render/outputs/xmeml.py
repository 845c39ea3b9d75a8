"""``summary.xml``: the cuts of the summary for Premiere Pro, DaVinci Resolve and Final Cut Pro 7.

Version 5 of the XML interchange format of Final Cut Pro 7: frames are counted from the first one
of the sequence and of the file; the camera's timecode stands beside them.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from vidgist.render.cuts import Cut
from vidgist.render.edit import Edit, Media, edit_of
from vidgist.render.material import Material
from vidgist.render.output import Output


def write(material: Material, path: Path) -> None:
    """Write the cuts of a summary."""
    root = document(edit_of(material))
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'
    path.write_text(head + ET.tostring(root, encoding="unicode") + "\n", encoding="utf-8")


def document(edit: Edit) -> ET.Element:
    """Return the document: a sequence with a track of pictures and one for each of two channels."""
    root = ET.Element("xmeml", version="5")
    sequence = ET.SubElement(root, "sequence", id="sequence-1")
    _put(sequence, "name", f"{edit.name} summary")
    _put(sequence, "duration", edit.frames)
    _rate(sequence, edit)
    _timecode(sequence, edit, edit.record_start)
    media = ET.SubElement(sequence, "media")
    pictures = ET.SubElement(media, "video")
    _format(ET.SubElement(pictures, "format"), edit)
    tracks = ["video", *(f"audio{n}" for n in range(1, min(edit.channels, 2) + 1))]
    _track(pictures, edit, tracks, index=0)
    if edit.channels:
        sound = ET.SubElement(media, "audio")
        _put(sound, "numOutputChannels", len(tracks) - 1)
        kind = ET.SubElement(ET.SubElement(sound, "format"), "samplecharacteristics")
        _put(kind, "depth", 16)
        _put(kind, "samplerate", edit.sample_rate)
        for index in range(1, len(tracks)):
            _track(sound, edit, tracks, index=index)
    return root


def _track(parent: ET.Element, edit: Edit, tracks: list[str], *, index: int) -> None:
    track = ET.SubElement(parent, "track")
    rows = zip(edit.cuts, edit.shots, edit.reasons, strict=True)
    described: set[int] = set()
    for number, (cut, shot, reason) in enumerate(rows, start=1):
        clip = ET.SubElement(track, "clipitem", id=f"{tracks[index]}-{number}")
        media = edit.media[cut.file]
        _put(clip, "name", media.name)
        _put(clip, "enabled", "TRUE")
        _put(clip, "duration", media.frames)
        _rate(clip, edit)
        _range(clip, cut)
        # A file is described once, where it is first used.
        file = ET.SubElement(clip, "file", id=f"file-{cut.file + 1}")
        if index == 0 and cut.file not in described:
            described.add(cut.file)
            _describe(file, edit, media)
        if index > 0:
            source = ET.SubElement(clip, "sourcetrack")
            _put(source, "mediatype", "audio")
            _put(source, "trackindex", index)
        else:
            marker = ET.SubElement(clip, "marker")
            _put(marker, "name", f"Shot {shot}")
            _put(marker, "comment", reason)
            _put(marker, "in", cut.source_in)
            _put(marker, "out", -1)  # a moment, not a range
        if len(tracks) > 1:
            for other, name in enumerate(tracks):
                link = ET.SubElement(clip, "link")
                _put(link, "linkclipref", f"{name}-{number}")
                _put(link, "mediatype", "audio" if other else "video")
                _put(link, "trackindex", max(other, 1))
                _put(link, "clipindex", number)


def _range(clip: ET.Element, cut: Cut) -> None:
    _put(clip, "start", cut.record_in)
    _put(clip, "end", cut.record_out)
    _put(clip, "in", cut.source_in)
    _put(clip, "out", cut.source_out)


def _describe(file: ET.Element, edit: Edit, media: Media) -> None:
    _put(file, "name", media.name)
    _put(file, "pathurl", media.url.replace("file:///", "file://localhost/", 1))
    _rate(file, edit)
    _put(file, "duration", media.frames)
    _timecode(file, edit, media.start)
    kinds = ET.SubElement(file, "media")
    _format(ET.SubElement(kinds, "video"), edit)
    if edit.channels:
        sound = ET.SubElement(kinds, "audio")
        _put(sound, "channelcount", edit.channels)


def _format(parent: ET.Element, edit: Edit) -> None:
    kind = ET.SubElement(parent, "samplecharacteristics")
    _rate(kind, edit)
    _put(kind, "width", edit.width)
    _put(kind, "height", edit.height)
    _put(kind, "anamorphic", "FALSE")
    _put(kind, "pixelaspectratio", "square")
    _put(kind, "fielddominance", "none")


def _timecode(parent: ET.Element, edit: Edit, frame: int) -> None:
    timecode = ET.SubElement(parent, "timecode")
    _rate(timecode, edit)
    _put(timecode, "string", edit.rate.timecode(frame))
    _put(timecode, "frame", frame)
    _put(timecode, "displayformat", "DF" if edit.rate.drop else "NDF")


def _rate(parent: ET.Element, edit: Edit) -> None:
    rate = ET.SubElement(parent, "rate")
    _put(rate, "timebase", edit.rate.base)
    _put(rate, "ntsc", "TRUE" if edit.rate.rate.denominator > 1 else "FALSE")


def _put(parent: ET.Element, name: str, value: object) -> None:
    ET.SubElement(parent, name).text = str(value)


OUTPUT = Output("xml", "summary.xml", "the cuts for Premiere Pro and Resolve", write, order=35)
