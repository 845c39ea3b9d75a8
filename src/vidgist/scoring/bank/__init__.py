"""Banks: statistics of unlabeled videos that the criteria compare a video with."""

from vidgist.scoring.bank.bank import Bank, VideoStatistics, bank_of, video_statistics
from vidgist.scoring.bank.choose import NONE, SHIPPED, choose_bank, shipped_bank
from vidgist.scoring.bank.file import read_bank, write_bank

__all__ = [
    "NONE",
    "SHIPPED",
    "Bank",
    "VideoStatistics",
    "bank_of",
    "choose_bank",
    "read_bank",
    "shipped_bank",
    "video_statistics",
    "write_bank",
]
