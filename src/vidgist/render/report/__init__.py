"""Page about a summary: one HTML file that needs no network."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from PIL import Image

from vidgist import __version__
from vidgist.errors import VidgistError
from vidgist.render.material import Material
from vidgist.render.page import assemble, breakable, definition_rows, escape, list_items
from vidgist.render.report.content import curves, facts, links, media, settings_rows, stops
from vidgist.render.report.content import document as editable
from vidgist.render.report.earlier import earlier_page
from vidgist.render.report.pictures import as_text, choose_pictures, encode, encoding
from vidgist.render.stills import evenly

__all__ = ["page", "size_limit"]

STYLES = ("base.css", "report.css")
SCRIPTS = (
    "base.js",
    "report_state.js",
    "report_draw.js",
    "report_timeline.js",
    "report_moment.js",
    "report_player.js",
    "report_shots.js",
    "report_edit.js",
    "report_main.js",
)

SIZES = ((600.0, 2_800_000), (7200.0, 9_400_000))
"""(seconds of video, bytes of the page): at most 3 MB for ten minutes, 10 MB for two hours."""

STILL_SIDE = 320
STILL_QUALITY = 60
POSTER_QUALITY = 70

STILLS_SHARE = 0.15
"""Share of the page for larger pictures of the keyframes."""


def size_limit(duration: float) -> int:
    """Return the greatest size in bytes of the page of a video of ``duration`` seconds."""
    seconds, sizes = zip(*SIZES, strict=True)
    return int(np.interp(duration, seconds, sizes))


def page(material: Material) -> str:
    """Return the page as text, filled up with pictures to `size_limit`."""
    summary = material.summary
    limit = size_limit(summary.timeline.duration)
    earlier = earlier_page(summary)
    document: dict[str, Any] = {**curves(summary, earlier), "media": media(material)}
    document["document"] = editable(summary)
    document["stills"] = _stills(material, room=int(STILLS_SHARE * limit))
    document["poster"] = _poster(material)
    slots = {
        "title": escape(summary.video.name),
        "heading": breakable(summary.video.name),
        "facts": list_items(facts(summary)),
        "warnings": list_items(summary.warnings),
        "settings": definition_rows(settings_rows(summary)),
        "links": "".join(
            f'<li><a href="{escape(url)}">{escape(name)}</a></li>' for name, url in links(material)
        ),
        "version": escape(__version__),
    }
    if earlier is not None:
        document |= {name: earlier[name] for name in ("stops", "pictures", "neighbors")}
        return _assembled(document, slots)
    shell = len(_assembled(document, slots).encode("utf-8"))
    document |= stops(summary, choose_pictures(summary, room=limit - shell))
    return _assembled(document, slots)


def _assembled(document: dict[str, Any], slots: dict[str, str]) -> str:
    return assemble("report.html", styles=STYLES, scripts=SCRIPTS, data=document, slots=slots)


def _poster(material: Material) -> dict[str, str]:
    """Return the large picture of the best keyframe, which the player shows before it plays."""
    try:
        picture = material.stills.best()
    except VidgistError:
        return {"kind": "", "data": ""}
    return {"kind": encoding()[1], "data": as_text(encode(picture, quality=POSTER_QUALITY))}


def _stills(material: Material, *, room: int) -> dict[str, Any]:
    """Return as many larger pictures of the keyframes as fit, evenly chosen, by sample."""
    try:
        tiles = material.stills.tiles()
    except VidgistError:
        return {"kind": "", "data": {}}  # the source is gone; the page uses the thumbnails
    encoded = []
    for still, tile in tiles:
        small = tile.copy()
        small.thumbnail((STILL_SIDE, STILL_SIDE), Image.Resampling.LANCZOS)
        encoded.append((still.sample, as_text(encode(small, quality=STILL_QUALITY))))
    mean = sum(len(text) for _, text in encoded) / len(encoded)
    kept = [encoded[i] for i in evenly(len(encoded), max(1, int(room / mean)))]
    while len(kept) > 1 and len(json.dumps(dict(kept))) > room:
        kept.pop()
    return {"kind": encoding()[1], "data": {str(sample): text for sample, text in kept}}
