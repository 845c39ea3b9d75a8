"""Importance scores: settings, the scorer, and the bank of other videos."""
