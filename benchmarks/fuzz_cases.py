"""The files of `fuzz.py`: good ones of each kind, and how they are changed."""

from __future__ import annotations

import io
import json
import random
import tempfile
from pathlib import Path
from typing import Any

WORST = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 63)
"""Numbers that programs stumble over."""


class Tiny:
    """A backbone that is as quick as can be: the picture itself, very small."""

    name, dimension, size, fingerprint = "tiny", 192, (8, 8), "tiny"

    def extract(self, pixels: Any) -> Any:
        import numpy as np

        return pixels.reshape(len(pixels), -1).astype(np.float32)


def _video(kind: str) -> bytes:
    import av
    import numpy as np

    codec = {"mp4": "libx264", "mkv": "mpeg4", "webm": "libvpx"}[kind]
    file = io.BytesIO()
    with av.open(file, "w", format={"mkv": "matroska"}.get(kind, kind)) as output:
        stream: Any = output.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        sound: Any = output.add_stream("libopus" if kind == "webm" else "aac", rate=48000)
        sound.layout = "mono"
        rng = np.random.default_rng(1)
        looks = rng.integers(0, 255, (4, 48, 64, 3), dtype=np.uint8)
        for number in range(40):
            picture = np.roll(looks[number // 10], number, axis=1)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                output.mux(packet)
        for packet in stream.encode():
            output.mux(packet)
        size = sound.codec_context.frame_size or 960
        for number in range(4 * 48000 // size):
            wave = np.sin(np.arange(size) / 20)[None].astype(np.float32)
            frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48000, number * size
            for packet in sound.encode(frame):
                output.mux(packet)
        for packet in sound.encode():
            output.mux(packet)
    return file.getvalue()


def _data_set() -> bytes:
    import numpy as np

    from vidgist.datasets import write_dataset
    from vidgist.datasets.record import VideoRecord
    from vidgist.types import Shots

    rng = np.random.default_rng(2)
    records = [
        VideoRecord(
            key=f"video_{number}",
            name="name",
            features=rng.random((12, 8)).astype(np.float16),
            picks=np.arange(12) * 15,
            n_frames=180,
            shots=Shots(frames=np.array([[0, 90], [90, 180]])),
            user_summary=rng.random((3, 180)) > 0.8,
        )
        for number in (1, 2)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.h5")
        write_dataset(path, records, attributes={"backbone": "x"})
        return path.read_bytes()


def _mr_hisum() -> bytes:
    import h5py
    import numpy as np

    file = io.BytesIO()
    with h5py.File(file, "w") as data:
        for key in ("video_1", "video_2"):
            data[f"{key}/gtscore"] = np.linspace(0, 1, 20)
            data[f"{key}/change_points"] = [[0, 8], [8, 20]]
            data[f"{key}/gtsummary"] = np.repeat([0.0, 1.0], [17, 3])
    return file.getvalue()


def _texts() -> list[bytes]:
    """Return tables and lists of each kind that is read: labels, names, splits, scores, shots."""
    scores = ",".join("12345"[i % 5] for i in range(30))
    return [
        text.encode()
        for text in (
            f"a1\tVT\t{scores}\na1\tVT\t{scores}\nb2\tVU\t{scores}\n",
            "video_id,yt8m_file,random_id,youtube_id\nvideo_1,train0026,ORaA,JhdjUam0l6A\n",
            "- test_keys: [data/x.h5/video_1]\n  train_keys: [data/x.h5/video_2]\n" * 2,
            "video_1,0.1,0.5,1\nvideo_2,0,1,0.25\n",
            "video,start,end\nvideo_1,0.5,2.5\nvideo_1,3,4\n",
            "start,end\n0,1.5\n1.5,4\n",
            "1\n00:00:01,000 --> 00:00:02,500\nOne, two.\n\n2\n00:00:03,000 --> 00:00:04,000\nX\n",
            "WEBVTT\n\n00:01.000 --> 00:02.500\nOne, two.\n",
        )
    ]


def _npz() -> bytes:
    import numpy as np

    file = io.BytesIO()
    np.savez(file, video_1=np.linspace(0, 1, 20), video_2=np.zeros((9, 1), np.float32))
    return file.getvalue()


def _bank() -> bytes:
    import numpy as np

    from vidgist.scoring.bank import Bank
    from vidgist.scoring.bank.file import write_bank

    ones = np.ones(16)
    common = ones / np.linalg.norm(ones)
    bank = Bank(mean=ones, deviation=ones, common=common, videos=2, samples=9, backbone="x")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bank.safetensors")
        write_bank(path, bank)
        return path.read_bytes()


def _json_files() -> list[bytes]:
    from vidgist.pipeline import summarize

    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder, "v.mp4")
        video.write_bytes(_video("mp4"))
        summary = summarize(video, backbone=Tiny(), settings="paper", threads=1)
        (path,) = summary.save(Path(folder, "out"), make=["json"])
        document = path.read_bytes()
    splits = json.dumps([{"train_keys": ["video_1", "video_2"], "test_keys": ["video_3"]}] * 2)
    scores = json.dumps({"video_1": [0.1, 0.5, 1.0], "video_2": [0, 1]})
    mark = json.dumps({"content": "c", "settings": {}, "done": {"json": 1}, "begun": []})
    clips = json.dumps([[[0, 100], [50, 150]], [1, -1]])
    query = {"vid": "a", "duration": 10, "relevant_clip_ids": [1, 2]}
    line = json.dumps({**query, "saliency_scores": [[4, 3, 2], [0, 1, 4]]})
    shots = json.dumps({"video_1": [{"start": 0, "end": 2.5}, {"start": 2.5, "end": 4}]})
    said = json.dumps({"segments": [{"start": 0.5, "end": 2, "text": "One, two."}]})
    texts = (splits, scores, mark, clips, f"{line}\n{line}\n", shots, said)
    return [document, *(text.encode() for text in texts)]


def good_files(kind: str) -> list[bytes]:
    """Return files of a kind that are as they should be."""
    if kind == "hdf5":
        return [_data_set(), _mr_hisum()]
    if kind == "text":
        return _texts()
    if kind == "npz":
        return [_npz()]
    if kind == "safetensors":
        return [_bank()]
    return _json_files() if kind == "json" else [_video(kind)]


def mutated(good: list[bytes], *, case: str) -> bytes:
    """Return one of the good files, changed; the same for the same case."""
    rng = random.Random(case)
    data = bytearray(rng.choice(good))
    # Headers are short and decide most, so every other change is made near an end.
    for _ in range(rng.choice((1, 1, 2, 3, 8, 30))):
        span = len(data)
        near = min(span, rng.choice((64, 512, span, span)))
        at = rng.randrange(max(1, near))
        if rng.random() < 0.3:
            at = max(0, span - 1 - at)
        change = rng.randrange(8)
        if change == 0 and data:
            data[at] ^= 1 << rng.randrange(8)
        elif change == 1:
            data[at : at + 1] = bytes([rng.randrange(256)])
        elif change == 2:
            width = rng.choice((1, 2, 4, 8))
            number = (rng.choice(WORST) + rng.choice((-1, 0, 0, 1))) % (1 << 8 * width)
            data[at : at + width] = number.to_bytes(width, rng.choice(("big", "little")))
        elif change == 3:
            del data[at : at + rng.choice((1, 4, 100, span // 3))]
        elif change == 4:
            length = rng.choice((1, 8, 200))
            data[at:at] = data[at : at + length]
        elif change == 5:
            other = rng.choice(good)
            begin = rng.randrange(len(other))
            data[at : at + 64] = other[begin : begin + 64]
        elif change == 6:
            del data[max(1, at) :]
        else:
            data[at : at + 16] = rng.randbytes(16)
    return bytes(data)
