from __future__ import annotations

import numpy as np

from vidgist.video import is_black


def test_black_is_what_blackdetect_calls_black():
    pictures = np.zeros((6, 100, 100, 3), np.uint8)
    pictures[1] = 25  # under a tenth of 255
    pictures[2] = 26  # over it
    pictures[3, :, 49:51] = 255  # a line of 2 in 100 columns: one that is looked at
    pictures[4, :, 46:51] = 255
    pictures[5, ..., 2] = 220  # blue is dark, but 0.114 of 220 is not
    assert is_black(pictures).tolist() == [True, True, False, True, False, True]
