"""Statistics of unlabelled videos, against which a video shows what is its own."""

from vidgist.bank.bank import Bank
from vidgist.bank.choose import NONE, SHIPPED, choose_bank, shipped_bank
from vidgist.bank.file import read_bank, write_bank
from vidgist.bank.statistics import VideoStatistics, bank_of, video_statistics

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
