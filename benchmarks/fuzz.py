"""Feed vidgist damaged and hostile files: nothing may crash, hang, take much memory or surprise.

    python benchmarks/fuzz.py --cases 1000 --seed 0
    python benchmarks/fuzz.py --kinds mp4 --case 0:mp4:123 --keep bad.mp4    # one case again

Good files are made here, then bytes of them are changed, cut, doubled or replaced by numbers that
programs stumble over. A file may be read with success or refused with an error of vidgist's own;
anything else is a finding, and so is a case of more than 10 seconds of a processor or of one
gigabyte. Cases run in processes of their own; a case is known by seed, kind and number, and can be
made again.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import resource
import selectors
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

KINDS = ("mp4", "mkv", "webm", "hdf5", "safetensors", "json")
SECONDS = 10.0
"""Processor seconds that a case may take."""
STARVED = 12
"""Times as long on the clock."""
MEGABYTES = 1024
WORST = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 63)


# ---------------------------------------------------------------- good files


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

    from vidgist.datasets.eccv16 import write_dataset
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


def _bank() -> bytes:
    import numpy as np

    from vidgist.bank import Bank
    from vidgist.bank.file import write_bank

    ones = np.ones(16)
    common = ones / np.linalg.norm(ones)
    bank = Bank(
        mean=ones, deviation=ones, common=common, rise=common, videos=2, samples=9, backbone="x"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bank.safetensors")
        write_bank(path, bank)
        return path.read_bytes()


def _json_files() -> list[bytes]:
    from vidgist.pipeline import summarize

    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder, "v.mp4")
        video.write_bytes(_video("mp4"))
        summary = summarize(video, backbone=Tiny(), preset="paper", threads=1)
        (path,) = summary.save(Path(folder, "out"), make=["json"])
        document = path.read_bytes()
    splits = json.dumps([{"train_keys": ["video_1", "video_2"], "test_keys": ["video_3"]}] * 2)
    scores = json.dumps({"video_1": [0.1, 0.5, 1.0], "video_2": [0, 1]})
    mark = json.dumps({"content": "c", "settings": {}, "done": {"json": 1}, "begun": []})
    return [document, splits.encode(), scores.encode(), mark.encode()]


def good_files(kind: str) -> list[bytes]:
    """Return files of a kind that are as they should be."""
    if kind == "hdf5":
        return [_data_set()]
    if kind == "safetensors":
        return [_bank()]
    return _json_files() if kind == "json" else [_video(kind)]


# ---------------------------------------------------------------- changes


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


# ---------------------------------------------------------------- what reads them


class Tiny:
    """A backbone that is as quick as can be: the picture itself, very small."""

    name, dimension, size, fingerprint = "tiny", 192, (8, 8), "tiny"

    def extract(self, pixels: Any) -> Any:
        import numpy as np

        return pixels.reshape(len(pixels), -1).astype(np.float32)


def read(kind: str, path: Path, folder: Path) -> None:
    """Do with a file all that users do with files of this kind."""
    if kind in ("mp4", "mkv", "webm"):
        from vidgist.pipeline import summarize
        from vidgist.video import Limits

        limits = Limits(pixels=1 << 22, seconds=600.0)
        summary = summarize(path, backbone=Tiny(), preset="paper", threads=1, limits=limits)
        summary.save(folder, make=["mp4", "keyframes", "csv", "vtt", "json"], overwrite=True)
    elif kind == "hdf5":
        from vidgist.datasets import open_dataset

        for record in open_dataset(path):
            if record.features is not None and record.picks is not None:
                with contextlib.suppress(ValueError):
                    record.to_features()
    elif kind == "safetensors":
        _first_that_works(_load_model, _read_bank, path=path)
    else:
        _first_that_works(_document, _splits, _scores, _mark, path=path)


def _first_that_works(*readers: Any, path: Path) -> None:
    from vidgist.errors import VidgistError

    refused: VidgistError | None = None
    read = 0
    for reader in readers:
        try:
            reader(path)
            read += 1
        except VidgistError as error:
            refused = error
    if not read and refused is not None:
        raise refused


def _load_model(path: Path) -> None:
    from vidgist.model import load_model

    load_model(path)


def _read_bank(path: Path) -> None:
    from vidgist.bank.file import read_bank

    read_bank(path)


def _document(path: Path) -> None:
    from vidgist.render.document import read_document

    read_document(path)


def _splits(path: Path) -> None:
    from vidgist.datasets.splits import read_splits

    read_splits(path)


def _scores(path: Path) -> None:
    from vidgist.evaluation.scores_file import read_scores

    read_scores(path, names=[("video_1", "a")])


def _mark(path: Path) -> None:
    from vidgist.batch.mark import MARK, read_mark
    from vidgist.errors import DataError

    path.rename(path.with_name(MARK))
    if read_mark(path.parent) is None:
        raise DataError("no mark")


def work() -> None:
    """Take cases from standard input, one a line; answer each with a line."""
    from vidgist.errors import VidgistError

    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    good: dict[str, list[bytes]] = {}
    limited = False
    for line in sys.stdin:
        case = line.strip()
        kind = case.split(":")[1]
        if kind not in good:
            good[kind] = good_files(kind)
            for fine in good[kind]:  # a good file must be read, and warms everything up
                with tempfile.TemporaryDirectory() as name:
                    path = Path(name, f"fine.{kind}")
                    path.write_bytes(fine)
                    read(kind, path, Path(name, "out"))
        if not limited:
            # Far above what is a finding, to keep the machine alive.
            resource.setrlimit(resource.RLIMIT_DATA, (6 << 30, 6 << 30))
            limited = True
        before = _most()
        with tempfile.TemporaryDirectory() as name:
            path = Path(name, f"case.{kind}")
            path.write_bytes(mutated(good[kind], case=case))
            begun = time.process_time()
            try:
                read(kind, path, Path(name, "out"))
                said = "read"
            except VidgistError as error:
                said = "refused" if "\n" not in str(error) else f"several lines: {error!r}"
            except Exception as error:
                import traceback

                frames = traceback.extract_tb(error.__traceback__)
                ours = [f for f in frames if "vidgist" in f.filename] or frames
                said = f"{type(error).__name__}: {error} at {ours[-1].name}:{ours[-1].lineno}"
        grown = (_most() - before) / 1024
        if grown > MEGABYTES:
            said = f"memory: {grown:.0f} MB more"
        print(json.dumps([said, time.process_time() - begun, grown]), file=out, flush=True)


def _processor_seconds(pid: int) -> float:
    """Return what a process has used so far, 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# ---------------------------------------------------------------- who runs it


