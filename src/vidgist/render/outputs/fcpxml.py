"""``summary.fcpxml``: the cuts of the summary for Final Cut Pro and DaVinci Resolve.

Version 1.10 of Apple's format; all times are exact fractions of a second, on whole frames.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from vidgist.render.edit import Edit, edit_of
from vidgist.render.material import Material
from vidgist.render.output import Output


def write(material: Material, path: Path) -> None:
    """Write the cuts of a summary."""
    root = document(edit_of(material))
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n'
    path.write_text(head + ET.tostring(root, encoding="unicode") + "\n", encoding="utf-8")


def document(edit: Edit) -> ET.Element:
    """Return the document: an asset a file, and a project whose storyline has a clip an event."""

    def time(frames: int) -> str:
        # Not reduced: the denominator counts frames, as Apple's own files have it.
        rate = edit.rate.rate
        return f"{frames * rate.denominator}/{rate.numerator}s"

    root = ET.Element("fcpxml", version="1.10")
    resources = ET.SubElement(root, "resources")
    ET.SubElement(
        resources,
        "format",
        id="r1",
        frameDuration=time(1),
        width=str(edit.width),
        height=str(edit.height),
    )
    for number, media in enumerate(edit.media):
        asset = ET.SubElement(
            resources,
            "asset",
            id=_asset(number),
            name=media.name,
            start=time(media.start),
            duration=time(media.frames),
            hasVideo="1",
            videoSources="1",
            format="r1",
        )
        if edit.channels:
            asset.set("hasAudio", "1")
            asset.set("audioSources", "1")
            asset.set("audioChannels", str(edit.channels))
            asset.set("audioRate", str(edit.sample_rate))
        ET.SubElement(asset, "media-rep", kind="original-media", src=media.url)
    event = ET.SubElement(ET.SubElement(root, "library"), "event", name=edit.name)
    project = ET.SubElement(event, "project", name=f"{edit.name} summary")
    counting = "DF" if edit.rate.drop else "NDF"
    sequence = ET.SubElement(
        project,
        "sequence",
        format="r1",
        duration=time(edit.frames),
        tcStart="0s",  # some readers take another start for an hour of black
        tcFormat=counting,
    )
    spine = ET.SubElement(sequence, "spine")
    for cut, shot, reason in zip(edit.cuts, edit.shots, edit.reasons, strict=True):
        media = edit.media[cut.file]
        start = time(media.start + cut.source_in)
        clip = ET.SubElement(
            spine,
            "asset-clip",
            ref=_asset(cut.file),
            name=media.name,
            offset=time(cut.record_in),
            start=start,
            duration=time(cut.source_out - cut.source_in),
            format="r1",
            tcFormat=counting,
        )
        ET.SubElement(
            clip, "marker", start=start, duration=time(1), value=f"Shot {shot}", note=reason
        )
    return root


def _asset(file: int) -> str:
    return f"r{file + 2}"


OUTPUT = Output(
    "fcpxml", "summary.fcpxml", "the cuts for Final Cut Pro and Resolve", write, order=34
)
