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
import json
import os
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

from fuzz_cases import Tiny, good_files, mutated

KINDS = ("mp4", "mkv", "webm", "hdf5", "safetensors", "json", "text", "npz")
SECONDS = 10.0
"""Processor seconds that a case may take."""
STARVED = 12
"""Times as long on the clock."""
MEGABYTES = 1024


# ---------------------------------------------------------------- what reads them


def read(kind: str, path: Path, folder: Path) -> None:
    """Do with a file all that users do with files of this kind."""
    if kind in ("mp4", "mkv", "webm"):
        from vidgist.pipeline import summarize
        from vidgist.video import Limits

        limits = Limits(max_pixels=1 << 22, max_hours=1 / 6)
        summary = summarize(path, backbone=Tiny(), settings="paper", threads=1, limits=limits)
        summary.save(folder, make=["mp4", "keyframes", "csv", "vtt", "json"], overwrite=True)
    elif kind == "hdf5":
        _first_that_works(_data_set, _annotations, _scores, _shots, path=path)
    elif kind == "safetensors":
        _first_that_works(_load_model, _read_bank, path=path)
    elif kind == "text":
        readers = (_annotations, _names, _splits, _scores, _shots, _transcript)
        _first_that_works(*readers, path=path)
    elif kind == "npz":
        _scores(path)
    else:
        readers = (_document, _splits, _scores, _annotations, _shots, _transcript, _clips, _mark)
        _first_that_works(*readers, path=path)


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


def _data_set(path: Path) -> None:
    from vidgist.datasets import open_dataset

    for record in open_dataset(path):
        if record.features is not None and record.picks is not None:
            with contextlib.suppress(ValueError):
                record.to_features()


def _annotations(path: Path) -> None:
    from vidgist.evaluation.join import read_annotations

    read_annotations(path)


def _names(path: Path) -> None:
    from vidgist.datasets.mr_hisum import read_names

    read_names(path)


def _shots(path: Path) -> None:
    from vidgist.datasets.shots_file import read_shots_file

    read_shots_file(path)


def _transcript(path: Path) -> None:
    from vidgist.captions import read_transcript

    read_transcript(path)


def _clips(path: Path) -> None:
    """Read labels of YouTube Highlights, whose file has a name of its own."""
    from vidgist.datasets.highlights import LABELS
    from vidgist.errors import DataError
    from vidgist.evaluation.join import read_annotations

    folder = path.with_name("clips")
    folder.mkdir()
    (folder / LABELS).write_bytes(path.read_bytes())
    if not read_annotations(folder):
        raise DataError("no labels")


def _load_model(path: Path) -> None:
    from vidgist.models import load_model

    load_model(path)


def _read_bank(path: Path) -> None:
    from vidgist.scoring.bank.file import read_bank

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
    from vidgist.batch.folders import MARKER, ResultMarker
    from vidgist.errors import DataError

    path.rename(path.with_name(MARKER))
    if ResultMarker.read(path.parent) is None:
        raise DataError("no marker")


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
