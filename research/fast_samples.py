"""What --fast leaves out, and whether the samples stay the same, for videos of one's own.

    python research/fast_samples.py VIDEO...

Each video is sampled whole and with ``skip_nonref``; told are the samples, how many of them are the
same to the last pixel, the share of frames that were not decoded, and processor time against whole.
"""

from __future__ import annotations

import sys
import time
import warnings

import numpy as np

from vidgist.errors import VideoError
from vidgist.video import SampleStream


def main() -> None:
    warnings.simplefilter("ignore")
    print(f"{'video':<45} {'samples':>8} {'same':>5} {'left out':>9} {'time':>5}")
    for path in sys.argv[1:]:
        name = path.rpartition("/")[2][:45]
        pictures, frames, seconds = [], [], []
        try:
            for skip in (False, True):
                begun = time.process_time()
                stream = SampleStream(path, skip_nonref=skip)
                pictures.append([p.copy() for p in stream])
                seconds.append(time.process_time() - begun)
                frames.append(stream.timeline.n_frames)
        except VideoError as error:
            print(f"{name:<45} {str(error).rpartition(': ')[2][:40]}")
            continue
        same = sum(map(np.array_equal, *pictures))
        print(
            f"{name:<45} {len(pictures[0]):>8} {same:>5} {1 - frames[1] / frames[0]:>9.0%}"
            f" {seconds[1] / seconds[0]:>5.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
