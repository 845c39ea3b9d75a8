"""Draw the pictures of the site, one for each stage, from the demo clip that vidgist renders.

    python docs/make_pictures.py

Needs the extra `plot` (matplotlib), and Chromium with Playwright for the picture of the page.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

import vidgist
from vidgist.demo import render_demo

FOLDER = Path(__file__).parent / "pictures"
LARGEST = 150_000
"""Bytes that a picture may have: the site is read on phones."""
TEAL, GRAY = "#00897b", "#b0bec5"


def main() -> None:
    """Render the demo, summarize it and draw every picture."""
    mpl.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        clip = render_demo(Path(scratch, "demo.mp4"))
        gist = vidgist.summarize(clip)
        gist.save(Path(scratch, "gist"))
        draw_samples(gist)
        draw_features(gist)
        draw_criteria(gist)
        draw_importance(gist)
        draw_shots(gist)
        draw_pieces(gist)
        shrink(Path(scratch, "gist", "storyboard.jpg"), FOLDER / "storyboard.jpg")
        draw_page(Path(scratch, "gist", "report.html"), FOLDER / "page.jpg")
    for path in sorted(FOLDER.iterdir()):
        size = path.stat().st_size
        if size > LARGEST:
            raise SystemExit(f"{path}: expected at most {LARGEST} bytes, got {size}")
        print(f"{size:7d}  {path}")


def draw_samples(gist: vidgist.Summary) -> None:
    """Draw every third sample with its time."""
    chosen = np.arange(0, len(gist.times), 3)
    columns = 10
    rows = -(-len(chosen) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(9, 0.72 * rows))
    for ax in axes.flat:
        ax.axis("off")
    for ax, sample in zip(axes.flat, chosen, strict=False):
        ax.imshow(picture(gist, sample))
        ax.set_title(f"{gist.times[sample]:.1f} s", size=6, pad=2)
    save(figure, "samples.jpg")


def draw_features(gist: vidgist.Summary) -> None:
    """Draw the cosine similarity of all pairs of samples."""
    values = gist.features.values.astype(float)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    figure, ax = plt.subplots(figsize=(4.6, 3.8))
    end = gist.timeline.duration
    image = ax.imshow(values @ values.T, cmap="viridis", extent=(0, end, end, 0), vmin=0, vmax=1)
    ax.set_xlabel("seconds")
    ax.set_ylabel("seconds")
    figure.colorbar(image, label="cosine similarity")
    save(figure, "features.jpg")


def draw_criteria(gist: vidgist.Summary) -> None:
    """Draw the criteria of the default score, scaled to [0, 1]."""
    names = [
        name for name in ("distinctiveness", "belonging", "projection") if name in gist.samples
    ]
    figure, axes = plt.subplots(len(names), 1, figsize=(8, 3.6), sharex=True)
    for ax, name in zip(axes, names, strict=True):
        ax.plot(gist.times, gist.samples[name], color=TEAL)
        ax.set_title(name, loc="left", size=9)
        ax.set_ylim(-0.05, 1.05)
    axes[-1].set_xlabel("seconds")
    axes[-1].set_xlim(0, gist.timeline.duration)
    save(figure, "criteria.png")


def draw_importance(gist: vidgist.Summary) -> None:
    """Draw the importance, with the pictures of some of its peaks."""
    figure, (above, ax) = plt.subplots(2, 1, figsize=(8, 2.8), height_ratios=(1, 2.6), sharex=True)
    curve(ax, gist)
    above.axis("off")
    above.set_ylim(0, 1)
    importance = gist.scores.importance
    peaks: list[int] = []
    for sample in np.argsort(-importance):
        if all(abs(gist.times[sample] - gist.times[p]) > 9 for p in peaks):
            peaks.append(int(sample))
    for sample in sorted(peaks[:6]):
        show(above, gist, sample, at=gist.times[sample])
        ax.plot(gist.times[sample], importance[sample], "o", color="black", ms=4)
    above.set_xlim(0, gist.timeline.duration)
    save(figure, "importance.jpg")


def draw_shots(gist: vidgist.Summary) -> None:
    """Draw the borders of the shots over the change from sample to sample."""
    figure, ax = plt.subplots(figsize=(8, 2.0))
    values = gist.features.values.astype(float)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    change = 1 - (values[1:] * values[:-1]).sum(axis=1)
    ax.plot(gist.times[1:], change, color=TEAL, label="change from sample to sample")
    for number, start in enumerate(gist.shot_seconds[1:, 0]):
        ax.axvline(start, color="black", lw=0.8, label="start of a shot" if number == 0 else None)
    ax.set_xlim(0, gist.timeline.duration)
    ax.set_xlabel("seconds")
    ax.set_yticks([])
    ax.legend(loc="upper center", ncols=2, frameon=False, bbox_to_anchor=(0.5, 1.25))
    save(figure, "shots.png")


def draw_pieces(gist: vidgist.Summary) -> None:
    """Draw the pieces of the summary under the importance, with a picture of each."""
    figure, (above, ax) = plt.subplots(2, 1, figsize=(8, 2.8), height_ratios=(1, 2.6), sharex=True)
    curve(ax, gist)
    above.axis("off")
    above.set_ylim(0, 1)
    for number, (start, end) in enumerate(gist.pieces):
        ax.axvspan(start, end, color="#ffb300", alpha=0.6, lw=0)
        show(above, gist, gist.piece_samples[number], at=(start + end) / 2)
    above.set_xlim(0, gist.timeline.duration)
    save(figure, "pieces.jpg")


def curve(ax: Axes, gist: vidgist.Summary) -> None:
    """Draw the importance over time."""
    importance = gist.scores.importance
    ax.fill_between(gist.times, importance.min(), importance, color=GRAY, alpha=0.5)
    ax.plot(gist.times, importance, color=TEAL)
    ax.set_xlim(0, gist.timeline.duration)
    ax.set_xlabel("seconds")
    ax.set_ylabel("importance")


def show(ax: Axes, gist: vidgist.Summary, sample: int, *, at: float) -> None:
    """Show a sample above its moment, beside the pictures that are there already."""
    width = 8.0
    taken = max((image.get_extent()[1] for image in ax.images), default=0.0)
    left = max(min(at - width / 2, gist.timeline.duration - width), taken)
    ax.imshow(picture(gist, sample), extent=(left, left + width, 0, 1), aspect="auto")


def picture(gist: vidgist.Summary, sample: int) -> np.ndarray:
    """Return the thumbnail of a sample."""
    return np.asarray(Image.open(io.BytesIO(gist.thumbnails[sample])))


def save(figure: Figure, name: str) -> None:
    """Write a figure."""
    figure.tight_layout(pad=0.4)
    quality = {"quality": 80, "optimize": True} if name.endswith(".jpg") else {"optimize": True}
    figure.savefig(FOLDER / name, dpi=130, pil_kwargs=quality)
    plt.close(figure)


def shrink(source: Path, target: Path) -> None:
    """Write a picture at most 1100 pixels wide."""
    image = Image.open(source)
    image.thumbnail((1100, 4000))
    image.save(target, quality=80, optimize=True)


def draw_page(page: Path, target: Path) -> None:
    """Photograph the top of the page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium())
        view = browser.new_page(viewport={"width": 1100, "height": 1000})
        view.goto(page.as_uri())
        view.wait_for_timeout(3000)  # until the player shows its first picture
        view.screenshot(path=target, type="jpeg", quality=70)
        browser.close()


def chromium() -> str | None:
    """Return the system's Chromium, or None for Playwright's own."""
    from shutil import which

    return which("chromium") or which("chromium-browser") or which("google-chrome")


if __name__ == "__main__":
    main()