class Worker:
    """A process that works on cases, and is started anew when it dies."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.known: set[str] = set()

    def run(self, case: str) -> tuple[str, float, float]:
        if self.process is None:
            self.known = set()
            self.process = subprocess.Popen(
                [sys.executable, __file__, "--work"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        process = self.process
        assert process.stdin is not None
        assert process.stdout is not None
        kind = case.split(":")[1]
        begun, worked = time.monotonic(), _processor_seconds(process.pid)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(case + "\n")
            process.stdin.flush()
        # The first case of a kind comes after its good files are made and read.
        patience = SECONDS + (60 if kind not in self.known else 0)
        self.known.add(kind)
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            # Seconds of a processor: on a busy machine those of the clock say little. Who sleeps
            # uses none, and is given up all the same.
            ready = selector.select(patience)
            while (
                not ready
                and _processor_seconds(process.pid) - worked < patience
                and time.monotonic() - begun < STARVED * patience
            ):
                ready = selector.select(1.0)
        line = process.stdout.readline() if ready else ""
        if line:
            said, seconds, grown = json.loads(line)
            return (f"slow: {seconds:.1f} s" if seconds > SECONDS else said), seconds, grown
        process.kill()
        code = process.wait()
        self.process = None
        what = f"crash: code {code}" if ready else f"hang: over {SECONDS:.0f} s"
        return what, time.monotonic() - begun, 0.0

    def close(self) -> None:
        if self.process is not None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=200, help="of each kind")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so long")
    parser.add_argument("--case", help="SEED:KIND:NUMBER: write this one and stop")
    parser.add_argument("--keep", type=Path, default=Path("case"), help="where to, with --case")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work()
        return 0
    if options.case:
        options.keep.write_bytes(mutated(good_files(options.case.split(":")[1]), case=options.case))
        print(f"{options.case} -> {options.keep}")
        return 0
    until = time.monotonic() + 60 * options.minutes
    worker = Worker()
    findings = []
    print(f"seed {options.seed}")
    print(f"{'kind':<12} {'cases':>6} {'read':>6} {'refused':>8} {'findings':>9} {'slowest s':>10}")
    for kind in options.kinds.split(","):
        counts: Counter[str] = Counter()
        slowest = 0.0
        for number in range(options.first, options.first + options.cases):
            if time.monotonic() > until:
                break
            case = f"{options.seed}:{kind}:{number}"
            said, seconds, _ = worker.run(case)
            slowest = max(slowest, seconds) if counts else 0.0
            known = said in ("read", "refused")
            counts[said if known else "finding"] += 1
            if not known:
                findings.append((case, said))
                print(f"  {case}  {said}", flush=True)
        total = sum(counts.values())
        print(
            f"{kind:<12} {total:>6} {counts['read']:>6} {counts['refused']:>8}"
            f" {counts['finding']:>9} {slowest:>10.2f}",
            flush=True,
        )
    worker.close()
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
