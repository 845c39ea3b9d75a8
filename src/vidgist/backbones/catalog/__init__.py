"""The extractors with a name: each file here declares ``RECORDS``, a tuple of records.

A new extractor is one new file, here or in another package (entry points ``vidgist.backbones``,
see `vidgist.registry`).  The files are imported to list them, so they import heavy libraries only
when an extractor is loaded.
"""
