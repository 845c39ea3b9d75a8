"""The extractors that vidgist knows by name: each file here holds ``RECORDS``, a tuple of records.

A new extractor is one new file; nothing else needs to be told.  The files are imported to list
them, so they must not import heavy libraries before they are asked to load something.
"""
