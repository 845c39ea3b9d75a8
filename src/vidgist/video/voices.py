"""The tracks of sound that go into a clip: one, all, none, or several mixed into one.

Tracks are counted from 1 among those that can be decoded.  The best is the one that a player takes.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vidgist.errors import InputError, SettingError
from vidgist.video.headers import channels_in_own_order
from vidgist.video.sound import Samples, SoundReader
from vidgist.video.tracks import is_decodable, open_sound

_CHUNK = 1.0
"""Seconds that are mixed at once."""

_WORDS = ("best", "all", "none", "mix", "stereo")

_SAME_LANGUAGE = (
    *("ar ara", "bg bul", "ca cat", "cs ces cze", "da dan", "de deu ger", "el ell gre", "en eng"),
    *("es spa", "et est", "fa fas per", "fi fin", "fr fra fre", "he heb", "hi hin", "hr hrv"),
    *("hu hun", "id ind", "is isl ice", "it ita", "ja jpn", "ko kor", "lt lit", "lv lav"),
    *("nl nld dut", "no nor nob", "pl pol", "pt por", "ro ron rum", "ru rus", "sk slk slo"),
    *("sl slv", "sr srp", "sv swe", "th tha", "tr tur", "uk ukr", "vi vie", "zh zho chi"),
)
"""Codes of one language by ISO 639-1 and 639-2: containers have three letters, people write two."""


@dataclass(frozen=True)
class Track:
    """A track of sound in a file.

    Attributes:
        index: of its stream.
        channels: as they are stored.
        language: code as the file has it, or "".
        title: for people, or "".
        best: whether a player takes it where nobody chooses.
    """

    index: int
    channels: int
    language: str
    title: str
    best: bool


@dataclass(frozen=True)
class Voice:
    """A track of sound of the clip.

    Attributes:
        tracks: those of the file that it is made of.
        pair: left and right of two tracks of one channel; else several are mixed.
    """

    tracks: tuple[Track, ...]
    pair: bool = False

    @property
    def language(self) -> str:
        """Of its tracks, "" where they differ."""
        languages = {track.language for track in self.tracks}
        return languages.pop() if len(languages) == 1 else ""

    @property
    def title(self) -> str:
        """Of its only track, "" for several."""
        return self.tracks[0].title if len(self.tracks) == 1 else ""


def check_choice(audio: str) -> str:
    """Return a choice of sound as it is, after a look at its form.

    Raises:
        SettingError: it cannot be read.
    """
    if audio in _WORDS or re.fullmatch(r"[1-9]\d{0,2}|lang:[A-Za-z-]{2,12}", audio):
        return audio
    raise SettingError(
        f"audio: cannot read '{audio}'; give {', '.join(_WORDS)}, the number of a track, or lang:de"
    )


def sound_tracks(path: Path) -> tuple[Track, ...]:
    """Return the tracks of sound of a file that can be decoded.

    Raises:
        VideoError: the file cannot be opened.
    """
    container, best, _ = open_sound(path)
    with container:
        found = [s for s in container.streams.audio if is_decodable(s)]
        return tuple(_track(stream, best=stream is best or stream == best) for stream in found)


def _track(stream: Any, *, best: bool) -> Track:
    tags = stream.metadata
    language = tags.get("language", "")
    title = tags.get("title") or tags.get("name") or ""
    channels = len(channels_in_own_order(stream.container, stream)) or stream.channels
    return Track(stream.index, channels, "" if language == "und" else language, title, best)


def choose_voices(path: Path, audio: str, *, tracks: Sequence[Track]) -> tuple[Voice, ...]:
    """Return the tracks of the clip.

    Args:
        path: the video, for errors.
        tracks: of `sound_tracks`.
        audio: ``best``, ``all``, ``none``, ``mix`` (all in one), ``stereo`` (the first two tracks
            of one channel as left and right), the number of a track, or ``lang:de``.

    Raises:
        SettingError: the choice cannot be read.
        InputError: this video has no such track.
    """
    check_choice(audio)
    if audio == "none" or (not tracks and audio in _WORDS):
        return ()
    if audio == "all":
        return tuple(Voice((track,)) for track in sorted(tracks, key=lambda t: not t.best))
    if audio == "mix":
        return (Voice(tuple(tracks)),)
    if audio == "best":
        return (Voice((next((track for track in tracks if track.best), tracks[0]),)),)
    if audio == "stereo":
        mono = [track for track in tracks if track.channels == 1]
        if len(mono) < 2:
            raise InputError(
                f"{path}: has {len(mono)} sound tracks of one channel, audio 'stereo' needs two"
            )
        return (Voice(tuple(mono[:2]), pair=True),)
    if audio.isdecimal():
        if int(audio) > len(tracks):
            raise InputError(
                f"{path}: has no sound track {audio}; it has {len(tracks)}, give audio 'best'"
            )
        return (Voice((tracks[int(audio) - 1],)),)
    wanted = _codes(audio.removeprefix("lang:"))
    spoken = tuple(Voice((track,)) for track in tracks if _codes(track.language) & wanted)
    if not spoken:
        known = ", ".join(sorted({track.language or "unknown" for track in tracks})) or "none"
        raise InputError(
            f"{path}: has no sound track in '{audio[5:]}'; the languages in it are: {known}"
        )
    return spoken


def _codes(language: str) -> set[str]:
    code = language.lower().partition("-")[0]
    return next((set(row.split()) for row in _SAME_LANGUAGE if code in row.split()), {code} - {""})


class VoiceReader:
    """Reader of the sound of a voice; a context manager with the outside of `SoundReader`.

    Args:
        path: the video file.
        voice: of `choose_voices`.
        origin: see `SoundReader`.
        steady: see `SoundReader`.
    """

    def __init__(self, path: Path, voice: Voice, *, origin: float, steady: bool) -> None:
        self.voice = voice
        with contextlib.ExitStack() as stack:
            first, *others = voice.tracks
            self._readers = [
                stack.enter_context(
                    SoundReader(path, origin=origin, steady=steady, track=_index(first))
                )
            ]
            for track in others:
                reader = SoundReader(
                    path, origin=origin, steady=steady, track=track.index, rate=self.rate
                )
                self._readers.append(stack.enter_context(reader))
            self._stack = stack.pop_all()
        self.channels = 2 if voice.pair else max(reader.channels for reader in self._readers)

    @property
    def rate(self) -> int | None:
        """Samples a second, None where nothing can be decoded."""
        return self._readers[0].rate

    @property
    def lost(self) -> int:
        """Packets that did not decode so far."""
        return sum(reader.lost for reader in self._readers)

    def read(self, start: float, samples: int) -> Iterator[Samples]:
        """Yield the samples from ``start`` seconds on, as `SoundReader.read` does."""
        if len(self._readers) == 1:
            yield from self._readers[0].read(start, samples)
            return
        assert self.rate is not None
        done = 0
        while done < samples:
            count = min(samples - done, round(_CHUNK * self.rate))
            blocks = [
                np.concatenate(list(reader.read(start + done / self.rate, count)), axis=1)
                for reader in self._readers
            ]
            if self.voice.pair:
                yield np.concatenate([block[:1] for block in blocks])
            else:
                # Divided by their number: however loud they are, the sum stays below full scale.
                wide = [np.broadcast_to(block, (self.channels, count)) for block in blocks]
                yield (np.sum(wide, axis=0) / len(wide)).astype(np.float32)
            done += count

    def __enter__(self) -> VoiceReader:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()


def _index(track: Track) -> int | None:
    """Return which stream to read; the best is found again where it begins late or goes on."""
    return None if track.best else track.index
