"""The operating system: atomic files, locks, the cache folder, signals, processors."""
