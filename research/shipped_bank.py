"""Make the bank that is shipped with efficientnet_lite0 anew.

    python research/shipped_bank.py FOLDER [-o BANK]
    python research/shipped_bank.py FOLDER --with CLIP... -o BANK     (a bank of more clips)

FOLDER holds the test clips named below, each prefixed by the public repository that it comes from.
Taken are all that decode to the end, last 10 seconds or more (20 samples), and are no damaged copy
of another: clips of a second or two say how one picture looks, not how videos do. Statistics alone
leave the clips: 4 x 1280 numbers.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vidgist.cli import main
from vidgist.scoring.bank.choose import FOLDER as SHIPPED_FOLDER

BACKBONE = "efficientnet_lite0"
CLIPS = (
    "askanything__making_cake.mp4",
    "chthomos__bbb_480p_30s.mp4",
    "intel__car-detection.mp4",
    "intel__one-by-one-person-detection.mp4",
    "katna__pos_video.mp4",
    "moviepy__video_with_failing_audio.mp4",
    "pyscenedetect__goldeneye-vfr-drop3.mp4",
    "pyscenedetect__issue-134-rotate.mp4",
    "pyscenedetect__testvideo.mp4",
    "simpl__av1_550.webm",
    "simpl__chrome.mp4",
    "videollama__birthday.mp4",
    "videollama__skateboarding_dog.mp4",
)


def run() -> int:
    parser = argparse.ArgumentParser(description="Make the shipped bank anew.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("-b", "--backbone", default=BACKBONE)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--with", dest="further", nargs="+", default=[], metavar="CLIP")
    given = parser.parse_args()
    if given.further and not given.output:
        parser.error("--with: say with -o where this other bank goes")
    output = given.output or SHIPPED_FOLDER / f"{given.backbone}.safetensors"
    clips = [str(given.folder / name) for name in (*CLIPS, *given.further)]
    options = ["--backbone", given.backbone, "-o", str(output), "--overwrite"]
    return main(["bank", *clips, *options])


if __name__ == "__main__":
    sys.exit(run())
