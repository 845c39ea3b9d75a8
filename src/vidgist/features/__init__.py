"""Feature extraction: a video decoded once, its samples run through a backbone."""

from vidgist.features.extract import Extraction, extract_features

__all__ = ["Extraction", "extract_features"]
