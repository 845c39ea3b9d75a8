"""The outputs, one or two a module, each declared as ``OUTPUT``.

A module is imported to list its outputs in ``--help``: Pillow, PyAV and OpenTimelineIO are imported
where a file is written.
"""
